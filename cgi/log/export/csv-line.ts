import type { RequestRecord } from "../record.js";

type Cell = string | number | undefined;

/** The columns of the table, and what of a record stands in each; durations are ms, a resolution is in seconds. */
const COLUMNS: readonly (readonly [name: string, cell: (record: RequestRecord) => Cell])[] = [
  ["time", ({ time }) => time],
  ["id", ({ id }) => id],
  ["outcome", ({ outcome }) => outcome],
  ["status", ({ status }) => status],
  ["durationMs", ({ durationMs }) => durationMs],
  ["firstByteMs", ({ firstByteMs }) => firstByteMs],
  ["bytes", ({ bytes }) => bytes],
  ["client", ({ client }) => client],
  ["user", ({ user }) => user],
  ["method", ({ method }) => method],
  ["host", ({ host }) => host],
  ["target", ({ target }) => target],
  ["query", ({ query }) => query],
  ["source", ({ source }) => source],
  ["begin", ({ begin }) => begin],
  ["end", ({ end }) => end],
  ["resolution", ({ resolution }) => resolution],
  ["cache", ({ cache }) => cache?.result],
  ["cacheLevel", ({ cache }) => cache?.level],
  ["code", ({ code }) => code],
  ["reason", ({ reason }) => reason],
  ["userAgent", ({ userAgent }) => userAgent],
  ["programs", ({ stages }) => stages.map(({ role, argv }) => [role, ...argv].join(" ")).join(" | ")],
  ["stderr", ({ stderr }) => stderr?.join("\n")],
];

/**
 * What makes a spreadsheet take a text for a formula, in the widths that it knows: such a text gets an apostrophe before it. A blank before
 * the sign does not help.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
const FORMULA = /^[\s\u0000]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

function cellText(cell: Cell): string {
  if (cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n';]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The first line, with the names of the columns. */
export const CSV_HEAD = `${COLUMNS.map(([name]) => name).join(",")}\r\n`;

/** A record as a line; RFC 4180, and no cell of text is a formula. */
export function csvLine(record: RequestRecord): string {
  return `${COLUMNS.map(([, cell]) => cellText(cell(record))).join(",")}\r\n`;
}
