import { writeExponential } from "../../stream/number-field.js";
import type { ValueType } from "../../stream/value-type.js";
import { hash32, type SampleClock } from "./sample-clock.js";

/** Memory for prepared spectra: enough for 64 intensities of 256 channels, little beside a stream's buffers. */
const BANK_BYTES = 1 << 20;
const MOST_INTENSITIES = 64;
/** Samples in which the emission drifts through the band and back. */
const DRIFT = 4096;

/**
 * Spectra that are made once, when they are first needed, and then copied: a peak over a noisy background that drifts in frequency and varies in
 * intensity from sample to sample. A sample takes a window of one prepared, doubled spectrum, which is a copy of memory.
 */
export class SpectrumBank {
  readonly #bytes: Uint8Array;
  /** Which intensities are prepared: those that a short answer does not come to cost it nothing. */
  readonly #prepared: Uint8Array;
  readonly #write: ReturnType<typeof valueWriter>;
  readonly #fill: Uint8Array;
  readonly #channels: number;
  readonly #width: number;
  readonly #intensities: number;
  readonly #drift: number;

  /** @param sharers how many banks share the memory */
  constructor(channels: number, type: ValueType, fill: number, clock: SampleClock, sharers: number) {
    this.#channels = channels;
    this.#width = type.width;
    const rowBytes = 2 * channels * type.width;
    this.#intensities = Math.min(Math.max(1, Math.floor(BANK_BYTES / sharers / rowBytes)), MOST_INTENSITIES);
    this.#bytes = new Uint8Array(rowBytes * this.#intensities);
    this.#drift = clock.follow(DRIFT);
    this.#prepared = new Uint8Array(this.#intensities);
    this.#write = valueWriter(type);
    // A fill sample loses the first quarter of its channels.
    this.#fill = new Uint8Array(Math.ceil(channels / 4) * type.width);
    for (let at = 0; at < this.#fill.length; at += type.width) this.#write(this.#fill, at, fill);
  }

  /** Writes the spectrum of a plane at the sample where the clock stands; `into` from `at` on takes channels * width bytes. */
  copy(into: Uint8Array, at: number, plane: number, clock: SampleClock, isFill: boolean): void {
    const random = hash32(clock.low, clock.high, plane);
    const sweep = Math.sin((2 * Math.PI * clock.phase(this.#drift)) / DRIFT + plane);
    const shift = Math.floor((this.#channels - 1) * (0.5 + 0.4 * sweep));
    const level = random % this.#intensities;
    if (this.#prepared[level] === 0) this.#prepare(level);
    const from = (level * 2 * this.#channels + shift) * this.#width;
    into.set(this.#bytes.subarray(from, from + this.#channels * this.#width), at);
    if (isFill) into.set(this.#fill, at);
  }

  #prepare(level: number): void {
    const half = this.#channels * this.#width;
    const row = this.#bytes.subarray(2 * half * level, 2 * half * (level + 1));
    for (let channel = 0; channel < this.#channels; channel++) {
      const value = density(channel, this.#channels, level / this.#intensities);
      this.#write(row, channel * this.#width, value);
    }
    row.copyWithin(half, 0, half);
    this.#prepared[level] = 1;
  }
}

/** 1e-14 to 1e-9 V**2 m**-2 Hz**-1: background with a factor two of noise, and a peak a sixteenth of the band wide. */
function density(channel: number, channels: number, intensity: number): number {
  const noise = hash32(channel, 0, 77) / 2 ** 32;
  const distance = (channel - channels / 2) / Math.max(1, channels / 16);
  return 10 ** (-14 + 0.3 * noise + 2 * intensity + 3 * Math.exp(-distance * distance));
}

/** Writes one value of a type; a text field ends in a blank. */
export function valueWriter(type: ValueType): (bytes: Uint8Array, at: number, value: number) => void {
  if (type.kind === "ascii")
    return (bytes, at, value) => {
      // das2-stream A6.3: N - 8 digits after the point in a field of N bytes, the last of them a separator.
      writeExponential(bytes, at, type.width - 1, value, type.width - 8);
      bytes[at + type.width - 1] = 32;
    };
  const littleEndian = type.kind === "real" && type.littleEndian;
  return (bytes, at, value) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (type.width === 4) view.setFloat32(at, value, littleEndian);
    else view.setFloat64(at, value, littleEndian);
  };
}
