import { type BlockSpan, blockBegin } from "../../cache/block-number.js";
import { blockTimeText } from "../../cache/block-path.js";
import type { BlockRun, BlockState } from "../../cache/block-state.js";
import type { BlockPeriod } from "../../cache/level.js";
import { shortTime } from "../../stream/short-time.js";
import { formatTime, type Time } from "../../stream/time.js";
import { noBlocks } from "./drawn-runs.js";
import type { RunView } from "./view.js";

/** Whether a block of that state has to be built before it can be served. */
function isGap(state: BlockState): boolean {
  return state === "absent" || state === "stale";
}

/** A time for people and for JSON: `2021-06-30`, `2021-06-30T10:15`, to the millisecond where it has one. */
export function timeText(time: Time): string {
  return shortTime(formatTime(time, time.ns % 1e9 === 0 ? 0 : 3));
}

/** Times and names of some blocks of a period. */
export function spanText(
  { first, end }: BlockSpan,
  period: BlockPeriod,
): Pick<RunView, "begin" | "end" | "firstBlock" | "lastBlock"> {
  return {
    begin: timeText(blockBegin(first, period)),
    end: timeText(blockBegin(end, period)),
    firstBlock: blockTimeText(first, period),
    lastBlock: blockTimeText(end - 1, period),
  };
}

/**
 * The gaps of a level, oldest first: runs of blocks that are missing or stale, two side by side being one.
 * @param most as many as are made; all are counted
 */
export function gapsOf(
  runs: readonly BlockRun[],
  period: BlockPeriod,
  most: number,
): { readonly count: number; readonly list: readonly RunView[] } {
  const list: RunView[] = [];
  let count = 0;
  for (let index = 0; index < runs.length; index++) {
    const begin = runs[index];
    if (begin === undefined || !isGap(begin.state)) continue;
    count += 1;
    const counts = noBlocks();
    let last = begin;
    counts[last.state] += last.end - last.first;
    for (let next = runs[index + 1]; next !== undefined && isGap(next.state); next = runs[index + 1]) {
      last = next;
      counts[last.state] += last.end - last.first;
      index += 1;
    }
    if (list.length >= most) continue;
    const state = counts.absent > 0 ? "absent" : "stale";
    list.push({ state, ...spanText({ first: begin.first, end: last.end }, period), counts });
  }
  return { count, list };
}

/** Numbers of blocks on record, all of them or `most` of them evenly chosen. */
export function chosenBlocks(runs: readonly BlockRun[], most: number): readonly number[] {
  const kept = runs.filter(({ state }) => state !== "absent");
  const total = kept.reduce((sum, { first, end }) => sum + end - first, 0);
  const wanted = Math.min(total, most);
  const numbers: number[] = [];
  let before = 0;
  for (const { first, end } of kept) {
    // The n-th that is chosen is the floor((n + 1/2) total / wanted)-th of all: in the middle of its share.
    const until = before + end - first;
    for (
      let ordinal = Math.floor(((numbers.length + 0.5) * total) / wanted);
      ordinal < until && numbers.length < wanted;
      ordinal = Math.floor(((numbers.length + 0.5) * total) / wanted)
    )
      numbers.push(first + ordinal - before);
    before = until;
  }
  return numbers;
}
