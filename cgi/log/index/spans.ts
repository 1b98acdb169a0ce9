import { closeSync, openSync } from "node:fs";
import type { LogFilter } from "../filter.js";
import { rowBegin, rowEnd } from "./chunk-row.js";
import { type GroupBlock, GroupBlocks } from "./group-block.js";
import { type IdPlace, idPlace } from "./id-pages.js";
import type { KnownFile } from "./log-indexes.js";
import { mayHold, partsOf, type Span } from "./row-filter.js";
import { hasBits, termBits, textBits } from "./signature.js";

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

/** What is looked for, as the index has it. */
interface Wanted {
  readonly filter: LogFilter;
  /** Nothing that is no record has an id or a client: who wants lines of that kind asks for neither. */
  readonly junk: boolean;
  readonly bits: readonly number[];
  readonly id: IdPlace | undefined;
}

/**
 * The parts of a file, last one first, in which there can be something that is wanted before the offset `before`; all others are passed
 * over. What the index does not know yet is one of them. A group that is damaged is given whole, and `onDamage` told.
 * `undefined` is given now and then where nothing was found, for who looks to do something else.
 */
export function* spansOf(
  known: KnownFile,
  filter: LogFilter,
  wantsJunk: boolean,
  before: number,
  onDamage: () => void,
): Generator<Span | undefined, void, undefined> {
  const { state, size } = known;
  const id = filter.id === undefined ? undefined : idPlace(filter.id);
  const wanted: Wanted = { filter, junk: wantsJunk, bits: filterBits(filter), id };
  const joiner = new Joiner(MOST_JOINED);
  if (before > state.end) yield { from: state.end, to: Math.min(before, size) };
  for (const found of [openSpans(known, wanted, before), sealedSpans(known, wanted, before, onDamage)])
    for (const part of found) {
      const to = part === undefined ? 0 : Math.min(part.to, before);
      if (part === undefined) yield undefined;
      else if (to > part.from) {
        const span = joiner.add({ from: part.from, to });
        if (span !== undefined) yield span;
      }
    }
  const last = joiner.take();
  if (last !== undefined) yield last;
}

/** Those of the chunks that are in no group yet. */
function* openSpans(
  { state }: KnownFile,
  { filter, junk, bits }: Wanted,
  before: number,
): Generator<Span, void, undefined> {
  for (let n = state.rows.length - 1; n >= 0; n--) {
    const row = state.rows[n];
    const signature = state.signatures[n];
    if (row === undefined || signature === undefined || rowBegin(row) >= before) continue;
    if (mayHold(row, filter, junk) && hasBits(signature, bits)) yield* partsOf(row, filter, junk);
  }
}

/** Those of the groups, and `undefined` behind each of them. */
function* sealedSpans(
  { state, blocks }: KnownFile,
  wanted: Wanted,
  before: number,
  onDamage: () => void,
): Generator<Span | undefined, void, undefined> {
  let fd: number | undefined;
  try {
    if (state.sealed.length > 0) fd = openSync(blocks, "r");
  } catch {
    onDamage();
  }
  try {
    const written = fd === undefined ? undefined : new GroupBlocks(fd, state.key);
    for (let n = state.sealed.length - 1; n >= 0; n--) {
      const group = state.sealed[n];
      if (group === undefined || rowBegin(group.row) >= before) continue;
      if (!mayHold(group.row, wanted.filter, wanted.junk)) continue;
      const found = written === undefined ? undefined : groupSpans(written.group(n, group.anchor), wanted);
      if (found === undefined) onDamage();
      yield* found ?? [{ from: rowBegin(group.row), to: rowEnd(group.row) }];
      yield undefined;
    }
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Those of a group, last one first; `undefined` where it is damaged. */
function groupSpans(block: GroupBlock, wanted: Wanted): Span[] | undefined {
  const { filter, junk, bits, id } = wanted;
  try {
    const mayHaveId = id === undefined || block.mayHaveId(id);
    if (mayHaveId !== true) return mayHaveId === false ? [] : undefined;
    const spans: Span[] = [];
    const chunks = block.chunksWith(bits);
    if (chunks === undefined) return undefined;
    for (const chunk of chunks.reverse()) {
      const row = block.row(chunk);
      if (row === undefined) return undefined;
      if (mayHold(row, filter, junk)) spans.push(...partsOf(row, filter, junk));
    }
    return spans;
  } catch {
    return undefined;
  }
}
