import { mkdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { blockPath } from "../../../cache/block-path.js";
import type { BlockPeriod, Level } from "../../../cache/level.js";
import { blocksOfFolder, parseBlockName } from "../../../cache/store/block-name.js";
import { markChangedOnDisk } from "../../../cache/store/changed-marks.js";
import { findBlocks } from "../../../cache/store/find-blocks.js";
import type { Sidecar } from "../../../cache/store/sidecar.js";
import { detailsOf } from "../../../cache/store/sidecar-level.js";
import { openBlock } from "../../../cache/store/stored-block.js";
import { makeTime } from "../../../stream/time.js";
import { emptyFolder, levelIn } from "../support/level-folder.js";
import { BUILT_MS, madeBlock, publish } from "../support/made-block.js";

let level: Level;

beforeEach(async () => {
  level = levelIn(await emptyFolder());
});

/** What is found of a range: details and candidates, and in how many folders. */
async function find(first: number, end: number, of = level) {
  const found = [];
  for await (const one of findBlocks(of, { first, end })) found.push(one);
  return {
    folders: found.length,
    states: found.flatMap(({ details }) => details.map(({ number, state }) => [number, state])),
    withoutSidecar: found.flatMap(({ withoutSidecar }) => withoutSidecar),
    details: found.flatMap(({ details }) => details),
  };
}

describe("the blocks of a range on the disk", () => {
  test("are found folder by folder, with what an index keeps", async () => {
    // 2021-06-29, 2021-06-30, 2021-07-01, 2022-01-01.
    const days = [7850, 7851, 7852, 8036];
    const sidecars: Sidecar[] = [];
    for (const day of days)
      sidecars.push(await publish(level, day, madeBlock(level, day, day === 7852 ? 0 : 5)));
    const { folders, states, details } = await find(7000, 9000);
    expect(folders).toBe(3);
    expect(states).toEqual([
      [7850, "present"],
      [7851, "present"],
      [7852, "empty"],
      [8036, "present"],
    ]);
    expect(details).toEqual(days.map((day, index) => detailsOf(sidecars[index]!, day)));
    expect(details[0]).toMatchObject({ builtMs: BUILT_MS, definition: level.definition });
    expect((await find(7851, 7853)).states.map(([number]) => number)).toEqual([7851, 7852]);
    expect(await find(7853, 8036)).toMatchObject({ folders: 0, states: [] });
  });

  test("are none where there is no folder", async () => {
    expect(await find(0, 10_000)).toMatchObject({ folders: 0 });
  });

  test("are no ones that cannot be served", async () => {
    for (let day = 7840; day < 7848; day++) await publish(level, day, madeBlock(level, day, 5));
    await rm(blockPath(level, 7840));
    await truncate(blockPath(level, 7841), 100);
    await truncate(`${blockPath(level, 7842)}.meta.json`, 100);
    await rename(blockPath(level, 7843), join(level.folder, "2021", "2021-06-22_bin-60s.d2s"));
    await writeFile(join(level.folder, "2021", "06", "2021-06-31_bin-60s.d2s"), "");
    await writeFile(join(level.folder, "2021", "06", "2021-06-23_bin-1s.d2s"), "");
    const other = { ...level, definition: "fedcba9876543210" };
    await publish(other, 7844, madeBlock(other, 7844, 5));
    expect(await find(7000, 8000)).toMatchObject({
      states: [
        [7845, "present"],
        [7846, "present"],
        [7847, "present"],
      ],
      withoutSidecar: [],
    });
  });

  test("may be ones of an older server", async () => {
    const path = blockPath(level, 7851);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, "anything");
    expect(await find(7851, 7852)).toMatchObject({ states: [], withoutSidecar: [7851] });
    expect((await find(7850, 7851)).withoutSidecar).toEqual([]);
  });

  test.each<[BlockPeriod, number, number]>([
    // Numbers at 2021-06-30T14:05:06: minutes, hours, ... since 2000-01-01.
    ["persecond", 7851 * 86_400 + 14 * 3600 + 5 * 60 + 6, 3],
    ["perminute", 7851 * 1440 + 14 * 60 + 5, 3],
    ["hourly", 7851 * 24 + 14, 3],
    ["monthly", 21 * 12 + 5, 3],
    ["yearly", 21, 3],
  ])("are found where they are %s", async (period, number, count) => {
    const of = { ...level, period };
    for (let i = 0; i < count; i++) await publish(of, number + i, madeBlock(of, number + i, 1), false);
    const { states } = await find(number, number + count, of);
    expect(states.map(([at]) => at)).toEqual(Array.from({ length: count }, (_, i) => number + i));
    expect((await find(number + 1, number + 2, of)).states.length).toBe(1);
  });
});

