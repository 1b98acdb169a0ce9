import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawImage, type Look } from "../../../cgi/images/quick-look-job.js";
import { createFileSink } from "../../../fits/byte-sink.js";
import { memorySource } from "../../../fits/byte-source.js";
import { openFileSource } from "../../../fits/file-source.js";
import { openFitsFile } from "../../../fits/fits-file.js";
import { Header } from "../../../fits/header.js";
import { pixelsInMemory } from "../../../fits/image.js";
import { openImage } from "../../../fits/open-image.js";
import { writeImageUnits } from "../../../netdrms/segments/write-image-units.js";
import { fitsImageFile, sequence } from "../../support/fits-image.js";
import { decodePalette } from "../../support/palette-png.js";

const LOOK: Look = {
  size: 64,
  scale: "linear",
  map: "grey",
  ends: { of: "values", low: 1, high: 99.9 },
};

async function drawn(file: Uint8Array, look: Partial<Look> = {}, factor = 1) {
  const image = openImage(await openFitsFile(memorySource(file)));
  const made = await drawImage(image, image.scaling, factor, { ...LOOK, ...look });
  return { ...made, ...decodePalette(made.png) };
}

/** Another opinion: block means, percentiles and stretches by numpy and astropy. */
const LOOK_AT = `
import sys, json, warnings
import numpy as np
from astropy.io import fits
from astropy.visualization import AsinhStretch, LinearStretch, LogStretch
warnings.simplefilter("ignore")
path, size, stretch, low, high = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4]), float(sys.argv[5])
with fits.open(path) as file:
    data = np.array(next(unit for unit in file if unit.data is not None).data, dtype=float)
data[~np.isfinite(data)] = np.nan
side = -(-max(data.shape) // size)
tall, wide = (-(-n // side) for n in data.shape)
padded = np.full((tall * side, wide * side), np.nan)
padded[:data.shape[0], :data.shape[1]] = data
means = np.nanmean(padded.reshape(tall, side, wide, side), axis=(1, 3)).astype(np.float32).astype(float)
step = -(-max(data.shape) // 512)
ends = np.nanpercentile(data[::step, ::step], [low, high])
parts = np.clip((means - ends[0]) / (ends[1] - ends[0]), 0, 1)
curve = {"linear": LinearStretch(), "log": LogStretch(1000), "asinh": AsinhStretch(0.02)}[stretch]
numbers = 1 + 254 * curve(np.nan_to_num(parts))
numbers[np.isnan(means)] = 0
print(json.dumps({"numbers": np.flipud(numbers).ravel().tolist(), "range": ends.tolist(), "shape": [wide, tall]}))
`;
const python = ["/usr/bin/python3", "python3"].find(
  (program) => spawnSync(program, ["-c", "import astropy.visualization"]).status === 0,
);

describe("pictures of images", () => {
  it.each([8, 16, 32, 64, -32, -64])(
    "are scaled by BZERO and BSCALE, without what is missing: BITPIX %i",
    async (bitpix) => {
      // Stored 0 to 100, blank 7; physical -1000 + 20 n; floats have NaN for the blank.
      const stored = [0, 25, 7, 50, 75, 100];
      const isReal = bitpix < 0;
      const cards: [string, number][] = [
        ["BSCALE", 20],
        ["BZERO", -1000],
        ...(isReal ? [] : ([["BLANK", 7]] as [string, number][])),
      ];
      const values = stored.map((value) => (isReal && value === 7 ? Number.NaN : value));
      const { numbers, width, height, range, transparent } = await drawn(
        fitsImageFile(bitpix, [3, 2], values, cards),
        { range: [-1000, 1000] },
      );
      expect([width, height]).toEqual([3, 2]);
      expect(range).toEqual([-1000, 1000]);
      // 1 + 254 (value + 1000) / 2000, the upper row first.
      expect([...numbers]).toEqual([128, 192, 255, 1, 65, 0]);
      expect(transparent).toEqual([0]);
    },
  );

  it("have neither infinite pixels nor a range moved by them", async () => {
    const values = [1, 2, 3, Infinity, -Infinity, Number.NaN];
    const { numbers, range } = await drawn(fitsImageFile(-32, [3, 2], values), {
      ends: { of: "values", low: 0, high: 100 },
    });
    expect(range).toEqual([1, 3]);
    expect([...numbers]).toEqual([0, 0, 0, 1, 128, 255]);
  });

  it("of an image of no values are transparent all over", async () => {
    const { numbers, range } = await drawn(fitsImageFile(-32, [2, 2], Array(4).fill(Number.NaN)));
    expect([...numbers]).toEqual([0, 0, 0, 0]);
    expect(range).toEqual([0, 1]);
  });

  it("count a second of exposure where a factor says so", async () => {
    const { range } = await drawn(
      fitsImageFile(16, [2, 1], [10, 30]),
      { ends: { of: "values", low: 0, high: 100 } },
      0.5,
    );
    expect(range).toEqual([5, 15]);
  });

  it("are refused of what is no image of two axes", async () => {
    await expect(drawn(fitsImageFile(16, [4], [1, 2, 3, 4]))).rejects.toMatchObject({
      code: "BAD_FITS_DATA",
    });
    const large = {
      bitpix: 8,
      shape: [32_000, 32_000],
      read: () => Promise.reject(new Error("was read")),
    } as const;
    await expect(drawImage(large, { bzero: 0, bscale: 1 }, 1, LOOK)).rejects.toMatchObject({
      code: "FITS_TOO_LARGE",
    });
  });

  it("look the same in all sizes", async () => {
    const random = sequence(3);
    const file = fitsImageFile(
      16,
      [200, 150],
      Array.from({ length: 30_000 }, () => Math.floor(1000 * random())),
    );
    const [large, small] = [await drawn(file, { size: 200 }), await drawn(file, { size: 16 })];
    expect(large.range).toEqual(small.range);
    expect([large.width, large.height, small.width, small.height]).toEqual([200, 150, 16, 12]);
  });
});

