import { rm } from "node:fs/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { blockPath } from "../../../cache/block-path.js";
import { knownBlocks } from "../../../cache/build/known-blocks.js";
import { missingBlocks } from "../../../cache/build/missing-blocks.js";
import { FileIndex } from "../../../cache/index/file-index.js";
import type { Level } from "../../../cache/level.js";
import { detailsOf } from "../../../cache/store/sidecar-level.js";
import { emptyFolder, levelIn } from "../support/level-folder.js";
import { madeBlock, publish } from "../support/made-block.js";

/** Made blocks were built on 2022-01-02. */
const MOMENT = { now: Date.UTC(2022, 5, 1) };
/** 2021-06-30. */
const DAY = 7851;

let root: string;
let level: Level;
let index: FileIndex;

/** Puts blocks of days on the disk, those at even places without data. */
async function onDisk(...numbers: readonly number[]): Promise<void> {
  for (const number of numbers)
    await publish(level, number, madeBlock(level, number, number % 2 === 0 ? 0 : 10));
}

beforeEach(async () => {
  root = await emptyFolder();
  level = levelIn(root);
  index = new FileIndex(root);
});

describe("blocks that the index does not know", () => {
  it("are looked for on the disk, and are on record then", async () => {
    await onDisk(DAY, DAY + 1, DAY + 3);
    const { runs } = await knownBlocks(index, level, { first: DAY - 1, end: DAY + 5 }, MOMENT);
    expect(runs).toEqual([
      { first: DAY - 1, end: DAY, state: "absent" },
      { first: DAY, end: DAY + 1, state: "present" },
      { first: DAY + 1, end: DAY + 2, state: "empty" },
      { first: DAY + 2, end: DAY + 3, state: "absent" },
      { first: DAY + 3, end: DAY + 4, state: "empty" },
      { first: DAY + 4, end: DAY + 5, state: "absent" },
    ]);
    expect((await index.coverage(level, { first: DAY - 1, end: DAY + 5 }, MOMENT)).runs).toEqual(runs);
  });

  it("are known though the index has no room for them", async () => {
    await onDisk(DAY, DAY + 1, DAY + 3);
    const span = { first: DAY - 1, end: DAY + 5 };
    const known = await knownBlocks(index, level, span, MOMENT);
    const full = new FileIndex(await emptyFolder());
    full.record = async () => undefined;
    const alike = await knownBlocks(full, level, span, MOMENT);
    expect(alike.runs).toEqual(known.runs);
    expect(alike.newestMs).toBe(known.newestMs);
    expect(alike.version).not.toBe((await full.coverage(level, span, MOMENT)).version);
    expect(await missingBlocks(full, level, span, MOMENT)).toEqual([DAY - 1, DAY + 2, DAY + 4]);
  });

  it("are taken as old as they are", async () => {
    await onDisk(DAY, DAY + 1);
    const full = new FileIndex(await emptyFolder());
    full.record = async () => undefined;
    const { runs } = await knownBlocks(
      full,
      level,
      { first: DAY, end: DAY + 2 },
      {
        ...MOMENT,
        notBefore: Date.UTC(2022, 0, 3),
      },
    );
    expect(runs).toEqual([{ first: DAY, end: DAY + 2, state: "stale" }]);
  });

  it("do not come before what it knows of others", async () => {
    await onDisk(DAY, DAY + 1, DAY + 2);
    const sidecar = await publish(level, DAY + 1, madeBlock(level, DAY + 1, 10));
    const full = new FileIndex(await emptyFolder());
    await full.record(level, [{ ...detailsOf(sidecar, DAY + 1), state: "stale" }]);
    full.record = async () => undefined;
    const { runs } = await knownBlocks(full, level, { first: DAY, end: DAY + 3 }, MOMENT);
    expect(runs.map(({ state }) => state)).toEqual(["present", "stale", "present"]);
    expect(await missingBlocks(full, level, { first: DAY, end: DAY + 3 }, MOMENT)).toEqual([DAY + 1]);
  });

  it("are none where the disk has none of them", async () => {
    await onDisk(DAY);
    await rm(blockPath(level, DAY));
    expect(await missingBlocks(index, level, { first: DAY, end: DAY + 1 }, MOMENT)).toEqual([DAY]);
  });
});
