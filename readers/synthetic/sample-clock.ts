import type { Time } from "../../stream/time.js";

const DAY_NS = 86_400_000_000_000n;
const US_PER_DAY = 86_400e6;

/** Nanoseconds from 2000-01-01T00:00:00 UTC, days of 86400 s. */
export function nanoseconds(time: Time): bigint {
  return BigInt(time.day) * DAY_NS + BigInt(time.ns);
}

/** Index of the first sample that is not before `time`, where sample k is `k * cadenceNs` after 2000-01-01. */
export function firstSample(time: Time, cadenceNs: bigint): bigint {
  const ns = nanoseconds(time);
  const quotient = ns / cadenceNs;
  return quotient * cadenceNs < ns ? quotient + 1n : quotient;
}

/**
 * Time and index of a sample, stepped in whole numbers: what it gives is a function of the absolute index alone, however
 * it got there, so that overlapping requests agree to the last bit.
 */
export class SampleClock {
  readonly #stepDays: number;
  readonly #stepUs: number;
  readonly #stepNs: number;
  readonly #counters: { readonly period: number; value: number }[] = [];
  #index: bigint;
  readonly #cadenceNs: bigint;
  // Day, microsecond of the day and nanosecond of that: each small enough to be stepped without rounding in any year.
  #day = 0;
  #us = 0;
  #ns = 0;
  /** Lower and upper 32 bits of the index. */
  low = 0;
  high = 0;

  constructor(cadenceNs: bigint, index: bigint) {
    this.#cadenceNs = cadenceNs;
    this.#stepDays = Number(cadenceNs / DAY_NS);
    this.#stepUs = Number((cadenceNs % DAY_NS) / 1000n);
    this.#stepNs = Number(cadenceNs % 1000n);
    this.#index = index;
    this.seek(index);
  }

  /** The index modulo `period`, followed from now on; ask by the number that this returns. */
  follow(period: number): number {
    this.#counters.push({ period, value: Number(modulo(this.#index, BigInt(period))) });
    return this.#counters.length - 1;
  }

  seek(index: bigint): void {
    this.#index = index;
    const total = index * this.#cadenceNs;
    const ofDay = modulo(total, DAY_NS);
    this.#day = Number((total - ofDay) / DAY_NS);
    this.#us = Number(ofDay / 1000n);
    this.#ns = Number(ofDay % 1000n);
    this.low = Number(BigInt.asUintN(32, index));
    this.high = Number(BigInt.asUintN(32, index >> 32n));
    for (const counter of this.#counters) counter.value = Number(modulo(index, BigInt(counter.period)));
  }

  /** us2000; whole microseconds are exact until the year 2285. */
  get us2000(): number {
    return this.#day * US_PER_DAY + (this.#us + this.#ns / 1000);
  }

  /** The same, exact to the nanosecond. */
  get time(): Time {
    return { day: this.#day, ns: this.#us * 1000 + this.#ns };
  }

  phase(counter: number): number {
    return this.#counters[counter]!.value;
  }

  next(): void {
    this.#day += this.#stepDays;
    this.#us += this.#stepUs;
    this.#ns += this.#stepNs;
    if (this.#ns >= 1000) {
      this.#ns -= 1000;
      this.#us++;
    }
    if (this.#us >= US_PER_DAY) {
      this.#us -= US_PER_DAY;
      this.#day++;
    }
    this.low = (this.low + 1) >>> 0;
    if (this.low === 0) this.high = (this.high + 1) >>> 0;
    for (const counter of this.#counters) if (++counter.value === counter.period) counter.value = 0;
  }
}

function modulo(value: bigint, by: bigint): bigint {
  const rest = value % by;
  return rest < 0n ? rest + by : rest;
}

/** 32 well mixed bits of three numbers: the finalizer of MurmurHash3 over them. */
export function hash32(a: number, b: number, c: number): number {
  let h =
    Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^
    Math.imul(b + 0x7f4a7c15, 0xc2b2ae35) ^
    Math.imul(c + 1, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
