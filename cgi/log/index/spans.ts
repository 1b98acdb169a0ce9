import { closeSync, openSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { LogFilter } from "../filter.js";
import { type ChunkRow, mayHold, rowBegin, rowEnd } from "./chunk-row.js";
import { anchorAt } from "./file-mark.js";
import { GroupBlock } from "./group-block.js";
import type { KnownFile } from "./log-indexes.js";
import { hasBits, termBits, textBits } from "./signature.js";

/** A part of a file, of whole lines but for its ends: bytes `[from, to)`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The bits that the signature of a chunk must have to hold what a filter wants. */
export function filterBits(filter: LogFilter): number[] {
  const { id, client, status, source, text } = filter;
  return [
    ...(id === undefined ? [] : termBits("id", id)),
    ...(client === undefined ? [] : termBits("client", client)),
    ...(status === undefined || status.endsWith("xx") ? [] : termBits("status", String(Number(status)))),
    ...textBits(source.toLowerCase()),
    ...textBits(text.toLowerCase()),
  ];
}

/** Adds a span before others of the same file; neighbours become one, so that they are read at once. */
class Joiner {
  #open: Span | undefined;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a span that lies before those taken so far; gives one that nothing can be added to any more. */
  add(span: Span): Span | undefined {
    const open = this.#open;
    if (open !== undefined && span.to === open.from && open.to - span.from <= this.#most) {
      this.#open = { from: span.from, to: open.to };
      return undefined;
    }
    this.#open = span;
    return open;
  }

  take(): Span | undefined {
    const open = this.#open;
    this.#open = undefined;
    return open;
  }
}

/** Longest span that is made of neighbours, bytes. */
const MOST_JOINED = 256 * 1024;

/**
 * The parts of a file, last one first, in which there can be something that is wanted before the offset `before`; all others are passed
 * over. What the index does not know yet is one of them. A group that does not agree with the log is given whole, and `onDamage` told.
 * `undefined` is given now and then where nothing was found, for who looks to do something else.
 * Errors: those of reading.
 */
export function* spansOf(
  file: FileHandle,
  known: KnownFile,
  filter: LogFilter,
  wantsJunk: boolean,
  before: number,
  onDamage: () => void,
): Generator<Span | undefined, void, undefined> {
  const { state, size, blocks } = known;
  const bits = filterBits(filter);
  const joiner = new Joiner(MOST_JOINED);
  // Nothing that is no record has an id or a client: who wants lines of that kind asks for neither.
  const mayBeIn = (row: ChunkRow) => mayHold(row, filter, wantsJunk);
  const cut = (from: number, to: number): Span | undefined => {
    const end = Math.min(to, before);
    return end > from ? joiner.add({ from, to: end }) : undefined;
  };
  if (before > state.end) yield { from: state.end, to: Math.min(before, size) };
  for (let n = state.rows.length - 1; n >= 0; n--) {
    const row = state.rows[n];
    const signature = state.signatures[n];
    if (row === undefined || signature === undefined) continue;
    if (rowBegin(row) >= before || !mayBeIn(row) || !hasBits(signature, bits)) continue;
    const span = cut(rowBegin(row), rowEnd(row));
    if (span !== undefined) yield span;
  }
  if (state.sealed.length === 0) {
    const last = joiner.take();
    if (last !== undefined) yield last;
    return;
  }
  let fd: number | undefined;
  try {
    fd = openSync(blocks, "r");
  } catch {
    onDamage();
  }
  try {
    for (let n = state.sealed.length - 1; n >= 0; n--) {
      const from = n === 0 ? 0 : (state.sealed[n - 1] ?? 0);
      const to = state.sealed[n] ?? 0;
      if (from >= before) continue;
      const found = groupSpans(file, fd, n, state.key, to, bits, mayBeIn);
      if (found === undefined) onDamage();
      for (const part of found ?? [{ from, to }]) {
        const span = cut(part.from, part.to);
        if (span !== undefined) yield span;
      }
      yield undefined;
    }
    const last = joiner.take();
    if (last !== undefined) yield last;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** The chunks of a group that can hold what is wanted, last one first; `undefined` where the group cannot be believed. */
function groupSpans(
  file: FileHandle,
  fd: number | undefined,
  number: number,
  key: string,
  end: number,
  bits: readonly number[],
  mayBeIn: (row: ChunkRow) => boolean,
): Span[] | undefined {
  if (fd === undefined) return undefined;
  try {
    const block = GroupBlock.read(fd, number, key, end);
    if (block === undefined) return undefined;
    if (!mayBeIn(block.all)) return anchorAt(file, end) === block.anchor ? [] : undefined;
    const chunks = block.chunksWith(bits);
    if (chunks === undefined) return undefined;
    if (anchorAt(file, end) !== block.anchor) return undefined;
    if (chunks.every((word) => word === 0)) return [];
    const rows = block.rows();
    return rows
      ?.map((row, n) => ({ row, has: ((chunks[n >>> 5] ?? 0) & (1 << (n & 31))) !== 0 }))
      .filter(({ row, has }) => has && mayBeIn(row))
      .map(({ row }) => ({ from: rowBegin(row), to: rowEnd(row) }))
      .reverse();
  } catch {
    return undefined;
  }
}
