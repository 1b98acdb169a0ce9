import { mkdir, readdir, rm, stat, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { blockPath } from "../../../cache/block-path.js";
import type { Level } from "../../../cache/level.js";
import { openBlockWriter } from "../../../cache/store/block-writer.js";
import { evict } from "../../../cache/store/evict.js";
import { sweepLeftovers } from "../../../cache/store/leftovers.js";
import { isPinned, pin, unpin } from "../../../cache/store/pins.js";
import { removeBlock } from "../../../cache/store/remove-block.js";
import { openBlock } from "../../../cache/store/stored-block.js";
import { temporaryPath } from "../../../cache/store/temporary-name.js";
import { touchBlock } from "../../../cache/store/touch-block.js";
import { verifyBlock } from "../../../cache/store/verify-block.js";
import { walkCache } from "../../../cache/store/walk-cache.js";
import { emptyFolder, levelIn } from "../support/level-folder.js";
import { madeBlock, publish } from "../support/made-block.js";

/** 2021-06-30. */
const DAY = 7851;

let root: string;
let level: Level;

beforeEach(async () => {
  root = await emptyFolder();
  level = levelIn(root);
});

/** When a block was used last, seconds since 1970, as if it had been. */
async function useAt(of: Level, number: number, seconds: number): Promise<void> {
  await utimes(`${blockPath(of, number)}.meta.json`, seconds, seconds);
}

async function walk() {
  const blocks = [];
  for await (const block of walkCache(root)) blocks.push(block);
  return blocks;
}

async function bytesOf(of: Level, number: number): Promise<number> {
  const sizes = await Promise.all(
    ["", ".stats", ".meta.json"].map(
      async (suffix) => (await stat(`${blockPath(of, number)}${suffix}`)).size,
    ),
  );
  return sizes.reduce((sum, size) => sum + Math.ceil(size / 4096) * 4096, 0);
}

describe("a walk over the cache", () => {
  test("meets all blocks of all sources, and what each says of itself", async () => {
    const minutes = levelIn(root, { sourceId: "Demo/A", period: "perminute", resolutionName: "bin-0p5s" });
    const sidecar = await publish(level, DAY, madeBlock(level, DAY, 5));
    await publish(minutes, 60, madeBlock(minutes, 60, 5));
    await useAt(level, DAY, 1_600_000_000);
    const met = await walk();
    expect(met.map(({ levelFolder, period, number }) => [levelFolder, period, number])).toEqual([
      [minutes.folder, "perminute", 60],
      [level.folder, "daily", DAY],
    ]);
    expect(met[1]).toEqual({
      path: blockPath(level, DAY),
      levelFolder: level.folder,
      period: "daily",
      number: DAY,
      resolutionName: "bin-60s",
      hasBlock: true,
      hasSidecar: true,
      sidecar,
      bytes: await bytesOf(level, DAY),
      usedMs: 1_600_000_000_000,
    });
  });

  test("meets blocks without a sidecar, with one that is none, and sidecars without a block", async () => {
    for (const day of [DAY, DAY + 1, DAY + 2]) await publish(level, day, madeBlock(level, day, 5));
    await rm(`${blockPath(level, DAY)}.meta.json`);
    await truncate(`${blockPath(level, DAY + 1)}.meta.json`, 5);
    await rm(blockPath(level, DAY + 2));
    const met = await walk();
    expect(met.map((block) => [block.hasBlock, block.hasSidecar, block.sidecar !== undefined])).toEqual([
      [true, false, false],
      [true, true, false],
      [false, true, true],
    ]);
  });

  test("follows no symbolic links, and takes nothing else for a block", async () => {
    await publish(level, DAY, madeBlock(level, DAY, 5));
    const outside = levelIn(await emptyFolder());
    await publish(outside, DAY, madeBlock(outside, DAY, 5));
    await symlink(outside.folder, join(root, "data/Demo/Linked"));
    await symlink(blockPath(outside, DAY), join(level.folder, "2021/06/2021-06-29_bin-60s.d2s"));
    await symlink(root, join(level.folder, "2021/loop"));
    await writeFile(join(level.folder, "2021/06/readme.txt"), "");
    await writeFile(join(level.folder, "2021/2021-06-28_bin-60s.d2s"), "");
    await writeFile(temporaryPath(blockPath(level, DAY)), "");
    expect((await walk()).map(({ number }) => number)).toEqual([DAY]);
  });

  test("of no cache meets nothing", async () => {
    expect(await walk()).toEqual([]);
  });

  test("ends when it is told to", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(walkCache(root, signal).next()).rejects.toThrow("enough");
  });
});

