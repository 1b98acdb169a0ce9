import { writeExponential } from "../stream/number-field.js";
import type { ValueType } from "../stream/value-type.js";
import type { FieldLoop } from "./field-loop.js";

// Numbers of 7 and 10 digits, the defaults of the text form, four digits at a time out of a table. They are exact: a value
// whose scaled rest lies too near to a half for plain arithmetic goes the exact way of writeExponential, as do zeros,
// subnormals, infinities and exponents of three digits.

const SPACE = 0x20;
const MINUS = 0x2d;
const POINT = 0x2e;

/** Largest exponent of ten that has two digits. */
const MAX_EXPONENT = 99;

/** In place of a decade: this way is not taken. */
const NOT_HERE = 127;

/**
 * Rounding is decided here only when the scaled value and a half are farther than this from a whole number. The sum, below
 * 1e10, comes of three roundings, so its error is below 1e10 * 3 * 2^-53 = 3.4e-6.
 */
const DOUBT = 1e-5;

interface Tables {
  /** Four digits as ASCII, packed little endian, by number. */
  readonly four: Uint32Array;
  /** `d.dd` of a number of three digits. */
  readonly head: Uint32Array;
  /** `e+dd` by exponent of ten + 99. */
  readonly exponent: Uint32Array;
  /** floor(log10 2^e) by biased binary64 exponent, or {@link NOT_HERE}. */
  readonly decade: Int8Array;
  /** The power of ten above that decade: from it on the decade is one more. */
  readonly limit: Float64Array;
  /** 10^(i - 99): a value of decade k is scaled by 10^(digits - 1 - k). */
  readonly scale: Float64Array;
}

let tables: Tables | undefined;

/** Made when the first loop is: 0.1 ms that other programs need not spend. */
function makeTables(): Tables {
  const pack = (text: string): number =>
    text.charCodeAt(0) | (text.charCodeAt(1) << 8) | (text.charCodeAt(2) << 16) | (text.charCodeAt(3) << 24);
  const decade = new Int8Array(2048).fill(NOT_HERE);
  const limit = new Float64Array(2048);
  for (let biased = 1; biased < 2047; biased++) {
    const k = Math.floor(Math.log10(2) * (biased - 1023));
    if (k < -MAX_EXPONENT || k >= MAX_EXPONENT - 1) continue; // rounding and the limit may each add one
    decade[biased] = k;
    limit[biased] = Number(`1e${k + 1}`);
  }
  return {
    four: Uint32Array.from({ length: 10_000 }, (_, n) => pack(String(n).padStart(4, "0"))),
    head: Uint32Array.from({ length: 1000 }, (_, n) => {
      const digits = String(n).padStart(3, "0");
      return pack(`${digits[0]}.${digits.slice(1)}`);
    }),
    exponent: Uint32Array.from({ length: 2 * MAX_EXPONENT + 1 }, (_, i) => {
      const k = i - MAX_EXPONENT;
      return pack(`e${k < 0 ? "-" : "+"}${String(Math.abs(k)).padStart(2, "0")}`);
    }),
    decade,
    limit,
    scale: Float64Array.from({ length: 2 * MAX_EXPONENT + 11 }, (_, i) => Number(`1e${i - MAX_EXPONENT}`)),
  };
}

/** Values that are decoded at a time: they stay in the nearest cache. */
const BLOCK = 1024;
const block = new Float64Array(BLOCK);
/** The same memory: bits of the values, and which of two words holds the exponent. */
const words = new Uint32Array(block.buffer);
const TOP = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Writes the first `count` values of {@link block} as fields. */
type BlockWriter = (to: Uint8Array, toView: DataView, toAt: number, toStep: number, count: number) => void;

