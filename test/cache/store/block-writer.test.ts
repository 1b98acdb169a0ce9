import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { blockPath } from "../../../cache/block-path.js";
import type { Level } from "../../../cache/level.js";
import { BlockMemory } from "../../../cache/store/block-memory.js";
import { type BuildFacts, openBlockWriter } from "../../../cache/store/block-writer.js";
import { storeError } from "../../../cache/store/store-error.js";
import { openBlock } from "../../../cache/store/stored-block.js";
import { WrittenFile } from "../../../cache/store/written-file.js";
import { rejectionOf } from "../../support/thrown.js";
import { emptyFolder, levelIn } from "../support/level-folder.js";
import { BUILT_MS, collect, madeBlock, publish, sha256 } from "../support/made-block.js";
import { SMALL_DISK, smallDisk } from "../support/small-disk.js";

/** 2021-06-30. */
const DAY = 7851;
const FACTS: BuildFacts = {
  builtMs: BUILT_MS,
  madeFrom: { kind: "raw" },
  records: 1,
  headerBytes: 0,
  flat: false,
};

let root: string;
let level: Level;

beforeEach(async () => {
  root = await emptyFolder();
  level = levelIn(root);
});

/** Names of all files below a folder. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** Bytes that repeat every 251, begun at a place of their own. */
function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i + seed) % 251;
  return bytes;
}