describe("a block that is verified", () => {
  test.each<[string, (path: string) => Promise<unknown>, object[]]>([
    ["well", async () => undefined, []],
    [
      "of another bit",
      async (path) => await writeFile(path, Buffer.alloc((await stat(path)).size)),
      [{ file: "block", what: "other checksum" }],
    ],
    ["cut short", async (path) => await truncate(path, 9), [{ file: "block", what: "other size" }]],
    ["away", async (path) => await rm(path), [{ file: "block", what: "absent" }]],
    [
      "without its companion",
      async (path) => await rm(`${path}.stats`),
      [{ file: "companion", what: "absent" }],
    ],
    [
      "with another companion",
      async (path) => await writeFile(`${path}.stats`, Buffer.alloc((await stat(`${path}.stats`)).size)),
      [{ file: "companion", what: "other checksum" }],
    ],
    [
      "without a sidecar",
      async (path) => await rm(`${path}.meta.json`),
      [{ file: "sidecar", what: "absent" }],
    ],
    [
      "with half a sidecar",
      async (path) => await truncate(`${path}.meta.json`, 40),
      [{ file: "sidecar", what: "unreadable" }],
    ],
  ])("is found %s", async (_, damage, expected) => {
    await publish(level, DAY, madeBlock(level, DAY, 100));
    await damage(blockPath(level, DAY));
    expect(await verifyBlock(blockPath(level, DAY))).toEqual(expected);
  });
});

describe("a block that is removed", () => {
  test("leaves nothing of it, nor empty folders of its date", async () => {
    await publish(level, DAY, madeBlock(level, DAY, 5));
    await publish(level, DAY + 1, madeBlock(level, DAY + 1, 5));
    await removeBlock(blockPath(level, DAY));
    expect(await readdir(join(level.folder, "2021"))).toEqual(["07"]);
    await removeBlock(blockPath(level, DAY + 1));
    expect(await readdir(level.folder)).toEqual([]);
    // Twice is no error.
    await removeBlock(blockPath(level, DAY + 1));
  });

  test("makes no difference to one that is being built in its folder", async () => {
    await publish(level, DAY, madeBlock(level, DAY, 5));
    const writer = openBlockWriter(level, DAY - 1, { statistics: false });
    const { bytes, facts } = madeBlock(level, DAY - 1, 5);
    await writer.write(bytes);
    await removeBlock(blockPath(level, DAY));
    await writer.finish(facts);
    await writer.publish();
    expect(await openBlock(level, DAY - 1)).toBeDefined();
  });
});

describe("room for new blocks", () => {
  /** Five blocks of the same size, used in the order 3, 1, 4, 0, 2. @returns bytes of each */
  async function fiveBlocks(): Promise<number> {
    for (let i = 0; i < 5; i++) await publish(level, DAY + i, madeBlock(level, DAY + i, 1000));
    for (const [use, i] of [3, 1, 4, 0, 2].entries()) await useAt(level, DAY + i, 1_600_000_000 + use * 3600);
    return await bytesOf(level, DAY);
  }

  const left = async () => (await walk()).map(({ number }) => number - DAY);

  test("is made also where blocks are very many and very small", async () => {
    for (let i = 0; i < 5; i++) await publish(level, DAY + i, madeBlock(level, DAY + i, 0), false);
    const files = await stat(blockPath(level, DAY));
    expect(files.size).toBeLessThan(400);
    // Two files each, each of them a page: 40 kB for what has about 5 kB in it.
    const { bytesBefore, removed } = await evict(root, { maxBytes: 30_000 });
    expect(bytesBefore).toBe(5 * 2 * 4096);
    expect(removed).toBe(2);
  });

  test("is made by those that were not used for the longest time, to 90 % of the quota", async () => {
    const bytes = await fiveBlocks();
    const gone: number[] = [];
    // Three of them are 3, more than 90 % of 3.2; four are more than the quota.
    const eviction = await evict(root, {
      maxBytes: 3.2 * bytes,
      onRemoved: ({ number, sidecar }) => {
        expect(sidecar?.source).toBe("Demo/Pump4");
        gone.push(number - DAY);
      },
    });
    expect(gone).toEqual([3, 1, 4]);
    expect(await left()).toEqual([0, 2]);
    expect(eviction.removed).toBe(3);
    expect(eviction.bytesBefore / bytes).toBeCloseTo(5, 1);
    expect(eviction.bytesAfter / bytes).toBeCloseTo(2, 1);
  });

  test("is not made while there is enough, or no limit", async () => {
    const bytes = await fiveBlocks();
    expect(await evict(root, { maxBytes: 5.1 * bytes })).toMatchObject({ removed: 0 });
    expect(await evict(root, { maxBytes: 0 })).toMatchObject({ removed: 0 });
    expect((await left()).length).toBe(5);
  });

  test("is made in several passes where not all can be remembered", async () => {
    const bytes = await fiveBlocks();
    const gone: number[] = [];
    await evict(root, {
      maxBytes: 1.5 * bytes,
      atOnce: 2,
      onRemoved: ({ number }) => {
        gone.push(number - DAY);
      },
    });
    expect(gone).toEqual([3, 1, 4, 0]);
  });

  test("is not made by pinned levels, which count", async () => {
    const bytes = await fiveBlocks();
    const other = levelIn(root, { sourceId: "Demo/Other" });
    await publish(other, DAY, madeBlock(other, DAY, 1000));
    await pin(level.folder);
    expect(await isPinned(level.folder)).toBe(true);
    const gone: string[] = [];
    await evict(root, {
      maxBytes: 2 * bytes,
      onRemoved: ({ levelFolder }) => {
        gone.push(levelFolder);
      },
    });
    expect(gone).toEqual([other.folder]);
    await unpin(level.folder);
    expect(await isPinned(level.folder)).toBe(false);
    await evict(root, { maxBytes: 2 * bytes });
    expect(await left()).toEqual([2]);
  });

  test("is not made by one that is used while others go", async () => {
    const bytes = await fiveBlocks();
    const gone: number[] = [];
    await evict(root, {
      maxBytes: 3.2 * bytes,
      onRemoved: async ({ number }) => {
        gone.push(number - DAY);
        if (gone.length === 1) await useAt(level, DAY + 1, 1_700_000_000);
      },
    });
    expect(gone).toEqual([3, 4, 0]);
    expect(await left()).toEqual([1, 2]);
  });

  test("is made by what is left of blocks as well", async () => {
    const bytes = await fiveBlocks();
    await rm(blockPath(level, DAY + 3));
    await rm(`${blockPath(level, DAY + 1)}.meta.json`);
    const old = 1_500_000_000;
    await utimes(blockPath(level, DAY + 1), old, old);
    await evict(root, { maxBytes: 3.2 * bytes });
    expect(await left()).toEqual([0, 2]);
    expect((await readdir(dirname(blockPath(level, DAY)))).length).toBe(3);
  });
});