describe.skipIf(python === undefined)(
  python === undefined
    ? "pictures, as astropy sees them [skipped: astropy is not installed]"
    : "pictures, as astropy sees them",
  () => {
    let folder = "";
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "heliostream-looks-"));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    /** A disk with noise, a few wild pixels and a rim of missing ones. */
    function made(width: number, height: number): Int16Array<ArrayBuffer> {
      const random = sequence(11);
      return Int16Array.from({ length: width * height }, (_, i) => {
        const [x, y] = [i % width, Math.floor(i / width)];
        const far = Math.hypot(x - width / 2, y - height / 2) / (Math.min(width, height) / 2);
        if (far > 0.95) return -32_768;
        return Math.round(3000 * (1 - far) ** 2 + 200 * random() + (random() < 0.001 ? 20_000 : 0));
      });
    }

    it.each([
      ["linear", "none", 640, 600, 100],
      ["log", "rice", 300, 301, 64],
      ["asinh", "rice", 130, 70, 512],
    ] as const)(
      "have the same numbers of colours: %s, compression %s",
      async (scale, compression, width, height, size) => {
        const path = join(folder, `${scale}.fits`);
        const header = new Header().set("BZERO", 10).set("BSCALE", 0.5).set("BLANK", -32_768);
        const sink = await createFileSink(path);
        await writeImageUnits(
          sink,
          pixelsInMemory(made(width, height), [width, height]),
          header,
          compression === "none" ? { kind: "none" } : { kind: "tiles", algorithm: "RICE_1" },
        );
        await sink.close();
        const source = await openFileSource(path);
        const image = openImage(await openFitsFile(source));
        const picture = await drawImage(image, image.scaling, 1, { ...LOOK, scale, size });
        await source.close();
        const theirs = JSON.parse(
          execFileSync(python!, ["-c", LOOK_AT, path, String(size), scale, "1", "99.9"], {
            encoding: "utf8",
            maxBuffer: 1 << 27,
          }),
        ) as { numbers: number[]; range: [number, number]; shape: [number, number] };
        const { numbers, width: wide, height: tall } = decodePalette(picture.png);
        expect([wide, tall]).toEqual(theirs.shape);
        expect(picture.range[0]).toBeCloseTo(theirs.range[0], 9);
        expect(picture.range[1]).toBeCloseTo(theirs.range[1], 9);
        expect(numbers).toContain(0);
        // They round halves to even, and not before they are compared.
        const off = numbers.filter((number, i) => Math.abs(number - theirs.numbers[i]!) > 0.5001);
        expect(off).toEqual(new Uint8Array());
      },
    );
  },
);

describe("the memory of a picture", () => {
  it("does not grow with the image: 4096 x 4096 doubles", async () => {
    const folder = mkdtempSync(join(tmpdir(), "heliostream-memory-"));
    try {
      const program = join(folder, "memory.mjs");
      writeFileSync(
        join(folder, "memory.ts"),
        `import { drawImage } from ${JSON.stringify(join(import.meta.dirname, "../../../cgi/images/quick-look-job.ts"))};
        const side = Number(process.argv[2]);
        const image = { bitpix: -64, shape: [side, side], async read({ size }) {
          const pixels = new Float64Array(size[0] * size[1]);
          for (let i = 0; i < pixels.length; i++) pixels[i] = i % 1000;
          return pixels;
        } };
        await drawImage(image, { bzero: 0, bscale: 1 }, 1, { size: 1024, scale: "linear", map: "grey", ends: { of: "values", low: 1, high: 99 } });
        console.log(process.resourceUsage().maxRSS);`,
      );
      await build({
        entryPoints: [join(folder, "memory.ts")],
        outfile: program,
        bundle: true,
        platform: "node",
        format: "esm",
        logLevel: "silent",
      });
      const peak = (side: number) =>
        Number(
          execFileSync(process.execPath, ["--max-semi-space-size=3", program, String(side)], {
            encoding: "utf8",
          }),
        );
      const [small, large] = [peak(64), peak(4096)];
      // The pixels alone are 131072 kB.
      expect(large - small).toBeLessThan(80_000);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
