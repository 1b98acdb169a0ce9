import { type LogFilter, withoutInternals } from "../filter.js";
import { type LogSource, walkLog } from "../walk-log.js";
import { CSV_HEAD, csvLine } from "./csv-line.js";

/** Forms of an export: by the end of its path, its media type, what stands first, and a record in it. */
export const EXPORT_FORMS = {
  ndjson: {
    type: "application/x-ndjson",
    head: "",
    line: (record: object) => `${JSON.stringify(record)}\n`,
  },
  csv: { type: "text/csv; charset=utf-8", head: CSV_HEAD, line: csvLine },
} as const;

/** The name of a form of an export. */
export type ExportForm = keyof typeof EXPORT_FORMS;

/** Text that is gathered before it is sent. */
const PIECE_CHARACTERS = 64 * 1024;

/**
 * Everything that a filter wants, newest first, in bounded memory whatever the range; lines that are no records are left out. Command lines
 * and internals are in it as the filter says.
 * Errors: those of reading; ends where the signal is aborted.
 */
export async function* exportBody(
  source: LogSource,
  filter: LogFilter,
  form: ExportForm,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { head, line } = EXPORT_FORMS[form];
  let text: string = head;
  for await (const { found } of walkLog(source, filter)) {
    for (const { record } of found) {
      if (record === undefined) continue;
      text += line(filter.hidesInternals === true ? withoutInternals(record) : record);
      if (text.length < PIECE_CHARACTERS) continue;
      yield Buffer.from(text);
      text = "";
    }
    if (signal.aborted) return;
  }
  if (text !== "") yield Buffer.from(text);
}
