import { drmsToUs2000 } from "../../netdrms/times/house-time.js";
import { makeTime, timeToUs2000, us2000ToTime } from "../../stream/time.js";
import { type BlockSpan, blockBegin, blockNumber } from "../block-number.js";
import type { BlockPeriod } from "../level.js";
import type { DrmsSpan } from "./touched-times.js";

/** What a request can name: years 1 to 9999, us2000, the end excluded. */
const FIRST_US = timeToUs2000(makeTime(1, 1, 1));
const END_US = timeToUs2000(makeTime(10_000, 1, 1));
/** In the last block of any period: steps of a binary64 are 32 us there. */
const LAST_US = END_US - 1000;

/**
 * The blocks of a period in which packets of records at these times may lie, in order, neither touching nor overlapping.
 *
 * @param reachSeconds how far from its record a packet may lie; beyond 0 the blocks on both sides count as well, for what is made of several
 *   records is made of those that were read together
 * Source: das2-server 15.2, 15.3.
 */
export function blockSpans(
  spans: readonly DrmsSpan[],
  period: BlockPeriod,
  reachSeconds: number,
): readonly BlockSpan[] {
  const touched = spans.flatMap((span): BlockSpan[] => {
    const first = usOf(span.first) - reachSeconds * 1e6;
    const last = usOf(span.last) + reachSeconds * 1e6;
    // What lies outside, and what is no time, no request asks for.
    if (!(last >= FIRST_US && first < END_US)) return [];
    const more = reachSeconds > 0 ? 1 : 0;
    return [
      {
        first: blockOf(Math.max(first, FIRST_US), period) - more,
        end: blockOf(Math.min(last, LAST_US), period) + 1 + more,
      },
    ];
  });
  return joined(touched);
}

/** The block of a period in which a packet lies, by its x, us2000. */
export function blockOf(us: number, period: BlockPeriod): number {
  const number = blockNumber(us2000ToTime(us), period);
  // An instant has whole nanoseconds: just before a boundary it may be rounded to it.
  return timeToUs2000(blockBegin(number, period)) > us ? number - 1 : number;
}

/** x of a packet, as readers work it out; what is beyond all times stays there. */
function usOf(seconds: number): number {
  return Number.isFinite(seconds) ? drmsToUs2000(seconds) : seconds;
}

function joined(spans: readonly BlockSpan[]): readonly BlockSpan[] {
  const joint: { first: number; end: number }[] = [];
  for (const { first, end } of spans.toSorted((a, b) => a.first - b.first)) {
    const before = joint.at(-1);
    if (before === undefined || before.end < first) joint.push({ first, end });
    else before.end = Math.max(before.end, end);
  }
  return joint;
}
