import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type AdoptionFault, adoptBlock } from "../../../cache/store/adopt-block.js";
import { findBlocks } from "../../../cache/store/find-blocks.js";
import { sweepLeftovers } from "../../../cache/store/leftovers.js";
import { openBlock } from "../../../cache/store/stored-block.js";
import { killedWriter, publishUntil } from "../support/killed-writer.js";
import { emptyFolder, levelIn } from "../support/level-folder.js";
import { madeBlock, publish, sha256 } from "../support/made-block.js";

/** 2021-06-30. */
const DAY = 7851;

let program: string;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "heliostream-writer-"));
  program = await killedWriter(folder);
  return async () => await rm(folder, { recursive: true });
});

describe("a writer that is killed after any of its steps", () => {
  test.each([
    ["where there was none", false],
    ["in the place of an older one", true],
  ])("leaves a block that is whole or a gap, %s", async (_, hasOlder) => {
    const seen = new Set<string>();
    let step = 1;
    for (; ; step++) {
      const root = await emptyFolder();
      const level = levelIn(root);
      const older = madeBlock(level, DAY, 300, 1);
      const newer = madeBlock(level, DAY, 400, 2);
      const names = new Map([
        [sha256(older.bytes), "older"],
        [sha256(newer.bytes), "newer"],
      ]);
      if (hasOlder) await publish(level, DAY, older);
      const end = await publishUntil(program, level, DAY, 400, 2, step);

      const block = await openBlock(level, DAY);
      const found = block === undefined ? "gap" : names.get(sha256(block.whole!));
      expect(found).toBeDefined();
      seen.add(found!);
      // Its definition may have been edited by now, so what is half published must not be taken for an older server's.
      let fault: AdoptionFault | undefined;
      await adoptBlock(level, DAY, { onFault: (what) => (fault = what) });
      expect(["absent", "has a sidecar", "has a companion"]).toContain(fault);
      for await (const { withoutSidecar } of findBlocks(level, { first: DAY, end: DAY + 1 }))
        expect(withoutSidecar).toEqual([]);

      // Whoever comes next is not hindered.
      await sweepLeftovers(root, 0);
      const left = await readdir(root, { recursive: true });
      expect(left.filter((name) => name.endsWith(".tmp"))).toEqual([]);
      await publish(level, DAY, newer);
      const rebuilt = await openBlock(level, DAY);
      expect(names.get(sha256(rebuilt!.whole!))).toBe("newer");
      if (end === "killed") continue;
      expect(end).toBe(step - 1);
      expect(found).toBe("newer");
      break;
    }
    // Three files are made, written, synced and renamed, and their folder is opened and synced: 14, then the end.
    expect(step).toBeGreaterThanOrEqual(15);
    expect(seen).toEqual(new Set(hasOlder ? ["older", "gap", "newer"] : ["gap", "newer"]));
  });
});
