import { setTimeout as sleep } from "node:timers/promises";
import type { DasError } from "../../errors/das-error.js";
import { clockMs } from "../../pipeline/clock.js";
import type { ItemSource, StreamItem } from "../../stream/model.js";
import { readStream } from "../../stream/read-stream.js";
import { formatTime, type TimeRange } from "../../stream/time.js";
import { type BlockSpan, blockBegin } from "../block-number.js";
import type { BlockRun } from "../block-state.js";
import type { BlockIndex, Claim } from "../index/block-index.js";
import type { BlockPeriod, Level } from "../level.js";
import type { GapPiece } from "../plan/plan-cover.js";
import type { Flights } from "./flights.js";
import { claimBlocks } from "./gap-claims.js";
import { firstMost, nextMost } from "./gap-size.js";
import type { GapRun } from "./level-items.js";

/** What all who follow a reading come to know of it. */
export interface ReadingFacts {
  /** The first block that it did not reach. */
  upTo: number;
  /** How many blocks the next reading of the answer may be of. */
  nextMost: number;
  bytesFromReaders: number;
  /** {@link RangeReading.kept}; missing where nothing was read. */
  kept?: Promise<DasError | undefined>;
}

/** The records of a range that is being read. */
export interface RangeReading {
  readonly items: ItemSource;
  /** So far. */
  readonly bytesRead: () => number;
  /** Resolves, never rejects, when what is kept is in its place, which may be later than the last record: why something is not kept. */
  readonly kept: Promise<DasError | undefined>;
}

/** Reads a range of a level; the blocks of `keep`, which lie wholly inside, are kept when it has ended well. */
export type ReadRange = (
  reading: { readonly range: TimeRange; readonly keep: readonly Claim[] },
  signal: AbortSignal,
) => Promise<RangeReading>;

/** How gaps are read. */
export interface GapReading {
  readonly index: BlockIndex;
  readonly flights: Flights<ReadingFacts>;
  readonly level: Level;
  /** What besides level and range decides on the bytes: the layout of the records. */
  readonly layout: string;
  /** When data of the source changed last as far as is known, milliseconds since 1970: nobody joins a reading that began before it was. */
  readonly notBefore?: number | undefined;
  /** Names this process to others that want the same blocks. */
  readonly owner: string;
  /** The newest state of blocks of the level: somebody may have built them since the plan was made. */
  readonly look: (level: Level, span: BlockSpan) => Promise<{ readonly runs: readonly BlockRun[] }>;
  /** Whether a block can be used, as it is on the disk now. */
  readonly isUsable: (number: number) => Promise<boolean>;
  readonly read: ReadRange;
  /** Milliseconds that only grow; default {@link clockMs}. */
  readonly clock?: () => number;
  /** Aborted when nobody wants the records any more: who waits for the first of them cannot be told otherwise. */
  readonly signal?: AbortSignal | undefined;
}

/** Waits between two looks whether somebody else has finished a block, milliseconds. */
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 500;

/**
 * Reads a gap, or the first part of it. Clients that want the same at once share one reading; blocks that somebody else is building are
 * waited for: then the run ends before them, as it does before blocks that are there by now. Blocks read whole are kept; where nothing
 * can be kept, they are read all the same.
 *
 * @param isUnusable the first block was found not to be one that can be used, whatever the index says
 * @param most blocks of one run; {@link GapRun.nextMost} of the one before. It is for all who share a reading, so that they share the next.
 */
export function gapRun(
  gap: GapPiece,
  reading: GapReading,
  isUnusable = false,
  most = firstMost(reading.level.period),
): GapRun {
  const { level, flights, layout, notBefore, signal: left } = reading;
  const part = firstPart(gap, level, most);
  const { begin, end } = part.reading;
  const key = [
    level.folder,
    level.period,
    level.definition,
    level.dataVersion,
    notBefore,
    layout,
    formatTime(begin, 9),
    formatTime(end, 9),
    isUnusable,
  ];
  const { bytes, facts } = flights.join(key.join("\n"), (signal) => {
    const shared: ReadingFacts = { upTo: part.first, nextMost: most, bytesFromReaders: 0 };
    return { items: fly(part, reading, isUnusable, shared, signal), facts: shared };
  });
  return {
    items: itemsOf(bytes, left),
    upTo: () => facts.upTo,
    nextMost: () => facts.nextMost,
    bytesRead: () => facts.bytesFromReaders,
    kept: () => facts.kept,
  };
}

/** The items of the bytes; of a run that had nothing to read there are none. */
async function* itemsOf(
  bytes: AsyncIterableIterator<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly StreamItem[], void, undefined> {
  const leave = (): void => void bytes.return?.()?.catch(() => undefined);
  signal?.addEventListener("abort", leave, { once: true });
  try {
    const first = await bytes.next();
    if (first.done === true) return;
    const rest = (async function* () {
      yield first.value;
      yield* bytes;
    })();
    yield* readStream(rest);
  } finally {
    signal?.removeEventListener("abort", leave);
  }
}

function firstPart(gap: GapPiece, { period }: Level, most: number): GapPiece {
  const end = gap.first + most;
  return gap.end <= end ? gap : upTo(gap, end, period);
}

/** The part of a gap before a block. */
function upTo(gap: GapPiece, end: number, period: BlockPeriod): GapPiece {
  const at = blockBegin(end, period);
  return {
    ...gap,
    end,
    range: { begin: gap.range.begin, end: at },
    reading: { begin: gap.reading.begin, end: at },
    whole: { first: Math.min(gap.whole.first, end), end: Math.min(gap.whole.end, end) },
  };
}

async function* fly(
  gap: GapPiece,
  reading: GapReading,
  isUnusable: boolean,
  facts: ReadingFacts,
  signal: AbortSignal,
) {
  const { level, index, read, clock = clockMs } = reading;
  const { claims, end, away } = await claimBlocks(gap, reading, isUnusable);
  if (end === gap.first) {
    await notBuilding(index, level, gap.first, signal);
    return;
  }
  const part = end === gap.end ? gap : upTo(gap, end, level.period);
  const begun = clock();
  const { items, bytesRead, kept } = await started(claims, reading, () =>
    read({ range: part.reading, keep: claims }, signal),
  );
  facts.kept = kept.then((error) => error ?? away);
  try {
    yield* items;
  } finally {
    facts.bytesFromReaders = bytesRead();
  }
  facts.upTo = end;
  facts.nextMost = nextMost(facts.nextMost, clock() - begun);
}

/** Starts a reading, which takes the claims over; gives them back where it does not start. */
async function started<T>(
  claims: readonly Claim[],
  { index, level }: GapReading,
  start: () => Promise<T>,
): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (claims.length > 0) await index.release(level, claims).catch(() => undefined);
    throw error;
  }
}

/** Resolves when nobody is building a block (any more). */
async function notBuilding(
  index: BlockIndex,
  level: Level,
  number: number,
  signal: AbortSignal,
): Promise<void> {
  for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
    await sleep(wait, undefined, { signal }).catch(() => undefined);
    const building = await index.claimed(level, [number]).catch(() => []);
    if (building.length === 0) return;
  }
}
