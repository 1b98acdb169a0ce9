import { DasError, isDasError } from "../../errors/das-error.js";
import { compareTimes, parseTime, type Time, timeToUs2000 } from "../../stream/time.js";
import { readTimeField, readTimeFieldExact } from "../../stream/time-field.js";
import { printable } from "./printable-text.js";
import { NONE, type RecordValues } from "./record-layout.js";

/** Longest text of a time, bytes; that of nanoseconds has 30. */
const MAX_TIME_BYTES = 96;

/**
 * How far the records have come, so that an answer that broke off is followed by one from the same place: the time of the last
 * record, and how many records have had it. Servers give records in order of time.
 */
export class Place {
  readonly #last = new Uint8Array(MAX_TIME_BYTES);
  #length = 0;
  /** Records with that time. */
  #count = 0;
  #lastUs = Number.NEGATIVE_INFINITY;
  /** us2000 of the record that {@link isNew} saw last. */
  us2000 = Number.NaN;
  /** While records that came before are passed over: the time up to which they are, and how many of it are still expected. */
  #known: { readonly time: Time; left: number } | undefined;

  /** The text of the last time, to go on from; `undefined` before the first record. */
  get lastText(): string | undefined {
    return this.#length === 0
      ? undefined
      : Buffer.from(this.#last.subarray(0, this.#length)).toString("latin1");
  }

  /** Another answer begins. */
  restart(): void {
    this.#known =
      this.#length === 0 ? undefined : { time: this.#exact(this.#last, 0, this.#length), left: this.#count };
  }

  /** Whether the record did not come before. Errors: PEER_FAILED for a time that is none. */
  isNew({ time, timeFrom, timeTo }: RecordValues): boolean {
    let [from, to] = [timeFrom, timeTo];
    while (to > from && time[to - 1]! <= 0x20) to--;
    while (from < to && time[from]! <= 0x20) from++;
    const us = readTimeField(time, from, to);
    this.us2000 = Number.isNaN(us) ? timeToUs2000(this.#exact(time, from, to)) : us;
    if (this.#known !== undefined && this.#cameBefore(this.#known, time, from, to)) return false;
    if (this.#isSame(time, from, to)) this.#count++;
    // One before the last is no place to go on from.
    else if (!(this.us2000 < this.#lastUs)) {
      if (to - from > MAX_TIME_BYTES) throw noTime(time, from, to);
      for (let i = from; i < to; i++) this.#last[i - from] = time[i]!;
      this.#length = to - from;
      this.#count = 1;
      this.#lastUs = this.us2000;
    }
    return true;
  }

  #cameBefore(known: { time: Time; left: number }, time: Uint8Array, from: number, to: number): boolean {
    const order = compareTimes(this.#exact(time, from, to), known.time);
    if (order < 0) return true;
    if (order === 0 && known.left > 0) {
      known.left--;
      return true;
    }
    this.#known = undefined;
    return false;
  }

  #isSame(time: Uint8Array, from: number, to: number): boolean {
    if (to - from !== this.#length) return false;
    // The last digits change most.
    for (let i = this.#length - 1; i >= 0; i--) if (this.#last[i] !== time[from + i]) return false;
    return true;
  }

  #exact(bytes: Uint8Array, from: number, to: number): Time {
    const time = readTimeFieldExact(bytes, from, to, false);
    if (time !== undefined) return time;
    try {
      return parseTime(
        Buffer.from(bytes.subarray(from, Math.min(to, from + MAX_TIME_BYTES))).toString("latin1"),
        {
          bareYear: true,
        },
      );
    } catch (error) {
      throw isDasError(error, "BAD_TIME") ? noTime(bytes, from, to) : error;
    }
  }
}

function noTime(bytes: Uint8Array = NONE, from = 0, to = 0): DasError {
  const text = printable(Buffer.from(bytes.subarray(from, Math.min(to, from + 60))).toString("latin1"), 40);
  return new DasError("PEER_FAILED", `a record of the HAPI server begins with "${text}", expected a time`);
}
