/** A value of a structured field: text, a whole number, an instant in whole seconds since 1970. */
export type FieldValue = string | number | { readonly seconds: number };

/**
 * A dictionary of a structured field of HTTP (RFC 9651, 3.2): `a="text", b=60, c=@1700000000`. Text that is not printable ASCII is written
 * as a display string (`%"caf%c3%a9"`). Numbers that are not whole have at most three decimals, as there. Members without a value are left out.
 *
 * @param members names are lower-case letters, digits, `_`, `-`, `.`, `*`
 */
export function dictionaryField(members: Readonly<Record<string, FieldValue | undefined>>): string {
  return Object.entries(members)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${item(value)}`]))
    .join(", ");
}

function item(value: FieldValue): string {
  if (typeof value === "object") return `@${Math.trunc(value.seconds)}`;
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : decimal(value);
  if (/^[\x20-\x7e]*$/.test(value)) return `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
  const bytes = Array.from(Buffer.from(value, "utf8"), (byte) =>
    byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x25
      ? `%${byte.toString(16).padStart(2, "0")}`
      : String.fromCharCode(byte),
  );
  return `%"${bytes.join("")}"`;
}

/** RFC 9651, 3.3.2: twelve digits before the point and three behind it. */
function decimal(value: number): string {
  const text = value.toFixed(3).replace(/0+$/, "");
  return text.endsWith(".") ? `${text}0` : text;
}
