import { performance } from "node:perf_hooks";
import { readReal, writeExponential } from "../stream/number-field.js";
import { readTimeField } from "../stream/time-field.js";
import { writeTimeField } from "../stream/time-field-writer.js";
import type { Print } from "./print.js";

/** Fields of one round, all different; few enough to stay in the cache. */
const FIELDS = 20_000;
const FIELD_BYTES = 32;
const ROUNDS = 25;

/** Nanoseconds for one number or time of a text stream, read and written, beside what the language offers. */
export async function run(print: Print): Promise<void> {
  const values = Float64Array.from(
    { length: FIELDS },
    (_, n) => ((n * 7919 + 0.37) % 9973) * 10 ** ((n % 30) - 20),
  );
  const bytes = new Uint8Array(FIELDS * FIELD_BYTES).fill(0x20);
  for (const width of [9, 14, 17, 24]) {
    const write = nanoseconds((n) =>
      writeExponential(bytes, n * FIELD_BYTES, width - 1, values[n]!, width - 8),
    );
    for (let n = 0; n < FIELDS; n++) bytes[n * FIELD_BYTES + width - 1] = 0x20;
    const read = nanoseconds((n) => readReal(bytes, n * FIELD_BYTES, n * FIELD_BYTES + width));
    const language = nanoseconds((n) => values[n]!.toExponential(width - 8).length);
    print(`${figures(`ascii${width}`, read, write)}, toExponential ${language} ns`);
  }
  // One minute between records, as a day of real data has.
  for (const width of [20, 24, 27, 30]) {
    const write = nanoseconds((n) => writeTimeField(bytes, n * FIELD_BYTES, width, n * 60e6 + 123_456.789));
    const read = nanoseconds((n) => readTimeField(bytes, n * FIELD_BYTES, n * FIELD_BYTES + width));
    print(figures(`time${width}`, read, write));
  }
}

function figures(type: string, read: string, write: string): string {
  return `${type.padEnd(10)}read ${read} ns, write ${write} ns`;
}

/** The best round: what else the machine does only adds to it. */
function nanoseconds(work: (n: number) => unknown): string {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now();
    for (let n = 0; n < FIELDS; n++) work(n);
    best = Math.min(best, performance.now() - begin);
  }
  return ((best * 1e6) / FIELDS).toFixed(0).padStart(3);
}
