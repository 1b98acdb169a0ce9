import { inflateSync } from "node:zlib";

/** A PNG of numbers of colours, taken apart. */
export interface DecodedPalette {
  readonly width: number;
  readonly height: number;
  /** Row by row from the top. */
  readonly numbers: Uint8Array;
  readonly colours: readonly (readonly [number, number, number])[];
  /** Numbers of colours that are wholly transparent. */
  readonly transparent: readonly number[];
}

/** Reads a PNG of 8-bit numbers of colours with rows that have no filter; anything else is an error. Source: PNG 3. */
export function decodePalette(png: Uint8Array): DecodedPalette {
  const bytes = Buffer.from(png);
  if (bytes.toString("latin1", 0, 8) !== "\x89PNG\r\n\x1a\n") throw new Error("no PNG");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + 8 + length);
    chunks.set(type, Buffer.concat([chunks.get(type) ?? Buffer.alloc(0), data]));
    at += 12 + length;
  }
  const header = chunks.get("IHDR")!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  if (header[8] !== 8 || header[9] !== 3) throw new Error("no numbers of colours");
  const rows = inflateSync(chunks.get("IDAT")!);
  const numbers = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const at = y * (width + 1);
    if (rows[at] !== 0) throw new Error(`row ${y} has filter ${rows[at]}`);
    numbers.set(rows.subarray(at + 1, at + 1 + width), y * width);
  }
  const palette = chunks.get("PLTE")!;
  const colours = Array.from(
    { length: palette.length / 3 },
    (_, n) => [palette[3 * n]!, palette[3 * n + 1]!, palette[3 * n + 2]!] as const,
  );
  const transparent = [...(chunks.get("tRNS") ?? [])].flatMap((alpha, n) => (alpha === 0 ? [n] : []));
  return { width, height, numbers, colours, transparent };
}