describe("the name of a block", () => {
  test.each<[string, BlockPeriod, number]>([
    ["2021_bin-60s.d2s", "yearly", 21],
    ["2021-06_bin-60s.d2s", "monthly", 257],
    ["2021-06-30_intrinsic.d2s", "daily", 7851],
    ["2021-06-30T14_bin-0p5s.d2s", "hourly", 7851 * 24 + 14],
    ["2021-06-30T14-05_bin-60s.d2s", "perminute", (7851 * 24 + 14) * 60 + 5],
    ["1999-12-31T23-59-59_bin-60s.d2s", "persecond", -1],
  ])("%s says which it is", (name, period, number) => {
    expect(parseBlockName(name)).toMatchObject({ period, number });
  });

  test.each([
    "2021-06-31_bin-60s.d2s",
    "2021-13_bin-60s.d2s",
    "2021-06-30T24_bin-60s.d2s",
    "2021-06-30_bin-60s.d2s.meta.json",
    "2021-06-30_bin-60s.d2s.tmp",
    ".2021-06-30_bin-60s.d2s",
    "2021-06-30.d2s",
    "2021-6-30_bin-60s.d2s",
    "2021-06-30_../../x.d2s",
  ])("is not %s", (name) => {
    expect(parseBlockName(name)).toBeUndefined();
  });

  test("and the folders of its date say where it is looked for", () => {
    const day = makeTime(2021, 6, 30).day;
    expect(blocksOfFolder(["2021"], "daily")).toEqual({ first: day - 180, end: day + 185 });
    expect(blocksOfFolder(["2021", "06"], "daily")).toEqual({ first: day - 29, end: day + 1 });
    expect(blocksOfFolder(["2021", "12"], "monthly")).toEqual({ first: 263, end: 264 });
    expect(blocksOfFolder(["2021", "06", "30", "23"], "perminute")).toEqual({
      first: (day * 24 + 23) * 60,
      end: (day + 1) * 1440,
    });
    expect(blocksOfFolder(["2021", "6"], "daily")).toBeUndefined();
    expect(blocksOfFolder([".."], "daily")).toBeUndefined();
  });
});

describe("a mark that records changed", () => {
  test("is on the disk, and the block is not served again", async () => {
    for (const day of [7850, 7851, 7852]) await publish(level, day, madeBlock(level, day, 5));
    expect(await markChangedOnDisk(level, [7851, 7852, 7853])).toEqual([7851, 7852]);
    expect((await find(7850, 7854)).states).toEqual([
      [7850, "present"],
      [7851, "stale"],
      [7852, "stale"],
    ]);
    let fault: string | undefined;
    expect(await openBlock(level, 7851, { onFault: (what) => (fault = what) })).toBeUndefined();
    expect(fault).toBe("records changed");
    expect(await openBlock(level, 7850)).toBeDefined();
    // Once is enough.
    expect(await markChangedOnDisk(level, [7851])).toEqual([]);
  });

  test("leaves all else that the sidecar says, and when the block was used", async () => {
    const sidecar = await publish(level, 7851, madeBlock(level, 7851, 5));
    const meta = `${blockPath(level, 7851)}.meta.json`;
    await utimes(meta, 1_600_000_000, 1_600_000_000);
    await markChangedOnDisk(level, [7851]);
    expect(JSON.parse(await readFile(meta, "utf8"))).toEqual({ ...sidecar, changed: true });
    expect((await stat(meta)).mtimeMs).toBe(1_600_000_000_000);
  });

  test("is gone with the next build", async () => {
    await publish(level, 7851, madeBlock(level, 7851, 5));
    await markChangedOnDisk(level, [7851]);
    await publish(level, 7851, madeBlock(level, 7851, 5));
    expect(await openBlock(level, 7851)).toBeDefined();
  });

  test("is not made on a block of another source, nor on what is none", async () => {
    await publish(level, 7851, madeBlock(level, 7851, 5));
    await publish(level, 7852, madeBlock(level, 7852, 5));
    await truncate(`${blockPath(level, 7852)}.meta.json`, 10);
    expect(await markChangedOnDisk({ ...level, sourceId: "Demo/Other" }, [7851])).toEqual([]);
    expect(await markChangedOnDisk(level, [7852])).toEqual([]);
    expect(await openBlock(level, 7851)).toBeDefined();
  });

  test("is made on a block of another definition, which may come back, and is no news of this one", async () => {
    await publish(level, 7851, madeBlock(level, 7851, 5));
    const edited = { ...level, definition: "fedcba9876543210", dataVersion: "2" };
    expect(await markChangedOnDisk(edited, [7851])).toEqual([]);
    expect(await openBlock(level, 7851)).toBeUndefined();
  });
});
