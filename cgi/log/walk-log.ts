import { setImmediate as nextTurn } from "node:timers/promises";
import { type LogFilter, matches, wantsJunk } from "./filter.js";
import { dayRange } from "./filter-words.js";
import type { KnownFile, LogIndexes } from "./index/log-indexes.js";
import type { Span } from "./index/row-filter.js";
import { spansOf } from "./index/spans.js";
import { lineTest } from "./line-test.js";
import type { LogBytes } from "./log-bytes.js";
import type { LogFile } from "./log-files.js";
import { openLog } from "./open-log.js";
import type { Place } from "./place.js";
import { type LogLine, readLinesBackwards } from "./read-lines.js";
import { readRecord } from "./read-record.js";
import type { RequestRecord } from "./record.js";

/** Groups of an index that are passed over before others have their turn. */
const GROUPS_A_TURN = 64;

/** What a log is read from. */
export interface LogSource {
  /** Newest first. */
  readonly files: readonly LogFile[];
  readonly indexes: LogIndexes;
}

/** A record that is wanted, or a line that is none, and where it begins. */
export interface Found {
  readonly at: number;
  /** Bytes of the line. */
  readonly bytes: number;
  /** Missing where the line is no record. */
  readonly record?: RequestRecord;
}

/** A part of the log that was looked through. */
export interface WalkStep {
  /** What is wanted in it, last one first; to be taken before the next step. */
  readonly found: Iterable<Found>;
  /** Bytes that were read for it. */
  readonly bytes: number;
  /** The file, and where to go on in it. */
  readonly file: NonNullable<Place["file"]>;
  readonly rest: number;
}

/**
 * The filter for the records of one file: a file whose whole day is wanted is wanted whole, whatever clocks said. `undefined`: no
 * record of it is.
 */
export function filterOfFile(filter: LogFilter, { day }: LogFile): LogFilter | undefined {
  const { from, to, ...rest } = filter;
  const range = dayRange(day);
  if (from !== undefined && from >= range.to) return undefined;
  if (to !== undefined && to <= range.from) return undefined;
  const isWhole = (from === undefined || from <= range.from) && (to === undefined || to >= range.to);
  return isWhole ? rest : filter;
}

/** Before which offset to look in a file; `undefined` for one that is newer than the place. */
function offsetIn({ day, part }: LogFile, before: Place | undefined, isFirst: boolean): number | undefined {
  const end = Number.POSITIVE_INFINITY;
  if (before === undefined) return end;
  const { file, offset } = before;
  if (file === undefined) return isFirst ? offset : end;
  if (day > file.day || (day === file.day && part < file.part)) return undefined;
  return day === file.day && part === file.part ? offset : end;
}

/**
 * Walks through the log from the newest to the oldest, over what the filter wants; what the index knows to have none of it is passed
 * over. Memory does not depend on how much there is; ends when who walks leaves. Coded files that are not
 * readable yet are left out.
 * Errors: those of node:fs other than a missing file.
 */
export async function* walkLog(
  { files, indexes }: LogSource,
  filter: LogFilter,
): AsyncGenerator<WalkStep, void, undefined> {
  let isFirst = true;
  for (const log of files) {
    const own = filterOfFile(filter, log);
    if (own === undefined) continue;
    const before = offsetIn(log, filter.before, isFirst);
    isFirst = false;
    if (before === undefined) continue;
    const file = await openLog(log);
    if (file === undefined) continue;
    try {
      yield* walkFile(log, file, indexes, own, before);
    } finally {
      await file.close();
    }
  }
}

async function* walkFile(
  log: LogFile,
  file: LogBytes,
  indexes: LogIndexes,
  filter: LogFilter,
  before: number,
): AsyncGenerator<WalkStep, void, undefined> {
  const known = await indexes.look(log, file, 0);
  const end = Math.min(before, known?.size ?? (await file.size()));
  const place = { day: log.day, part: log.part };
  const test = lineTest(filter);
  const isJunkWanted = wantsJunk(filter);
  const onDamage = () => (known === undefined ? undefined : indexes.discard(log, known.state.key));
  let passed = 0;
  for (const span of spansIn(known, filter, end, onDamage)) {
    if (span === undefined) {
      passed += 1;
      if (passed % GROUPS_A_TURN === 0) await nextTurn();
      continue;
    }
    let reached = span.to;
    for await (const { lines, rest } of readLinesBackwards(file, span.to, span.from)) {
      yield { found: foundIn(lines, filter, test, isJunkWanted), bytes: reached - rest, file: place, rest };
      reached = rest;
    }
  }
}

function* foundIn(
  lines: readonly LogLine[],
  filter: LogFilter,
  test: (line: Buffer) => boolean,
  isJunkWanted: boolean,
): Generator<Found, void, undefined> {
  for (const { at, bytes, text } of lines) {
    if (text !== undefined && !test(text)) continue;
    const record = text === undefined ? undefined : readRecord(text);
    if (record === undefined ? isJunkWanted : matches(record, filter))
      yield { at, bytes, ...(record === undefined ? {} : { record }) };
  }
}

/** The whole of a file that has no index. */
function spansIn(
  known: KnownFile | undefined,
  filter: LogFilter,
  before: number,
  onDamage: () => void,
): Iterable<Span | undefined> {
  return known === undefined
    ? [{ from: 0, to: before }]
    : spansOf(known, filter, wantsJunk(filter), before, onDamage);
}
