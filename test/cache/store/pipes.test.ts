import { execFileSync } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { blockPath } from "../../../cache/block-path.js";
import { WatchFolder } from "../../../cache/freshness/watch-state.js";
import type { Level } from "../../../cache/level.js";
import { adoptBlock } from "../../../cache/store/adopt-block.js";
import { hasAdopted, markAdopted } from "../../../cache/store/adopted-mark.js";
import { evict } from "../../../cache/store/evict.js";
import { findBlocks } from "../../../cache/store/find-blocks.js";
import { isPinned, pin, unpin } from "../../../cache/store/pins.js";
import { openBlock } from "../../../cache/store/stored-block.js";
import { verifyBlock } from "../../../cache/store/verify-block.js";
import { rejectionOf } from "../../support/thrown.js";
import { emptyFolder, levelIn } from "../support/level-folder.js";
import { madeBlock, publish } from "../support/made-block.js";

// 2021-06-30, days after 2000-01-01.
const DAY = 7851;

let root = "";
let level: Level;
beforeEach(async () => {
  root = await emptyFolder();
  level = levelIn(root, {});
});

/** Puts a named pipe in a place: who opens it as a file waits for ever. */
async function pipeAt(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(dirname(path), { recursive: true });
  execFileSync("mkfifo", [path]);
}

/** Numbers of the blocks that are found on the disk. */
async function found(): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { details } of findBlocks(level, { first: DAY, end: DAY + 1 }))
    numbers.push(...details.map(({ number }) => number));
  return numbers;
}

describe("a pipe in the place of", () => {
  test.each<[string, string, object]>([
    ["a block", "", { block: false, found: [], damage: [{ file: "block", what: "absent" }] }],
    ["a companion", ".stats", { block: true, found: [DAY], damage: [{ file: "companion", what: "absent" }] }],
    ["a sidecar", ".meta.json", { block: false, found: [], damage: [{ file: "sidecar", what: "absent" }] }],
  ])("%s is as if it were away, and gives way to another build", async (_, suffix, expected) => {
    await publish(level, DAY, madeBlock(level, DAY, 5));
    const path = blockPath(level, DAY);
    await pipeAt(`${path}${suffix}`);
    const block = await openBlock(level, DAY);
    expect({ block: block !== undefined, found: await found(), damage: await verifyBlock(path) }).toEqual(
      expected,
    );
    expect(await block?.statistics()).toBeUndefined();
    await block?.close();
    await publish(level, DAY, madeBlock(level, DAY, 7));
    const anew = (await openBlock(level, DAY))!;
    expect(anew.sidecar.records).toBe(7);
    expect(await anew.statistics()).toBeDefined();
    await anew.close();
  });

  test("all files of a block keeps nobody from adopting nothing and from making room", async () => {
    await publish(level, DAY + 1, madeBlock(level, DAY + 1, 5));
    for (const suffix of ["", ".stats", ".meta.json"]) await pipeAt(`${blockPath(level, DAY)}${suffix}`);
    await rm(`${blockPath(level, DAY)}.meta.json`);
    expect(await adoptBlock(level, DAY)).toBeUndefined();
    expect(await evict(root, { maxBytes: 1 })).toMatchObject({ removed: 1, bytesAfter: 0 });
  });

  test("a pin is no pin, and can be taken away", async () => {
    const path = join(level.folder, ".pinned");
    await pipeAt(path);
    expect(await isPinned(level.folder)).toBe(false);
    expect(await rejectionOf(() => pin(level.folder))).toMatchObject({ code: "BUILD_FAILED" });
    await unpin(level.folder);
    await pin(level.folder);
    expect(await isPinned(level.folder)).toBe(true);
  });

  test("the mark of adopted blocks is one", async () => {
    await pipeAt(join(level.folder, ".adopted"));
    await markAdopted(level.folder);
    expect(await hasAdopted(level.folder)).toBe(true);
  });

  test("the state of a watch is none that can be used", async () => {
    const folder = new WatchFolder(root);
    await pipeAt(join(root, "freshness/id"));
    expect(await rejectionOf(() => folder.turn())).toMatchObject({ code: "BUILD_FAILED" });
  });
});
