import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { findBlocks } from "../../../cache/store/find-blocks.js";
import { openBlock } from "../../../cache/store/stored-block.js";
import { emptyFolder, levelIn } from "../support/level-folder.js";
import { collect, madeBlock, publish } from "../support/made-block.js";

describe("a block that was published", () => {
  test("is read as it was written, with its companion", async () => {
    const level = levelIn(await emptyFolder());
    const made = madeBlock(level, 7851, 1440);
    const sidecar = await publish(level, 7851, made);
    expect(sidecar.sha256).toBe(createHash("sha256").update(made.bytes).digest("hex"));
    const block = await openBlock(level, 7851);
    expect(block?.sidecar).toEqual(sidecar);
    expect(await collect(block!.bytes())).toEqual(Buffer.from(made.bytes));
    expect((await collect(block!.body())).length).toBe(1440 * 16);
    expect((await block!.headers()).packets[0]?.planes.map(({ name }) => name)).toEqual(["", "v"]);
    const companion = await block!.statistics();
    expect(await collect(companion!.bytes())).toEqual(Buffer.from(made.statistics));
    await block!.close();
    const found = [];
    for await (const one of findBlocks(level, { first: 7800, end: 8000 })) found.push(one);
    expect(found.flatMap(({ details }) => details.map(({ number, state }) => [number, state]))).toEqual([
      [7851, "present"],
    ]);
  });
});
