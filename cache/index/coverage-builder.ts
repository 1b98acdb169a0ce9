import { DasError } from "../../errors/das-error.js";
import { type BlockSpan, blockBegin, UNIFORM_SECONDS } from "../block-number.js";
import type { Level } from "../level.js";
import type { BlockRun, Coverage, Moment } from "./block-index.js";
import { RECORD_BYTES, STATE_BYTE, secondMs, stateOf } from "./block-record.js";
import { VersionDigest } from "./version-digest.js";

/** Blocks on record in one range: a year of blocks of ten seconds, 32 MiB of records. */
export const MAX_BLOCKS = 2 ** 22;

/** A build from further in the future than clocks of hosts may differ was made by a clock that was wrong. */
const CLOCK_SLACK_MS = 60_000;

/** What a level says of the age of its blocks, and what its version begins with. */
export type CoveredLevel = Pick<Level, "period" | "freshness" | "definition" | "dataVersion">;

/**
 * Turns records into the coverage of a range. Pieces of records come in order of their blocks and may leave blocks out; nothing of
 * them is kept but runs.
 *
 * Stale is, besides what is on record as stale: a block built before `notBefore`, or in the future; and an open block (its end was
 * later than the build less `liveDelay`) once it is older than `openTtl`. A build counts from the second in which it began.
 * Source: das2-server 15.8.
 */
export class CoverageBuilder {
  readonly #span: BlockSpan;
  readonly #endSecond: (number: number) => number;
  readonly #liveDelay: number;
  /** Builds before this second are stale: `notBefore`. */
  readonly #oldest: number;
  /** Builds after this second are stale. */
  readonly #newest: number;
  /** Open blocks that were built before this second are stale. */
  readonly #oldestOpen: number;
  readonly #digest: VersionDigest;
  readonly #runs: BlockRun[] = [];
  /** The run being gathered: its state, and where it begins. */
  #state: number = STATE_BYTE.absent;
  #first: number;
  /** The first block that nothing was said of. */
  #at: number;
  #count = 0;
  #newestSecond = -1;

  constructor(level: CoveredLevel, span: BlockSpan, moment: Moment) {
    const { liveDelaySeconds, openTtlSeconds } = level.freshness;
    this.#span = span;
    this.#first = span.first;
    this.#at = span.first;
    this.#endSecond = endSeconds(level.period);
    this.#liveDelay = liveDelaySeconds;
    this.#oldest = moment.notBefore === undefined ? 0 : Math.ceil(exactSecond(moment.notBefore));
    this.#newest = exactSecond(moment.now + CLOCK_SLACK_MS);
    this.#oldestOpen = exactSecond(moment.now) - openTtlSeconds;
    this.#digest = new VersionDigest([level.definition, level.dataVersion ?? null]);
  }

  /**
   * Records of blocks from `first` on, 8 bytes each; what is outside of the range is left out.
   * Errors: TOO_MANY_BLOCKS where the range has more than 2^22 on record; a piece that is not whole records is an error of the caller.
   */
  add(first: number, records: Uint8Array): void {
    const begin = Math.max(first, this.#at);
    const end = Math.min(first + Math.floor(records.length / RECORD_BYTES), this.#span.end);
    if (begin >= end) return;
    this.#skipTo(begin);
    const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
    let offset = (begin - first) * RECORD_BYTES;
    for (let number = begin; number < end; number++, offset += RECORD_BYTES) {
      const word = view.getUint32(offset, true);
      let state = word & 0xff;
      if (state !== STATE_BYTE.absent && state <= STATE_BYTE.stale) {
        const second = view.getUint32(offset + 4, true);
        this.#digest.add(number, word, second);
        this.#count++;
        if (second > this.#newestSecond) this.#newestSecond = second;
        if (state !== STATE_BYTE.stale && this.#isStale(number, second)) state = STATE_BYTE.stale;
      } else state = STATE_BYTE.absent;
      if (state !== this.#state) this.#turn(number, state);
    }
    this.#at = end;
    if (this.#count > MAX_BLOCKS) throw tooManyBlocks();
  }

  /** The coverage, when all records were given. */
  finish(): Coverage {
    this.#skipTo(this.#span.end);
    this.#close(this.#span.end);
    return {
      runs: this.#runs,
      version: this.#digest.text(),
      newestMs: this.#newestSecond < 0 ? 0 : secondMs(this.#newestSecond),
    };
  }

  #isStale(number: number, second: number): boolean {
    if (second < this.#oldest || second > this.#newest) return true;
    return second < this.#oldestOpen && this.#endSecond(number) > second - this.#liveDelay;
  }

  /** Blocks up to `number` were not mentioned. */
  #skipTo(number: number): void {
    if (number > this.#at && this.#state !== STATE_BYTE.absent) this.#turn(this.#at, STATE_BYTE.absent);
    this.#at = Math.max(this.#at, number);
  }

  #turn(number: number, state: number): void {
    this.#close(number);
    this.#state = state;
    this.#first = number;
  }

  #close(end: number): void {
    if (end > this.#first) this.#runs.push({ first: this.#first, end, state: stateOf(this.#state) });
  }
}

/** The refusal of a range with too many blocks. */
export function tooManyBlocks(): DasError {
  return new DasError(
    "TOO_MANY_BLOCKS",
    `the range has more than ${MAX_BLOCKS} blocks on record, expected a shorter range or a level of longer blocks`,
  );
}

/** Seconds since 2000, not rounded. */
function exactSecond(ms: number): number {
  return (ms - secondMs(0)) / 1000;
}

/** The end of a block, seconds since 2000. */
function endSeconds(period: Level["period"]): (number: number) => number {
  if (period === "monthly" || period === "yearly")
    return (number) => blockBegin(number + 1, period).day * 86_400;
  const seconds = UNIFORM_SECONDS[period];
  return (number) => (number + 1) * seconds;
}
