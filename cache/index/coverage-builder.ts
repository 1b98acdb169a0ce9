import { DasError } from "../../errors/das-error.js";
import { type BlockSpan, blockBegin, UNIFORM_SECONDS } from "../block-number.js";
import type { BlockRun } from "../block-state.js";
import type { Level } from "../level.js";
import type { Coverage, Moment } from "./block-index.js";
import { STATE_BYTE, secondMs, stateOf } from "./block-record.js";
import { RecordWords } from "./record-words.js";
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
  readonly #limits: StaleLimits;
  readonly #digest: VersionDigest;
  readonly #room = new RecordWords();
  readonly #runs: BlockRun[] = [];
  /** The run being gathered: its state, and where it begins. */
  #state: number = STATE_BYTE.absent;
  #first: number;
  /** The first block of which nothing was said. */
  #at: number;
  #count = 0;
  #newest = -1;

  constructor(level: CoveredLevel, span: BlockSpan, moment: Moment) {
    this.#span = span;
    this.#first = span.first;
    this.#at = span.first;
    this.#limits = staleLimits(level, moment);
    this.#digest = new VersionDigest([level.definition, level.dataVersion ?? null]);
  }

  /**
   * Records of blocks from `first` on, 8 bytes each; what is outside of the range is left out.
   * Errors: TOO_MANY_BLOCKS where the range has more than 2^22 on record.
   */
  add(first: number, records: Uint8Array): void {
    const words = this.#room.of(records);
    const begin = Math.max(first, this.#at);
    const end = Math.min(first + words.length / 2, this.#span.end);
    if (begin >= end) return;
    this.#skipTo(begin);
    this.#digest.add(begin, words, begin - first, end - begin);
    this.#scan(begin, end, words.subarray(2 * (begin - first)));
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
      newestMs: this.#newest < 0 ? 0 : secondMs(this.#newest),
    };
  }

  /**
   * Half a million records are usual, so what the loop needs is in locals, and what one record comes to is said of those after it that are
   * of the same state and second: blocks are built many at a time.
   */
  #scan(begin: number, end: number, words: Uint32Array): void {
    const { absent, stale } = STATE_BYTE;
    const { oldest, latest, oldestOpen } = this.#limits;
    let [current, newest, count] = [this.#state, this.#newest, this.#count];
    let [sameByte, sameSecond, sameEnd, counts] = [-1, 0, 0, 0];
    for (let number = begin, at = 0; number < end; number++, at += 2) {
      const byte = (words[at] as number) & 0xff; // in bounds
      const second = words[at + 1] as number;
      if (byte === sameByte && second === sameSecond && number < sameEnd) {
        count += counts;
        continue;
      }
      let state = byte;
      [sameByte, sameSecond, sameEnd, counts] = [byte, second, end, 1];
      if (byte === absent || byte > stale) {
        state = absent;
        counts = 0;
      } else {
        count++;
        if (second > newest) newest = second;
        if (second < oldest || second > latest) state = stale;
        else if (second < oldestOpen) {
          // Of those built at that time the later ones were open.
          if (this.#wasOpen(number, second)) state = stale;
          else if (this.#wasOpen(end - 1, second)) sameEnd = number + 1;
        }
      }
      if (state !== current) {
        this.#turn(number, state);
        current = state;
      }
    }
    this.#newest = newest;
    this.#count = count;
  }

  /** Whether a block was not over when it was built, at that second. */
  #wasOpen(number: number, second: number): boolean {
    const { liveDelay, blockSeconds, endSecond } = this.#limits;
    const over = blockSeconds > 0 ? (number + 1) * blockSeconds : endSecond(number);
    return over > second - liveDelay;
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

/** When a build is stale, whole seconds since 2000. */
interface StaleLimits {
  /** Builds before this are. */
  readonly oldest: number;
  /** Builds after this are. */
  readonly latest: number;
  /** Builds of open blocks before this are. */
  readonly oldestOpen: number;
  readonly liveDelay: number;
  /** Length of all blocks; 0 where `endSecond` gives the end of each. */
  readonly blockSeconds: number;
  readonly endSecond: (number: number) => number;
}

function staleLimits({ period, freshness }: CoveredLevel, { now, notBefore }: Moment): StaleLimits {
  const isUniform = period !== "monthly" && period !== "yearly";
  return {
    oldest: notBefore === undefined ? 0 : Math.ceil(exactSecond(notBefore)),
    latest: Math.floor(exactSecond(now + CLOCK_SLACK_MS)),
    oldestOpen: Math.ceil(exactSecond(now) - freshness.openTtlSeconds),
    liveDelay: freshness.liveDelaySeconds,
    blockSeconds: isUniform ? UNIFORM_SECONDS[period] : 0,
    endSecond: (number) => blockBegin(number + 1, period).day * 86_400,
  };
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
