import type { LogFilter } from "./filter.js";
import type { Place } from "./place.js";
import type { RequestRecord } from "./record.js";
import { type Found, type LogSource, walkLog } from "./walk-log.js";

/** Requests that one page shows. */
export const PAGE_RECORDS = 200;
/**
 * Bytes that are looked through for one page, those that the index passes over not counted: about as much as ten thousand requests
 * have. A filter that finds little in them goes on with the next page.
 */
const MAX_SCAN_BYTES = 4 * 1024 * 1024;

/** Neighbouring lines that are no records. */
export interface UnreadableLines {
  readonly kind: "unreadable";
  readonly lines: number;
  readonly bytes: number;
}

/** What stands in the log, newest first. */
export type PageEntry = { readonly kind: "record"; readonly record: RequestRecord } | UnreadableLines;

/** One page of the log. */
export interface LogPage {
  readonly entries: readonly PageEntry[];
  /** `before` for the page of older requests; missing: there are none. */
  readonly older?: Place;
  /** Whether the page ended because enough was looked through, not because it is full. */
  readonly scanLimited: boolean;
}

/** Limits of a page; smaller ones for tests. */
export interface PageLimits {
  readonly records?: number;
  readonly scanBytes?: number;
}

/** Adds an entry; unreadable lines that follow each other become one. */
function add(entries: PageEntry[], { record, bytes }: Found): void {
  const last = entries.at(-1);
  if (record !== undefined) entries.push({ kind: "record", record });
  else if (last?.kind === "unreadable")
    entries[entries.length - 1] = { kind: "unreadable", lines: last.lines + 1, bytes: last.bytes + bytes };
  else entries.push({ kind: "unreadable", lines: 1, bytes });
}

/**
 * Reads a page of the log: the newest requests that the filter wants, at most {@link PAGE_RECORDS}, in the order in which they ended.
 * Lines that are no records are entries too, unless the filter asks for something that only records have.
 * Errors: those of node:fs other than a missing file; an abort ends the page where it is.
 */
export async function readLogPage(
  source: LogSource,
  filter: LogFilter,
  signal: AbortSignal,
  limits: PageLimits = {},
): Promise<LogPage> {
  const maxRecords = limits.records ?? PAGE_RECORDS;
  let bytesLeft = limits.scanBytes ?? MAX_SCAN_BYTES;
  const entries: PageEntry[] = [];
  for await (const { found, bytes, file, rest } of walkLog(source, filter)) {
    for (const one of found) {
      add(entries, one);
      if (entries.length >= maxRecords) return endedAt(entries, { file, offset: one.at }, false, source);
    }
    bytesLeft -= bytes;
    if (bytesLeft <= 0 || signal.aborted) return endedAt(entries, { file, offset: rest }, true, source);
  }
  return { entries, scanLimited: false };
}

/** The page that ends at a place; at the very begin of the log there is nothing older. */
function endedAt(
  entries: readonly PageEntry[],
  older: Place,
  scanLimited: boolean,
  { files }: LogSource,
): LogPage {
  const last = files.at(-1);
  const isBegin = older.offset === 0 && older.file?.day === last?.day && older.file?.part === last?.part;
  return isBegin ? { entries, scanLimited: false } : { entries, older, scanLimited };
}
