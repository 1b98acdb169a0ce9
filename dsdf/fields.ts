const TRUE = /^(1|true|yes|on)$/i;

/** Whether a value means true: `1`, `true`, `yes`, `on`, any case; everything else is false. das2-server 12.1. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && TRUE.test(value.trim());
}

/** The fields of a value with `|` between them, trimmed; `\|` is a `|` inside a field. das2-server 12.3, 12.4. */
export function splitFields(value: string): string[] {
  const fields: string[] = [];
  let field = "";
  for (let at = 0; at < value.length; at++) {
    const character = value[at] ?? "";
    if (character === "\\" && /[|\\]/.test(value[at + 1] ?? "")) field += value[++at];
    else if (character === "|") {
      fields.push(field.trim());
      field = "";
    } else field += character;
  }
  fields.push(field.trim());
  return fields;
}

/** The words of a field with `,` between them, trimmed; empty ones stay. */
export function splitList(field: string): string[] {
  return field.split(",").map((word) => word.trim());
}

/** A real number in decimal notation, `undefined` for anything else (hexadecimal, `Infinity`, blanks inside, ...). */
export function realNumber(text: string): number | undefined {
  if (!/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
