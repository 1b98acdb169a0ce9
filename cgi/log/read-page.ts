import type { FileHandle } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type LogFilter, matches, mayMatch, wantsJunk } from "./filter.js";
import { dayRange } from "./filter-words.js";
import type { KnownFile, LogIndexes } from "./index/log-indexes.js";
import { type Span, spansOf } from "./index/spans.js";
import type { LogFile } from "./log-files.js";
import { openLog } from "./open-log.js";
import type { Place } from "./place.js";
import { type LogLine, readLinesBackwards } from "./read-lines.js";
import { readRecord } from "./read-record.js";
import type { RequestRecord } from "./record.js";

/** Requests that one page shows. */
export const PAGE_RECORDS = 200;
/**
 * Bytes that are looked through for one page, those that the index passes over not counted: as much as ten thousand requests have. A
 * filter that finds little in them goes on with the next page.
 */
const MAX_SCAN_BYTES = 8 * 1024 * 1024;
/** Groups of an index that are passed over before others have their turn. */
const GROUPS_A_TURN = 16;

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

/** What a page is read from. */
export interface PageSource {
  /** Newest first. */
  readonly files: readonly LogFile[];
  readonly indexes: LogIndexes;
}

/** Limits of a page; smaller ones for tests. */
export interface PageLimits {
  readonly records?: number;
  readonly scanBytes?: number;
}

/** The filter for the records of one file: a file whose whole day is wanted is wanted whole, whatever clocks said. `undefined`: no record of it is. */
export function filterOfFile(filter: LogFilter, { day }: LogFile): LogFilter | undefined {
  const { from, to, ...rest } = filter;
  const range = dayRange(day);
  if (from !== undefined && from >= range.to) return undefined;
  if (to !== undefined && to <= range.from) return undefined;
  const isWhole = (from === undefined || from <= range.from) && (to === undefined || to >= range.to);
  return isWhole ? rest : filter;
}

function entryOf(line: LogLine, filter: LogFilter, isJunkWanted: boolean): PageEntry | undefined {
  if (line.text !== undefined && !mayMatch(line.text, filter)) return undefined;
  const record = line.text === undefined ? undefined : readRecord(line.text);
  if (record !== undefined) return matches(record, filter) ? { kind: "record", record } : undefined;
  return isJunkWanted ? { kind: "unreadable", lines: 1, bytes: line.bytes } : undefined;
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

/** A page that is being filled. */
class PageReader {
  readonly entries: PageEntry[] = [];
  readonly #source: PageSource;
  readonly #signal: AbortSignal;
  readonly #maxRecords: number;
  #bytesLeft: number;

  constructor(source: PageSource, signal: AbortSignal, limits: PageLimits) {
    this.#source = source;
    this.#signal = signal;
    this.#maxRecords = limits.records ?? PAGE_RECORDS;
    this.#bytesLeft = limits.scanBytes ?? MAX_SCAN_BYTES;
  }

  /** Reads what is wanted of a file before an offset; gives the page where it ends in it. */
  async file(log: LogFile, filter: LogFilter, before: number): Promise<LogPage | undefined> {
    const file = await openLog(log.path);
    if (file === undefined) return undefined;
    try {
      const { indexes } = this.#source;
      const known = await indexes.look(log, file, 0);
      let turns = 0;
      const end = Math.min(before, known?.size ?? (await file.stat()).size);
      for (const span of spansIn(file, known, filter, end, () =>
        known === undefined ? undefined : indexes.discard(log, known.state.key),
      )) {
        if (span === undefined) {
          turns += 1;
          if (turns % GROUPS_A_TURN === 0) await nextTurn();
          continue;
        }
        const page = await this.#span(log, file, filter, span);
        if (page !== undefined) return page;
      }
      return undefined;
    } finally {
      await file.close();
    }
  }

  async #span(log: LogFile, file: FileHandle, filter: LogFilter, span: Span): Promise<LogPage | undefined> {
    const { entries } = this;
    const isJunkWanted = wantsJunk(filter);
    const older = (offset: number): Place => ({ file: { day: log.day, part: log.part }, offset });
    let reached = span.to;
    for await (const { lines, rest } of readLinesBackwards(file, span.to, span.from)) {
      for (const line of lines) {
        const entry = entryOf(line, filter, isJunkWanted);
        if (entry !== undefined) add(entries, entry);
        if (entries.length >= this.#maxRecords) return { entries, older: older(line.at), scanLimited: false };
      }
      this.#bytesLeft -= reached - rest;
      reached = rest;
      if (this.#bytesLeft <= 0 || this.#signal.aborted)
        return { entries, older: older(rest), scanLimited: true };
    }
    return undefined;
  }
}

/** The whole of a file that has no index. */
function spansIn(
  file: FileHandle,
  known: KnownFile | undefined,
  filter: LogFilter,
  before: number,
  onDamage: () => void,
): Iterable<Span | undefined> {
  return known === undefined
    ? [{ from: 0, to: before }]
    : spansOf(file, known, filter, wantsJunk(filter), before, onDamage);
}

/**
 * Reads a page of the log: the newest requests that the filter wants, at most {@link PAGE_RECORDS}, in the order in which they ended.
 * Lines that are no records are entries too, unless the filter asks for something that only records have.
 * Errors: those of node:fs other than a missing file; an abort ends the page where it is.
 */
export async function readLogPage(
  source: PageSource,
  filter: LogFilter,
  signal: AbortSignal,
  limits: PageLimits = {},
): Promise<LogPage> {
  const reader = new PageReader(source, signal, limits);
  let { before } = filter;
  for (const log of source.files) {
    if (log.isCoded) continue;
    const own = filterOfFile(filter, log);
    if (own === undefined) continue;
    const place = before?.file;
    if (place !== undefined && (log.day > place.day || (log.day === place.day && log.part < place.part)))
      continue;
    const isHere = place === undefined || (log.day === place.day && log.part === place.part);
    const page = await reader.file(
      log,
      own,
      isHere ? (before?.offset ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY,
    );
    before = undefined;
    if (page !== undefined) return isAtBegin(page, source.files) ? withoutOlder(page) : page;
  }
  return { entries: reader.entries, scanLimited: false };
}

/** Whether there is nothing before the end of a page. */
function isAtBegin({ older }: LogPage, files: readonly LogFile[]): boolean {
  const last = files.findLast(({ isCoded }) => !isCoded);
  return older?.offset === 0 && older.file?.day === last?.day && older.file?.part === last?.part;
}

function withoutOlder({ entries }: LogPage): LogPage {
  return { entries, scanLimited: false };
}
