import { usage } from "../../stream/program-arguments.js";
import type { HapiColumn, HapiKind } from "./parameter.js";

/** Longest text of a layout, characters: 100 parameters with long names. */
const MAX_LENGTH = 65_536;
/** Parameters of one layout: as many as a packet has planes. */
const MAX_COLUMNS = 100;
const MAX_ITEMS = 1_000_000;
const MAX_VALUE_BYTES = 127;
/** Longest range of a file, seconds: a century. */
const MAX_FILE_SECONDS = 3.2e9;

const LETTERS = { time: "t", number: "n", text: "c", file: "f" } as const satisfies Record<HapiKind, string>;
const KINDS: Readonly<Record<string, HapiKind>> = { t: "time", n: "number", c: "text", f: "file" };

/**
 * Columns as one word of a command line: a JSON array of `[name, kind, items, length, tags]`, kind being `t`, `n`, `c` or `f`, with
 * what is 1, 0 or empty left out at the end.
 */
export function printLayout(columns: readonly HapiColumn[]): string {
  return JSON.stringify(
    columns.map(({ name, kind, items, length = 0, tags = "" }) => {
      const fields: (string | number)[] = [name, LETTERS[kind], items, length, tags];
      while (fields.length > 2 && (fields.at(-1) === "" || (fields.length === 4 && fields.at(-1) === 0)))
        fields.pop();
      if (fields.length === 3 && fields[2] === 1) fields.pop();
      return fields;
    }),
  );
}

/** The columns of such a word. Errors: USAGE. */
export function parseLayout(text: string): readonly HapiColumn[] {
  if (text.length > MAX_LENGTH) throw usage(`the layout (-l) has more than ${MAX_LENGTH} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong();
  }
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_COLUMNS) throw wrong();
  const columns = value.map(column);
  if (columns[0]?.kind !== "time" || columns[0].items !== 1)
    throw usage("the layout (-l) does not begin with a time");
  return columns;
}

function column(fields: unknown): HapiColumn {
  if (!Array.isArray(fields)) throw wrong();
  const [name, letter, items = 1, length = 0, tags = ""] = fields as readonly unknown[];
  const kind = typeof letter === "string" && Object.hasOwn(KINDS, letter) ? KINDS[letter] : undefined;
  const needsLength = kind !== "number";
  if (
    typeof name !== "string" ||
    kind === undefined ||
    !isWhole(items, 1, MAX_ITEMS) ||
    !(needsLength ? isWhole(length, kind === "time" ? 20 : 1, MAX_VALUE_BYTES) : length === 0) ||
    typeof tags !== "string" ||
    (kind === "file" && !(Number(tags) >= 1e-3 && Number(tags) <= MAX_FILE_SECONDS))
  )
    throw wrong();
  return {
    name,
    kind,
    items,
    ...(needsLength ? { length: length as number } : {}), // checked above
    ...(tags === "" ? {} : { tags }),
  };
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

function wrong() {
  return usage("the layout (-l) is not a JSON array of [name, kind, items, length, tags]");
}