describe("what is written", () => {
  test("is what is read, in pieces of any size", async () => {
    const piece = fc.tuple(
      fc.oneof(fc.nat(300), fc.constantFrom(4096, 262_143, 262_144, 262_145, 700_000)),
      fc.nat(250),
    );
    const pieces = fc.array(piece, { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(pieces, pieces, fc.nat(100), async (block, companion, number) => {
        const writer = openBlockWriter(level, number, { statistics: true });
        const bytes = block.map(([length, seed]) => pattern(length, seed));
        const statistics = companion.map(([length, seed]) => pattern(length, seed));
        for (const part of bytes) {
          const taken = Uint8Array.from(part);
          await writer.write(taken);
          // What was taken may be used again.
          taken.fill(255);
        }
        for (const part of statistics) await writer.writeStatistics(part);
        const finished = await writer.finish(FACTS);
        expect(await writer.publish()).toEqual(finished);
        const memory = new BlockMemory({ blockBytes: 500_000 });
        const read = await openBlock(level, number, { memory });
        expect(sha256(await collect(read!.bytes()))).toBe(sha256(Buffer.concat(bytes)));
        const stored = await read!.statistics();
        const stats = Buffer.concat(statistics);
        expect(stored === undefined ? "none" : sha256(await collect(stored.bytes()))).toBe(
          stats.length === 0 ? "none" : sha256(stats),
        );
        await read!.close();
      }),
      { numRuns: 15, seed: 4 },
    );
  });

  test("is told in the sidecar", async () => {
    const writer = openBlockWriter(levelIn(root, { dataVersion: "7" }), DAY, { statistics: false });
    await writer.write(Buffer.from("1234"));
    await writer.write(Buffer.from("56789"));
    await writer.finish({ ...FACTS, sourceMtimeMs: 0, madeFrom: { kind: "level", level: "a", steps: 2 } });
    await writer.publish();
    const text = await readFile(`${blockPath(level, DAY)}.meta.json`, "utf8");
    expect(JSON.parse(text)).toEqual({
      v: 1,
      source: "Demo/Pump4",
      dsdfHash: "0123456789abcdef",
      dataVersion: "7",
      params: [],
      res: "bin-60s",
      period: "daily",
      begin: "2021-06-30T00:00:00Z",
      end: "2021-07-01T00:00:00Z",
      builtAt: "2022-01-02T03:04:05.678Z",
      sourceMtime: "1970-01-01T00:00:00.000Z",
      records: 1,
      bytes: 9,
      // Check values of both sums: `sha256sum`, and the catalogue of CRC-32/ISO-HDLC.
      sha256: "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
      crc32: 0xcbf43926,
      complete: true,
      noData: false,
      madeFrom: { kind: "level", level: "a", steps: 2 },
      headerBytes: 0,
      flat: false,
    });
  });

  test("stands beside others under the names that older servers use", async () => {
    await publish(level, DAY, madeBlock(level, DAY, 10));
    expect(await readdir(join(root, "data/Demo/Pump4/_noparam/bin-60s/2021/06"))).toEqual([
      "2021-06-30_bin-60s.d2s",
      "2021-06-30_bin-60s.d2s.meta.json",
      "2021-06-30_bin-60s.d2s.stats",
    ]);
  });

  test.each([
    [0o022, 0o755, 0o644],
    [0o002, 0o775, 0o664],
    [0o027, 0o750, 0o640],
  ])("may be read by whom umask %o lets", async (umask, folder, file) => {
    const before = process.umask(umask);
    onTestFinished(() => {
      process.umask(before);
    });
    await publish(level, DAY, madeBlock(level, DAY, 10));
    const path = blockPath(level, DAY);
    for (const suffix of ["", ".meta.json", ".stats"])
      expect((await stat(`${path}${suffix}`)).mode & 0o777).toBe(file);
    expect((await stat(dirname(path))).mode & 0o777).toBe(folder);
  });

  test("is not seen before it is published, and gone when it is given up", async () => {
    const writer = openBlockWriter(level, DAY, { statistics: true });
    await writer.write(pattern(600_000, 0));
    await writer.writeStatistics(pattern(600_000, 1));
    expect(await openBlock(level, DAY)).toBeUndefined();
    await writer.finish(FACTS);
    const aside = await filesBelow(root);
    expect(aside.length).toBe(3);
    for (const name of aside) expect(name).toMatch(/^\.2021-06-30_bin-60s\.d2s.*\.tmp$/);
    await writer.abandon();
    expect(await filesBelow(root)).toEqual([]);
  });

  test("replaces a block that had a companion by one that has none", async () => {
    await publish(level, DAY, madeBlock(level, DAY, 10), true);
    await publish(level, DAY, madeBlock(level, DAY, 9), false);
    expect((await filesBelow(root)).sort()).toEqual([
      "2021-06-30_bin-60s.d2s",
      "2021-06-30_bin-60s.d2s.meta.json",
    ]);
  });

  test("is many blocks at the same time, with few files open", async () => {
    const before = (await readdir("/proc/self/fd")).length;
    const writers = Array.from({ length: 100 }, (_, n) => openBlockWriter(level, n, { statistics: false }));
    for (let round = 0; round < 2; round++)
      for (const [n, writer] of writers.entries()) {
        await writer.write(pattern(270_000, n + round));
        // What has been taken is on its way to the disk.
        await new Promise((resolve) => setImmediate(resolve));
      }
    expect((await readdir("/proc/self/fd")).length - before).toBeLessThan(80);
    await Promise.all(
      writers.map(async (writer) => {
        await writer.finish(FACTS);
        await writer.publish();
      }),
    );
    expect((await readdir("/proc/self/fd")).length - before).toBeLessThan(5);
    for (const n of writers.keys()) {
      const block = await openBlock(level, n);
      const expected = Buffer.concat([pattern(270_000, n), pattern(270_000, n + 1)]);
      expect(sha256(block!.whole!)).toBe(sha256(expected));
    }
  });

  test("waits for a disk that does not keep up", async () => {
    const file = new WrittenFile(join(root, "file"));
    const waits = [];
    for (let i = 0; i < 8; i++) waits.push(file.write(pattern(262_144, i)));
    // Three full buffers may wait for the disk.
    expect(waits.map((wait) => wait === undefined)).toEqual([true, true, ...new Array(6).fill(false)]);
    await Promise.all(waits);
    expect((await file.finish()).bytes).toBe(8 * 262_144);
  });
});

describe("two writers of the same block", () => {
  test("leave one of both or a gap, which the next build fills", async () => {
    const blocks = [madeBlock(level, DAY, 500, 1), madeBlock(level, DAY, 500, 2)];
    const sums = blocks.map(({ bytes }) => sha256(bytes));
    for (let round = 0; round < 6; round++) {
      await Promise.all(blocks.map(async (block) => await publish(level, DAY, block)));
      const read = await openBlock(level, DAY);
      if (read !== undefined) expect(sums).toContain(sha256(read.whole!));
    }
    await publish(level, DAY, blocks[0]!);
    expect(sha256((await openBlock(level, DAY))!.whole!)).toBe(sums[0]);
    expect((await filesBelow(root)).length).toBe(3);
  });
});

describe.skipIf(SMALL_DISK.missing)(SMALL_DISK.title("a disk that is full"), () => {
  test("is told as such, and what was there stays", async () => {
    const small = levelIn(await smallDisk("size=1m"));
    const before = madeBlock(small, DAY, 1440);
    await publish(small, DAY, before);
    const writer = openBlockWriter(small, DAY, { statistics: false });
    const failure = await rejectionOf(async () => {
      for (let i = 0; i < 20; i++) await writer.write(pattern(262_144, i));
      await writer.finish(FACTS);
    });
    expect(failure).toMatchObject({ code: "DISK_FULL" });
    expect(failure.message).toBe(
      "block 2021-06-30 of bin-60s daily cannot be stored: the disk of the cache is full",
    );
    await writer.abandon();
    expect(await filesBelow(small.folder)).toHaveLength(3);
    expect(sha256((await openBlock(small, DAY))!.whole!)).toBe(sha256(before.bytes));
    // What was given up has made room.
    await publish(small, DAY + 1, madeBlock(small, DAY + 1, 1440));
  });

  test("for the sidecar alone leaves nothing, and what was there", async () => {
    const small = levelIn(await smallDisk("size=4m,nr_inodes=14"));
    await publish(small, DAY, madeBlock(small, DAY, 10));
    // Root, data, Demo, Pump4, _noparam, bin-60s, 2021, 06, three files; one more for the next block.
    await writeFile(join(small.folder, "one"), "");
    await writeFile(join(small.folder, "two"), "");
    const writer = openBlockWriter(small, DAY, { statistics: false });
    await writer.write(pattern(10, 0));
    expect(await rejectionOf(async () => await writer.finish(FACTS))).toMatchObject({ code: "DISK_FULL" });
    expect((await filesBelow(small.folder)).length).toBe(5);
    expect(await openBlock(small, DAY)).toBeDefined();
  });
});

describe("a failure that is no full disk", () => {
  test("is another, and says nothing of where", async () => {
    await mkdir(join(root, "data/Demo"), { recursive: true });
    await writeFile(join(root, "data/Demo/Pump4"), "a file in place of a folder");
    const writer = openBlockWriter(level, DAY, { statistics: false });
    await writer.write(pattern(10, 0));
    const failure = await rejectionOf(async () => await writer.finish(FACTS));
    expect(failure).toMatchObject({ code: "BUILD_FAILED" });
    expect(failure.message).not.toContain(root);
  });

  test("of what was written aside is told by the next step", async () => {
    const writer = openBlockWriter(level, DAY, { statistics: false });
    await writer.write(pattern(10, 0));
    await writer.finish(FACTS);
    await rm(root, { recursive: true });
    expect(await rejectionOf(async () => await writer.publish())).toMatchObject({ code: "BUILD_FAILED" });
  });

  test("is told apart from a quota that is used up", () => {
    const quota = Object.assign(new Error("EDQUOT: disk quota exceeded"), { code: "EDQUOT" });
    expect(storeError(quota, "a block cannot be stored", {}).code).toBe("DISK_FULL");
    const broken = Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
    expect(storeError(broken, "a block cannot be stored", {}).code).toBe("BUILD_FAILED");
  });

  test("is a description that is too long", async () => {
    const long = levelIn(root, { params: Array.from({ length: 30 }, (_, i) => `${i}`.repeat(400)) });
    const writer = openBlockWriter(long, DAY, { statistics: false });
    await writer.write(pattern(10, 0));
    const failure = await rejectionOf(async () => await writer.finish(FACTS));
    expect(failure.message).toMatch(/^the description of a block has \d+ bytes, expected at most 16384$/);
    expect(await filesBelow(root)).toEqual([]);
  });
});
