import type { RequestOutcome, RequestRecord } from "../log/record.js";

/** Minutes that are remembered. */
export const RECENT_MINUTES = 30;
const MINUTE_MS = 60_000;

/** The requests that ended in one minute. */
export interface MinuteCount {
  /** Begin of the minute, milliseconds since 1970. */
  readonly atMs: number;
  readonly outcomes: Readonly<Record<RequestOutcome, number>>;
  readonly bytes: number;
  /** Longest time from the arrival to the end of an answer, milliseconds. */
  readonly longestMs: number;
}

type Counting = { -readonly [K in keyof MinuteCount]: MinuteCount[K] } & {
  outcomes: Record<RequestOutcome, number>;
};

function emptyMinute(atMs: number): Counting {
  const outcomes = { complete: 0, "no data": 0, refused: 0, failed: 0, cancelled: 0 };
  return { atMs, outcomes, bytes: 0, longestMs: 0 };
}

/** Counts requests by minutes, for the last half hour: a page of numbers, whatever the load. */
export class RecentRequests {
  readonly #now: () => number;
  readonly #minutes = new Map<number, Counting>();

  /** @param now milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  add({ outcome, bytes, durationMs }: Pick<RequestRecord, "outcome" | "bytes" | "durationMs">): void {
    const number = Math.floor(this.#now() / MINUTE_MS);
    let minute = this.#minutes.get(number);
    if (minute === undefined) {
      minute = emptyMinute(number * MINUTE_MS);
      this.#minutes.set(number, minute);
      // Of a clock that was set back as well: whatever is not of these minutes goes.
      for (const known of this.#minutes.keys())
        if (known > number || known <= number - RECENT_MINUTES) this.#minutes.delete(known);
    }
    minute.outcomes[outcome]++;
    minute.bytes += bytes;
    minute.longestMs = Math.max(minute.longestMs, durationMs);
  }

  /** Every one of the last minutes, the oldest first; those without requests too. */
  list(): readonly MinuteCount[] {
    const last = Math.floor(this.#now() / MINUTE_MS);
    return Array.from({ length: RECENT_MINUTES }, (_, n) => {
      const number = last - RECENT_MINUTES + 1 + n;
      const { outcomes, ...rest } = this.#minutes.get(number) ?? emptyMinute(number * MINUTE_MS);
      return { ...rest, outcomes: { ...outcomes } };
    });
  }
}
