import { SERIES_LIMITS } from "./limits.js";

/** The parts of a series name. */
export interface SeriesName {
  /** As it was written, `ns.table`. */
  readonly name: string;
  /** Of the PostgreSQL schema, lower case. */
  readonly namespace: string;
  /** Of the table in it, lower case. */
  readonly table: string;
}

/** What {@link splitSeriesName} takes, for messages. */
export const SERIES_NAME_SYNTAX = `namespace.table of letters, digits and _, at most ${SERIES_LIMITS.seriesName} characters`;

/** What {@link isMemberName} takes, for messages. */
export const MEMBER_NAME_SYNTAX = "letters, digits and _, no digit first";

/** The parts of a series name; `undefined` for any other text. Source: netdrms 1.2. */
export function splitSeriesName(name: string): SeriesName | undefined {
  if (name.length > SERIES_LIMITS.seriesName) return undefined;
  const found = /^([a-z_][a-z0-9_]*)\.([a-z_][a-z0-9_]*)$/.exec(name.toLowerCase());
  return found === null ? undefined : { name, namespace: found[1]!, table: found[2]! };
}

/** Whether a text has the form of the name of a keyword, link or segment; its length is not judged. Source: netdrms 1.2. */
export function isMemberName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}

/** Longest name of the database; it cuts longer ones where they are written without quotes, as NetDRMS does. */
const MAX_IDENTIFIER = 63;

/** The name under which the database keeps an unquoted one: lower case, cut. Source: netdrms 1.2, 2.4. */
export function columnName(name: string): string {
  return name.toLowerCase().slice(0, MAX_IDENTIFIER);
}

/** The names in `primary_idx`, `dbidx` or a `PrimeKeys` line. Source: netdrms 2.3, 2.11. */
export function keyList(text: string): readonly string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** The three digits of a segment or axis number in names. Source: netdrms 1.4, 2.4. */
export function threeDigits(number: number): string {
  return String(number).padStart(3, "0");
}

/** Name of the index keyword that the system makes for a slotted one. Source: netdrms 1.6. */
export function indexKeywordName(slotted: string): string {
  return `${slotted}_index`;
}

/** Name of the keyword that holds the compression string of a segment. Source: netdrms 1.4. */
export function compressionKeywordName(segment: number): string {
  return `cparms_sg${threeDigits(segment)}`;
}

/** Names of the keywords that hold zero and scale of a segment. Source: netdrms 1.4. */
export function scaleKeywordNames(segment: string): { readonly bzero: string; readonly bscale: string } {
  return { bzero: `${segment}_bzero`, bscale: `${segment}_bscale` };
}

const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between binary both case cast check collate column constraint
  create cross current_date current_role current_time current_timestamp current_user default deferrable desc distinct do else end
  except false for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join leading left
  like limit localtime localtimestamp natural new not notnull null off offset old on only or order outer overlaps placing primary
  references returning right select session_user similar some symmetric table then to trailing true union unique user using verbose
  when where`.split(/\s+/),
);

/**
 * Why no keyword may be made with that name, although its characters are right; `undefined` where one may. Series that exist
 * are not asked. Source: netdrms 1.2.
 */
export function whyKeywordNameIsTaken(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (RESERVED.has(lower)) return "a word of SQL";
  const underscore = lower.indexOf("_");
  if (underscore >= 0 && lower.slice(underscore) === "_index") return "_index belongs to the system";
  return undefined;
}
