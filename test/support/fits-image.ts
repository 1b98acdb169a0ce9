import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fitsData, fitsHeader } from "./fits-file.js";

/** Big-endian bytes of values, by Node's own writers. */
export function bigEndian(bitpix: number, values: readonly (number | bigint)[]): Buffer {
  const size = Math.abs(bitpix) / 8;
  const bytes = Buffer.alloc(values.length * size);
  values.forEach((value, i) => {
    const at = i * size;
    if (bitpix === 8) bytes.writeUInt8(Number(value), at);
    else if (bitpix === 16) bytes.writeInt16BE(Number(value), at);
    else if (bitpix === 32) bytes.writeInt32BE(Number(value), at);
    else if (bitpix === 64) bytes.writeBigInt64BE(BigInt(value), at);
    else if (bitpix === -32) bytes.writeFloatBE(Number(value), at);
    else bytes.writeDoubleBE(Number(value), at);
  });
  return bytes;
}

/** A file with one image in its primary unit. */
export function fitsImageFile(
  bitpix: number,
  shape: readonly number[],
  values: readonly (number | bigint)[],
  cards: readonly (readonly [string, string | number])[] = [],
): Buffer {
  const header = fitsHeader([
    ["SIMPLE", "                   T"],
    ["BITPIX", bitpix],
    ["NAXIS", shape.length],
    ...shape.map((length, i) => [`NAXIS${i + 1}`, length] as const),
    ["EXTEND", "                   T"],
    ...cards,
  ]);
  return Buffer.concat([header, fitsData(bigEndian(bitpix, values))]);
}

/** A repeatable sequence in [0, 1). */
export function sequence(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** Runs `fpack` or `funpack` on a file; what it writes to standard output. */
export function packed(program: string, options: readonly string[], file: Uint8Array): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-fits-"));
  try {
    const input = join(folder, "input.fits");
    writeFileSync(input, file);
    return execFileSync(program, [...options, "-S", input], {
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "pipe"],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
