import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  emptyPrimary,
  Header,
  memorySink,
  memorySource,
  openFitsFile,
  openImage,
  pixelsInMemory,
  type TilePool,
  tilePool,
  writeCompressedImage,
} from "../../fits/index.js";
import { sequence } from "../support/fits-image.js";

const [width, height] = [700, 900];
const random = sequence(11);
const pixels = Int16Array.from({ length: width * height }, () => Math.floor(random() * 300) - 100);
const image = pixelsInMemory(pixels, [width, height]);

async function written(workers?: TilePool): Promise<Uint8Array> {
  const sink = memorySink();
  await sink.write(emptyPrimary().bytes());
  await writeCompressedImage(sink, image, new Header(), { checksum: true, ...(workers && { workers }) });
  return sink.bytes();
}

describe("a pool of threads for tiles", () => {
  let folder = "";
  let pool: TilePool;
  beforeAll(async () => {
    // Threads run built files; this one is built for the test from the same source.
    folder = mkdtempSync(join(tmpdir(), "heliostream-tiles-"));
    const outfile = join(folder, "tile-worker.mjs");
    await build({
      entryPoints: [join(import.meta.dirname, "../../fits/tile-worker.ts")],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      logLevel: "silent",
    });
    pool = tilePool(2, outfile);
  });
  afterAll(async () => {
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("writes the same bytes and reads the same pixels as one thread, several images at once", async () => {
    const expected = await written();
    const files = await Promise.all([written(pool), written(pool), written(pool)]);
    for (const file of files) expect(Buffer.compare(file, expected)).toBe(0);
    const read = async () => openImage(await openFitsFile(memorySource(expected)), undefined, pool).read();
    // As bytes: a comparison value by value takes long.
    for (const got of await Promise.all([read(), read(), read()]))
      expect(Buffer.compare(Buffer.from(got.buffer), Buffer.from(pixels.buffer))).toBe(0);
  });

  it("gives the failure of a damaged tile, and works on", async () => {
    const bytes = await written();
    const file = await openFitsFile(memorySource(bytes));
    const hdu = file.hdus[1]!;
    // The length of the last tile.
    new DataView(bytes.buffer).setUint32(hdu.dataOffset + 8 * (height - 1), 100);
    await expect(openImage(file, hdu, pool).read()).rejects.toMatchObject({
      code: "BAD_FITS_DATA",
      message: expect.stringMatching(/^a Rice tile ends at pixel/),
    });
    expect(await openImage(file, hdu, pool).read({ start: [0, 0], size: [width, 10] })).toEqual(
      pixels.slice(0, width * 10),
    );
  });

  it("fails what is asked of it after its end, and stops waiting work", async () => {
    const other = tilePool(1, join(folder, "tile-worker.mjs"));
    const bytes = await written();
    const file = await openFitsFile(memorySource(bytes));
    const reading = expect(openImage(file, undefined, other).read()).rejects.toMatchObject({
      code: "CANCELLED",
    });
    await Promise.all([reading, other.close()]);
    await expect(openImage(file, undefined, other).read()).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("does the work in place where there is no built file", async () => {
    const here = tilePool(0);
    expect(Buffer.compare(await written(here), await written())).toBe(0);
    await here.close();
  });
});
