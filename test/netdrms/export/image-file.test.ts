import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memorySource } from "../../../fits/byte-source.js";
import { openFitsFile } from "../../../fits/fits-file.js";
import { verifySums } from "../../../fits/hdu-sums.js";
import { openImage } from "../../../fits/open-image.js";
import { type PreparedFile, prepareImage } from "../../../netdrms/export/image-file.js";
import { spool } from "../../../netdrms/export/spool.js";
import { type ImageCompression, readCompression } from "../../../netdrms/segments/image-compression.js";
import { fitsImageFile, packed, sequence } from "../../support/fits-image.js";
import { programForTest } from "../../support/system-programs.js";
import { codeOf, rejectionOf } from "../../support/thrown.js";

const SHAPE = [40, 30] as const;
const NONE: ImageCompression = { kind: "none" };
const RICE: ImageCompression = { kind: "tiles", algorithm: "RICE_1" };
const random = sequence(7);
const PIXELS = Array.from({ length: 1200 }, (_, i) =>
  i % 97 === 0 ? -32768 : Math.floor(random() * 400) - 200,
);
const PLAIN = fitsImageFile(16, SHAPE, PIXELS, [
  ["BLANK", -32768],
  ["BZERO", 5],
  ["BSCALE", 0.5],
  ["ORIGIN", "'stored  '"],
]);

/** The whole exported file: a `direct` one written to a plain sink, as a pipe is one. */
async function bytesOf(prepared: PreparedFile): Promise<Buffer> {
  const spooled = await spool(prepared);
  const parts: Uint8Array[] = [];
  for await (const piece of spooled.pieces()) parts.push(Buffer.from(piece));
  await spooled.close();
  const bytes = Buffer.concat(parts);
  expect(bytes.length).toBe(spooled.byteLength);
  return bytes;
}

async function exported(stored: Uint8Array, compression: ImageCompression, slot?: number) {
  const prepared = await prepareImage(await openFitsFile(memorySource(stored)), {
    compression,
    complete: (header) => header.set("T_REC", "2010.05.01_00:00:00.000_TAI").set("ORIGIN", "database"),
    ...(slot === undefined ? {} : { slot }),
  });
  const bytes = await bytesOf(prepared);
  return { prepared, bytes, file: await openFitsFile(memorySource(bytes)) };
}

const fpack = programForTest("fpack");
const funpack = programForTest("funpack");

