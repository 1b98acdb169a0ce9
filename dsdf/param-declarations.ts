import type { ParamDeclaration } from "./data-source.js";
import { realNumber, splitFields, splitList } from "./fields.js";

/** What {@link paramDeclaration} reads, for messages. */
export const PARAM_SYNTAX =
  "FLAG | description [| type [| default]], or KEY | Title | optional or required | TEXT, BOOLEAN, REAL, ENUM or FLAG_SET | ...";

type Typed = Extract<ParamDeclaration, { form: "typed" }>;

/** Reads a `param_NN`; `undefined` for a wrong one. Source: das2-server 12.4. */
export function paramDeclaration(text: string): ParamDeclaration | undefined {
  const fields = splitFields(text);
  const [name = "", title = "", third, fourth] = fields;
  if (name === "") return undefined;
  if (fields.length >= 4 && /^(optional|required)$/i.test(third ?? "")) return typed(name, title, fields);
  if (fields.length > 4) return undefined;
  return {
    form: "flag",
    flag: name,
    description: title,
    ...(third === undefined || third === "" ? {} : { type: third }),
    ...(fourth === undefined || fourth === "" ? {} : { default: fourth }),
  };
}

function typed(key: string, title: string, fields: readonly string[]): Typed | undefined {
  const [, , presence = "", typeText = "", fifth, sixth, seventh, ...more] = fields;
  const head = { form: "typed", key, title, required: /^required$/i.test(presence) } as const;
  const type = typeText.toUpperCase();
  switch (type) {
    case "TEXT":
    case "BOOLEAN":
      return sixth === undefined ? { ...head, type, ...fallback(fifth) } : undefined;
    case "REAL": {
      const range = realRange(sixth);
      if (range === undefined || more.length > 0) return undefined;
      return { ...head, type, ...(fifth ? { units: fifth } : {}), ...range, ...fallback(seventh) };
    }
    case "ENUM":
    case "FLAG_SET": {
      const values = list(fifth);
      const known =
        type === "ENUM" ? (sixth ?? "") === "" || values.includes(sixth ?? "") : subset(list(sixth), values);
      if (values.length === 0 || !known || seventh !== undefined) return undefined;
      return { ...head, type, values, ...fallback(sixth) };
    }
    default:
      return undefined;
  }
}

function fallback(text: string | undefined): { default?: string } {
  return text === undefined || text === "" ? {} : { default: text };
}

/** `min to max`; nothing where the field is empty, `undefined` where it is wrong. */
function realRange(text: string | undefined): { min?: number; max?: number } | undefined {
  if (text === undefined || text === "") return {};
  const [min, max, ...more] = text.split(/\s+to\s+/i).map(realNumber);
  if (min === undefined || max === undefined || more.length > 0 || min > max) return undefined;
  return { min, max };
}

function list(text: string | undefined): string[] {
  return splitList(text ?? "").filter((value) => value !== "");
}

function subset(part: readonly string[], whole: readonly string[]): boolean {
  return part.every((value) => whole.includes(value));
}