/** The fast loop for a binary real type and a number of digits, or `undefined` where there is none. */
export function realColumnLoop(type: ValueType, digits: number): FieldLoop | undefined {
  if (type.kind !== "real" || (digits !== 7 && digits !== 10)) return undefined;
  tables ??= makeTables();
  const write = digits === 7 ? sevenDigits(tables) : tenDigits(tables);
  const { width, littleEndian } = type;
  return (_from, view, at, step, to, toView, toAt, toStep, count) => {
    for (let done = 0; done < count; done += BLOCK, at += BLOCK * step, toAt += BLOCK * toStep) {
      const n = Math.min(BLOCK, count - done);
      let from = at;
      if (width === 4)
        if (littleEndian) for (let i = 0; i < n; i++, from += step) block[i] = view.getFloat32(from, true);
        else for (let i = 0; i < n; i++, from += step) block[i] = view.getFloat32(from, false);
      else if (littleEndian) for (let i = 0; i < n; i++, from += step) block[i] = view.getFloat64(from, true);
      else for (let i = 0; i < n; i++, from += step) block[i] = view.getFloat64(from, false);
      write(to, toView, toAt, toStep, n);
    }
  };
}

/*
 * In both loops what random values decide (their sign, their decade, whether they are rounded up) is computed without a
 * branch: a processor that guesses wrong half of the time would spend most of its time on that.
 */

/** `sd.dddddde+dd` and a blank: 14 bytes. */
function sevenDigits({ four, head, exponent, decade, limit, scale }: Tables): BlockWriter {
  return (to, toView, toAt, toStep, count) => {
    for (let i = 0; i < count; i++, toAt += toStep) {
      const value = block[i]!;
      const top = words[2 * i + TOP]!;
      const biased = (top >>> 20) & 0x7ff;
      to[toAt + 13] = SPACE;
      let k = decade[biased]!;
      if (k !== NOT_HERE) {
        const v = Math.abs(value);
        k += Number(v >= limit[biased]!);
        const raised = v * scale[6 - k + MAX_EXPONENT]! + 0.5;
        let n = raised | 0;
        const rest = raised - n;
        if (rest > DOUBT && rest < 1 - DOUBT) {
          if (n === 10_000_000) {
            n = 1_000_000;
            k++;
          }
          if (n >= 1_000_000 && n < 10_000_000) {
            const high = (n / 10_000) | 0;
            to[toAt] = SPACE + (top >>> 31) * (MINUS - SPACE);
            toView.setUint32(toAt + 1, head[high]!, true);
            toView.setUint32(toAt + 5, four[n - high * 10_000]!, true);
            toView.setUint32(toAt + 9, exponent[k + MAX_EXPONENT]!, true);
            continue;
          }
        }
      }
      writeExponential(to, toAt, 13, value, 6);
    }
  };
}

/** `sd.ddddddddde+dd` and a blank: 17 bytes. */
function tenDigits({ four, exponent, decade, limit, scale }: Tables): BlockWriter {
  return (to, toView, toAt, toStep, count) => {
    for (let i = 0; i < count; i++, toAt += toStep) {
      const value = block[i]!;
      const top = words[2 * i + TOP]!;
      const biased = (top >>> 20) & 0x7ff;
      to[toAt + 16] = SPACE;
      let k = decade[biased]!;
      if (k !== NOT_HERE) {
        const v = Math.abs(value);
        k += Number(v >= limit[biased]!);
        const raised = v * scale[9 - k + MAX_EXPONENT]! + 0.5;
        // Six digits and four; the difference is exact, for both are multiples of the last bit of `raised`.
        let high = (raised / 10_000) | 0;
        const below = raised - high * 10_000;
        const low = below | 0;
        const rest = below - low;
        if (rest > DOUBT && rest < 1 - DOUBT) {
          if (high === 1_000_000) {
            high = 100_000;
            k++;
          }
          if (high >= 100_000 && high < 1_000_000 && low < 10_000) {
            const first = (high / 10_000) | 0;
            const tens = (first / 10) | 0;
            to[toAt] = SPACE + (top >>> 31) * (MINUS - SPACE);
            to[toAt + 1] = 0x30 + tens;
            to[toAt + 2] = POINT;
            to[toAt + 3] = 0x30 + first - tens * 10;
            toView.setUint32(toAt + 4, four[high - first * 10_000]!, true);
            toView.setUint32(toAt + 8, four[low]!, true);
            toView.setUint32(toAt + 12, exponent[k + MAX_EXPONENT]!, true);
            continue;
          }
        }
      }
      writeExponential(to, toAt, 16, value, 9);
    }
  };
}
