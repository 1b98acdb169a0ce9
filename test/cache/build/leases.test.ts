import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { Leases } from "../../../cache/build/leases.js";
import { FileIndex } from "../../../cache/index/file-index.js";
import type { Level } from "../../../cache/level.js";
import { emptyFolder, levelIn } from "../support/level-folder.js";

/** Renewed every 20 ms. */
const LEASE_MS = 60;

let root: string;
let level: Level;
let index: FileIndex;
beforeEach(async () => {
  root = await emptyFolder();
  level = levelIn(root);
  // Claims do not lapse by themselves here.
  index = new FileIndex(root, () => 0);
});

/** Removes the claim of a block; a renewal that is under way, which a real loss would wait for, may write it once more. */
async function lose(number: number): Promise<void> {
  const names = await readdir(join(root, "index"), { recursive: true });
  const path = names.find((name) => name.endsWith(`claims/${number}`));
  if (path !== undefined) await rm(join(root, "index", path), { force: true });
}

describe("claims that are held while blocks are made", () => {
  it("are known to be lost one by one, though they were taken together", async () => {
    const leases = new Leases(index, LEASE_MS);
    try {
      const claims = await index.claim(level, [1, 2], "test", LEASE_MS);
      expect(new Set(claims.map(({ token }) => token)).size).toBe(1);
      leases.add(level, claims);
      await expect
        .poll(async () => {
          await lose(1);
          return leases.of(level, 1);
        })
        .toBeUndefined();
      expect(leases.of(level, 2)).toEqual(claims[1]);
    } finally {
      await leases.release();
    }
    expect(await index.claimed(level, [1, 2])).toEqual([]);
  });

  it("are renewed again after a renewal that failed, whatever with, and given back at the end", async () => {
    const claims = await index.claim(level, [1], "test", LEASE_MS);
    let asked = 0;
    const renew = index.renew.bind(index);
    index.renew = async (...of) => {
      if (++asked === 1) throw new TypeError("not of the house");
      return await renew(...of);
    };
    const leases = new Leases(index, LEASE_MS);
    leases.add(level, claims);
    await expect.poll(() => asked).toBeGreaterThan(2);
    expect(leases.of(level, 1)).toEqual(claims[0]);
    await leases.release();
    expect(await index.claimed(level, [1])).toEqual([]);
  });
});