describe("a block that is used", () => {
  test("has that noted once an hour", async () => {
    await publish(level, DAY, madeBlock(level, DAY, 5));
    await useAt(level, DAY, 1_600_000_000);
    const used = async () => (await openBlock(level, DAY))!;
    const block = await used();
    expect(block.usedMs).toBe(1_600_000_000_000);
    expect(await touchBlock(block, 1_600_003_599_000)).toBe(false);
    expect(await touchBlock(block, 1_600_003_600_000)).toBe(true);
    expect((await used()).usedMs).toBe(1_600_003_600_000);
    expect(await touchBlock(await used(), 1_600_003_700_000)).toBe(false);
    // A clock that was wrong is put right.
    expect(await touchBlock(await used(), 1_500_000_000_000)).toBe(true);
    expect((await used()).usedMs).toBe(1_500_000_000_000);
  });

  test("and gone meanwhile is no matter", async () => {
    await publish(level, DAY, madeBlock(level, DAY, 5));
    const block = (await openBlock(level, DAY))!;
    await removeBlock(block.path);
    expect(await touchBlock(block, 0)).toBe(false);
  });
});

describe("what writers leave aside", () => {
  const HOUR = 3_600_000;
  const host = hostname()
    .replace(/[^A-Za-z0-9]/g, "_")
    .slice(0, 60);

  async function leave(name: string): Promise<string> {
    const folder = join(level.folder, "2021/06");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, name), "");
    return name;
  }

  test("is removed when the writer is gone, never before", async () => {
    const live = openBlockWriter(level, DAY, { statistics: false });
    for (let i = 0; i < 4; i++) await live.write(Buffer.alloc(300_000));
    await leave(`.2021-06-30_bin-60s.d2s.${host}-${process.pid}-0123456789ab.tmp`);
    const parent = await leave(`.2021-06-30_bin-60s.d2s.${host}-${process.ppid}-0123456789ab.tmp`);
    // No process has a number beyond the kernel's limit of 2^22.
    await leave(`.2021-06-30_bin-60s.d2s.${host}-4194305-0123456789ab.tmp`);
    const far = await leave(".2021-06-30_bin-60s.d2s.another_host-17-0123456789ab.tmp");
    const other = await leave("readme.tmp");

    const now = Date.now();
    expect(await sweepLeftovers(root, HOUR, { now })).toBe(0);
    expect(await sweepLeftovers(root, HOUR, { now: now + 2 * HOUR })).toBe(2);
    const left = await readdir(join(level.folder, "2021/06"));
    expect(left).toEqual(expect.arrayContaining([parent, far, other]));
    expect(left.length).toBe(4);
    expect(await sweepLeftovers(root, HOUR, { now: now + 25 * HOUR })).toBe(1);
    expect(await readdir(join(level.folder, "2021/06"))).not.toContain(far);

    const { bytes } = madeBlock(level, DAY, 5);
    await live.write(bytes);
    await live.finish({ builtMs: 0, madeFrom: { kind: "raw" }, records: 1, headerBytes: 0, flat: false });
    await live.publish();
    expect((await openBlock(level, DAY))!.size).toBe(1_200_000 + bytes.length);
  });
});
