import { type FileHandle, open } from "node:fs/promises";
import { type LogFilter, matches, mayMatch } from "./filter.js";
import { dayFile } from "./log-files.js";
import { type LogLine, readLinesBackwards } from "./read-lines.js";
import { readRecord } from "./read-record.js";
import type { RequestRecord } from "./record.js";

/** Requests that one page shows. */
export const PAGE_RECORDS = 200;
/** Bytes that are looked through for one page; a filter that finds little on a busy day goes on with the next page. */
const MAX_SCAN_BYTES = 64 * 1024 * 1024;

/** Neighbouring lines that are no records. */
export interface UnreadableLines {
  readonly kind: "unreadable";
  readonly lines: number;
  readonly bytes: number;
}

/** What stands in a day's file, newest first. */
export type PageEntry = { readonly kind: "record"; readonly record: RequestRecord } | UnreadableLines;

/** One page of the log. */
export interface LogPage {
  readonly entries: readonly PageEntry[];
  /** `before` for the page of older requests; missing: there are none. */
  readonly older?: number;
  /** Whether the page ended because enough was looked through, not because it is full. */
  readonly scanLimited: boolean;
}

const NOTHING: LogPage = { entries: [], scanLimited: false };

function entryOf(line: LogLine, filter: LogFilter): PageEntry | undefined {
  if (line.text !== undefined && !mayMatch(line.text, filter)) return undefined;
  const record = line.text === undefined ? undefined : readRecord(line.text);
  if (record !== undefined) return matches(record, filter) ? { kind: "record", record } : undefined;
  // What cannot be read has no outcome and no source that could be asked for.
  const isNarrow = filter.outcome !== "any" || filter.source !== "" || filter.text !== "";
  return isNarrow ? undefined : { kind: "unreadable", lines: 1, bytes: line.bytes };
}

/** Adds an entry; unreadable lines that follow each other become one. */
function add(entries: PageEntry[], entry: PageEntry): void {
  const last = entries.at(-1);
  if (entry.kind === "unreadable" && last?.kind === "unreadable")
    entries[entries.length - 1] = {
      kind: "unreadable",
      lines: last.lines + entry.lines,
      bytes: last.bytes + entry.bytes,
    };
  else entries.push(entry);
}

async function openDay(folder: string, day: string): Promise<FileHandle | undefined> {
  try {
    return await open(dayFile(folder, day), "r");
  } catch (error) {
    // The day was deleted meanwhile, or has no file: nothing to show is a result.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // errors of node:fs carry a code
    throw error;
  }
}

/**
 * Reads a page of a day: the newest requests that the filter wants, at most {@link PAGE_RECORDS}. Lines that are no records are
 * entries too, unless the filter asks for something that only records have.
 * @param limits smaller limits, for tests
 * Errors: those of node:fs other than a missing file; an abort ends the page where it is.
 */
export async function readLogPage(
  folder: string,
  day: string,
  filter: LogFilter,
  signal: AbortSignal,
  limits: { readonly records?: number; readonly scanBytes?: number } = {},
): Promise<LogPage> {
  const file = await openDay(folder, day);
  if (file === undefined) return NOTHING;
  const maxRecords = limits.records ?? PAGE_RECORDS;
  const maxBytes = limits.scanBytes ?? MAX_SCAN_BYTES;
  const entries: PageEntry[] = [];
  try {
    let first: number | undefined;
    for await (const { lines, rest } of readLinesBackwards(file, filter.before ?? Number.POSITIVE_INFINITY)) {
      for (const line of lines) {
        first ??= line.at + line.bytes;
        const entry = entryOf(line, filter);
        if (entry !== undefined) add(entries, entry);
        if (entries.length >= maxRecords)
          return line.at === 0
            ? { entries, scanLimited: false }
            : { entries, older: line.at, scanLimited: false };
      }
      first ??= rest;
      if (rest > 0 && (first - rest >= maxBytes || signal.aborted))
        return { entries, older: rest, scanLimited: true };
    }
    return { entries, scanLimited: false };
  } finally {
    await file.close();
  }
}
