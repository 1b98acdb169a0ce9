import type { BlockRun, BlockState } from "../../cache/block-state.js";

/** How a column of a bar looks: as all its blocks, or `part`, where some can be served and some are missing or stale. */
export type DrawnState = BlockState | "part";

/** How many blocks are in which state. */
export type BlockCounts = Readonly<Record<BlockState, number>>;

/** Columns side by side that look the same. */
export interface DrawnRun {
  /** Columns, `to` excluded. */
  readonly from: number;
  readonly to: number;
  readonly state: DrawnState;
  /** The blocks that are in these columns, `end` excluded; neighbours share one where a column holds many. */
  readonly first: number;
  readonly end: number;
  readonly counts: BlockCounts;
}

/** Where a block begins, in columns with fractions; ascends with the number. */
export type Place = (number: number) => number;

const BIT: Readonly<Record<BlockState, number>> = { present: 1, empty: 2, stale: 4, absent: 8 };
const GOOD = BIT.present | BIT.empty;
const GAP = BIT.stale | BIT.absent;
/** What division loses is no reason to reach into the next column. */
const ROUNDING = 1e-9;

/** Counts of nothing. */
export function noBlocks(): Record<BlockState, number> {
  return { present: 0, empty: 0, stale: 0, absent: 0 };
}

/** The blocks of runs, counted by state. */
export function countBlocks(runs: readonly BlockRun[]): BlockCounts {
  const counts = noBlocks();
  for (const { first, end, state } of runs) counts[state] += end - first;
  return counts;
}

function stateOf(bits: number): DrawnState {
  if ((bits & GAP) === 0) return (bits & BIT.present) === 0 ? "empty" : "present";
  if ((bits & GOOD) !== 0) return "part";
  return (bits & BIT.absent) === 0 ? "stale" : "absent";
}

/** Columns that blocks take: each at least one, and one that takes several shares none of them with a block as long as it. */
class Columns {
  readonly #place: Place;
  readonly #width: number;

  constructor(place: Place, width: number) {
    this.#place = place;
    this.#width = width;
  }

  begin(number: number): number {
    const column = Math.floor(this.#place(number) + ROUNDING);
    return Math.min(Math.max(column, 0), this.#width - 1);
  }

  /** Excluded. */
  end(number: number): number {
    const next = Math.floor(this.#place(number + 1) + ROUNDING);
    return Math.min(Math.max(next, this.begin(number) + 1), this.#width);
  }
}

/** The least number from `low` on for which the test holds, `high` where none below it does; the test must not turn back. */
function least(low: number, high: number, holds: (number: number) => boolean): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/**
 * Runs of blocks as columns of a bar. A gap is never hidden: a column with a missing or stale block among others is `part`,
 * however many blocks it stands for.
 * @param runs in order, side by side
 * @param width columns of the bar
 * @param place where blocks begin; missing: evenly over the bar
 */
export function drawnRuns(runs: readonly BlockRun[], width: number, place?: Place): DrawnRun[] {
  const first = runs[0]?.first ?? 0;
  const end = runs.at(-1)?.end ?? 0;
  if (width < 1 || end <= first) return [];
  const columns = new Columns(place ?? ((n) => ((n - first) / (end - first)) * width), width);
  const bits = new Uint8Array(width);
  for (const run of runs) {
    const to = columns.end(run.end - 1);
    for (let column = columns.begin(run.first); column < to; column++)
      bits[column] = (bits[column] ?? 0) | BIT[run.state];
  }
  const drawn: DrawnRun[] = [];
  let at = 0;
  for (let from = 0; from < width; ) {
    const state = stateOf(bits[from] ?? 0);
    let to = from + 1;
    while (to < width && bits[to] !== 0 && stateOf(bits[to] ?? 0) === state) to += 1;
    const begin = from;
    from = to;
    // Columns outside of the runs.
    if (bits[begin] === 0) continue;
    const firstBlock = least(first, end - 1, (n) => columns.end(n) > begin);
    const endBlock = least(firstBlock + 1, end, (n) => columns.begin(n) >= to);
    while ((runs[at]?.end ?? end) <= firstBlock) at += 1;
    drawn.push({
      from: begin,
      to,
      state,
      first: firstBlock,
      end: endBlock,
      counts: countWithin(runs, at, firstBlock, endBlock),
    });
  }
  return drawn;
}

/** Counts of the blocks `[first, end)`, looked for from the run `at` on. */
function countWithin(runs: readonly BlockRun[], at: number, first: number, end: number): BlockCounts {
  const counts = noBlocks();
  for (let index = at; index < runs.length; index++) {
    const run = runs[index];
    if (run === undefined || run.first >= end) break;
    counts[run.state] += Math.max(0, Math.min(run.end, end) - Math.max(run.first, first));
  }
  return counts;
}