describe.skipIf(fpack.missing || funpack.missing)(fpack.title("an exported image"), () => {
  let riceStored: Buffer;
  let folder: string;
  beforeAll(() => {
    riceStored = packed(fpack.path, ["-r"], PLAIN);
    folder = mkdtempSync(join(tmpdir(), "heliostream-export-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ["plain", () => PLAIN, NONE, "direct", 0],
    ["plain, compressed", () => PLAIN, RICE, "patched", 1],
    ["compressed", () => riceStored, RICE, "direct", 1],
    ["compressed, made plain", () => riceStored, NONE, "patched", 0],
    [
      "compressed otherwise",
      () => riceStored,
      { kind: "tiles", algorithm: "GZIP_2", tile: [40, 10] },
      "patched",
      1,
    ],
  ] as const)("stored %s keeps every pixel and its scaling", async (_, stored, choice, kind, unit) => {
    const { prepared, file } = await exported(stored(), choice);
    expect(prepared.kind).toBe(kind);
    const hdu = file.hdus[unit]!;
    const image = openImage(file, hdu);
    expect([...(await image.read())].map(Number)).toEqual(PIXELS);
    expect(hdu.header.real("BZERO")).toBe(5);
    expect(hdu.header.real("BSCALE")).toBe(0.5);
    expect(hdu.header.text("T_REC")).toBe("2010.05.01_00:00:00.000_TAI");
    // In the place of the stored card, not beside it.
    expect(hdu.header.cards.filter(({ keyword }) => keyword === "ORIGIN")).toHaveLength(1);
    expect(hdu.header.text("ORIGIN")).toBe("database");
    expect(file.hdus).toHaveLength(unit + 1);
    expect(await verifySums(file, hdu)).toEqual({ datasum: "right", checksum: "right" });
  });

  it("passes compressed tiles untouched", async () => {
    const { file } = await exported(riceStored, RICE);
    const before = (await openFitsFile(memorySource(riceStored))).hdus[1]!;
    const after = file.hdus[1]!;
    const length = before.structure.dataBytes;
    expect(after.structure.dataBytes).toBe(length);
    expect(Uint8Array.from(await file.source.read(after.dataOffset, length))).toEqual(
      new Uint8Array(riceStored.subarray(before.dataOffset, before.dataOffset + length)),
    );
  });

  it("is unpacked by another program to the same pixels and cards", async () => {
    const { bytes } = await exported(PLAIN, RICE);
    const path = join(folder, "export.fits");
    writeFileSync(path, bytes);
    const plain = execFileSync(funpack.path, ["-S", path], { maxBuffer: 1 << 24 });
    const file = await openFitsFile(memorySource(plain));
    expect([...(await openImage(file).read())].map(Number)).toEqual(PIXELS);
    expect(openImage(file).hdu.header.text("T_REC")).toBe("2010.05.01_00:00:00.000_TAI");
  });

  it("of a file that holds a slice for each slot is the slice of its slot", async () => {
    const cube = fitsImageFile(16, [...SHAPE, 3], [...PIXELS, ...PIXELS.map((v) => v + 1), ...PIXELS], []);
    const { file } = await exported(cube, NONE, 1);
    const image = openImage(file);
    expect(image.shape).toEqual(SHAPE);
    expect([...(await image.read())].map(Number)).toEqual(PIXELS.map((v) => v + 1));
    const failure = await rejectionOf(() => exported(cube, NONE, 3));
    expect(failure.message).toBe("slot 3 of an image of 40 x 30 x 3, whose last axis counts slots");
  });

  it("of reals passes where it is stored as wished", async () => {
    const reals = fitsImageFile(-32, [4, 2], [0.5, Number.NaN, 1, 2, 3, 4, 5, 6]);
    const gzip = packed(fpack.path, ["-g", "-q", "0"], reals);
    const { prepared, file } = await exported(gzip, { kind: "tiles", algorithm: "GZIP_1" });
    expect([prepared.kind, prepared.notes]).toEqual(["direct", []]);
    expect([...(await openImage(file).read())]).toEqual([0.5, Number.NaN, 1, 2, 3, 4, 5, 6]);
  });

  it("of reals stays plain where it was to be Rice, and says so", async () => {
    const reals = fitsImageFile(-32, [4, 2], [0.5, Number.NaN, 1, 2, 3, 4, 5, 6]);
    const { prepared, file } = await exported(reals, RICE);
    expect(prepared.notes).toEqual([expect.stringContaining("written uncompressed")]);
    expect([...(await openImage(file).read())]).toEqual([0.5, Number.NaN, 1, 2, 3, 4, 5, 6]);
    expect(file.hdus).toHaveLength(1);
  });

  it("fails before its first byte where the stored data do not add up", async () => {
    const { bytes } = await exported(PLAIN, NONE);
    const damaged = Buffer.from(bytes);
    damaged[bytes.length - 2880 + 3]! ^= 1;
    const failure = await rejectionOf(() => exported(damaged, NONE));
    expect(failure).toMatchObject({
      code: "BAD_FITS_DATA",
      message: expect.stringMatching(/^the data .* DATASUM \d+, found \d+$/),
    });
  });

  it("fails where the stored file is cut in its data, in a tile or in its header", async () => {
    for (const stored of [PLAIN, riceStored])
      for (const length of [0, 79, 2000, stored.length - 2880, stored.length >> 1]) {
        const failure = await rejectionOf(() => exported(stored.subarray(0, length), NONE));
        expect(failure).toMatchObject({ code: "BAD_FILE" });
      }
  });
});

describe("compression strings", () => {
  it.each([
    ["", NONE],
    ["none", NONE],
    ["**NONE**", NONE],
    ["compress", RICE],
    ["compress Rice", RICE],
    ["compress R", RICE],
    ["rice", RICE],
    ["compress Rice 128,192", { ...RICE, tile: [128, 192] }],
    ["compress Rice 128 192;4", { ...RICE, tile: [128, 192] }],
    ["compress GZIP", { kind: "tiles", algorithm: "GZIP_1" }],
    ["gzip2", { kind: "tiles", algorithm: "GZIP_2" }],
  ] as const)("%j is read", (text, expected) => {
    expect(readCompression(text)).toEqual(expected);
  });

  it.each([
    ["compress HCOMPRESS", "FITS_UNSUPPORTED"],
    ["plio", "FITS_UNSUPPORTED"],
    ["zip", "BAD_PARAMETER"],
    ["compress Rice 0", "BAD_PARAMETER"],
    [`compress Rice ${Array(17).fill(2).join(",")}`, "BAD_PARAMETER"],
    ["Rice; rm -rf", "accepted"],
    ["compress constructor", "BAD_PARAMETER"],
  ])("%j is answered by %s", (text, code) => {
    expect(codeOf(() => readCompression(text))).toBe(code);
  });
});

describe("a file on its way", () => {
  const piecewise: PreparedFile = {
    kind: "direct",
    byteLength: 3000,
    notes: [],
    async write(sink) {
      const reused = new Uint8Array(1000);
      for (let n = 1; n <= 3; n++) {
        reused.fill(n);
        await sink.write(reused);
      }
    },
  };

  it("is pulled piece by piece, each before the next is made", async () => {
    const bytes = await bytesOf(piecewise);
    expect([bytes[0], bytes[1000], bytes[2999]]).toEqual([1, 2, 3]);
  });

  it("stops its writer when the reader leaves, and hands on its failure", async () => {
    const spooled = await spool(piecewise);
    for await (const piece of spooled.pieces()) {
      expect(piece[0]).toBe(1);
      break;
    }
    const failing = await spool({
      kind: "direct",
      byteLength: 3000,
      notes: [],
      async write(sink) {
        await sink.write(new Uint8Array(10));
        throw new Error("lost");
      },
    });
    const failure = await rejectionOf(async () => {
      for await (const piece of failing.pieces()) expect(piece.length).toBe(10);
    });
    expect(failure.message).toBe("lost");
  });

  it("goes over a temporary file that leaves no trace where it is large", async () => {
    const before = tempFiles();
    const large: PreparedFile = {
      kind: "patched",
      atMostBytes: 64 << 20,
      notes: [],
      async write(sink) {
        await sink.write(new Uint8Array(3_000_000).fill(7));
        await sink.patch(0, Uint8Array.of(1));
      },
    };
    const bytes = await bytesOf(large);
    expect([bytes.length, bytes[0], bytes[2_999_999]]).toEqual([3_000_000, 1, 7]);
    const failing = { ...large, write: () => Promise.reject(new Error("full")) };
    expect((await rejectionOf(() => spool(failing))).message).toBe("full");
    expect(tempFiles()).toEqual(before);
  });
});

function tempFiles(): string[] {
  return readdirSync(tmpdir()).filter((name) => /^heliostream-[0-9a-f]{24}\.fits$/.test(name));
}
