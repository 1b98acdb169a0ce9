import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PictureFiles } from "../../../cgi/images/picture-files.js";
import type { QuickLook } from "../../../cgi/images/quick-look-job.js";

/** Keys of one folder, which has a sixteenth of the room. */
const key = (n: number) => `a${n.toString(16).padStart(31, "0")}`;
const picture = (bytes: number, value = 7): QuickLook => ({
  png: new Uint8Array(bytes).fill(value),
  picture: { width: 4, height: 3 },
  image: { width: 8, height: 6 },
  range: [-1.5, 1e3],
});

describe("pictures on the disk", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "heliostream-pictures-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const pathOf = (n: number) => join(folder, "pictures", "a", `${key(n)}.picture`);
  const open = (mostBytes = 2 ** 24) => new PictureFiles(join(folder, "pictures"), mostBytes);

  it("are found by whoever opens the folder, as they were", async () => {
    await open().keep(key(1), picture(1000));
    const found = await open().find(key(1));
    expect(found).toEqual({ ...picture(1000), png: Buffer.from(picture(1000).png) });
    expect(await open().find(key(2))).toBeUndefined();
    expect(readdirSync(join(folder, "pictures", "a"))).toEqual([`${key(1)}.picture`]);
  });

  it("are nothing where no folder is configured, or no room", () => {
    expect(PictureFiles.of({ cacheRoot: undefined, picturesMaxBytes: 1 })).toBeUndefined();
    expect(PictureFiles.of({ cacheRoot: folder, picturesMaxBytes: 0 })).toBeUndefined();
    expect(PictureFiles.of({ cacheRoot: folder, picturesMaxBytes: 1 })).toBeInstanceOf(PictureFiles);
  });

  it("are missing where their file is cut off or changed anywhere, and are kept anew then", async () => {
    const files = open();
    await files.keep(key(1), picture(64));
    const whole = readFileSync(pathOf(1));
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1;
      writeFileSync(pathOf(1), changed);
      expect(await files.find(key(1)), `byte ${at}`).toBeUndefined();
    }
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(pathOf(1), whole.subarray(0, length));
      expect(await files.find(key(1)), `${length} bytes`).toBeUndefined();
    }
    for (const text of ["{}\n", "null\n", "\n", "[".repeat(5000)]) {
      writeFileSync(pathOf(1), text);
      expect(await files.find(key(1)), text).toBeUndefined();
    }
    await files.keep(key(1), picture(64));
    expect(await files.find(key(1))).toBeDefined();
  });

  it("make way in the order in which they were used, and never take more room than they may", async () => {
    // A folder has 16 pages of 4096 bytes; a file of each picture takes two of them.
    const most = 16 * 16 * 4096;
    const files = open(most);
    for (let n = 0; n < 8; n++) {
      await files.keep(key(n), picture(5000));
      utimesSync(pathOf(n), 1_000_000 + n, 1_000_000 + n);
    }
    expect(readdirSync(join(folder, "pictures", "a"))).toHaveLength(8);
    // The oldest one is used: then the second goes first, and the third, for a tenth is left free.
    expect(await files.find(key(0))).toBeDefined();
    await files.keep(key(8), picture(5000));
    const left = await Promise.all(
      Array.from({ length: 9 }, async (_, n) => (await files.find(key(n))) !== undefined),
    );
    expect(left).toEqual([true, false, false, true, true, true, true, true, true]);
    const room = () =>
      readdirSync(join(folder, "pictures", "a"))
        .map((name) => Math.ceil(statSync(join(folder, "pictures", "a", name)).size / 4096) * 4096)
        .reduce((sum, one) => sum + one, 0);
    for (let n = 9; n < 60; n++) {
      await files.keep(key(n), picture(300 * n));
      expect(room()).toBeLessThanOrEqual(most / 16);
    }
    await files.keep(key(60), picture(most));
    expect(await files.find(key(60))).toBeUndefined();
  });

  it("may be written and read by many at once", async () => {
    const all = Array.from({ length: 8 }, () => open());
    const found = await Promise.all(
      all.flatMap((files, n) => [
        files.keep(key(1), picture(50_000)).then(() => undefined),
        files.find(key(1)),
        files.keep(key(n + 2), picture(100 * n + 100)).then(() => undefined),
      ]),
    );
    for (const one of found) if (one !== undefined) expect(one.png).toHaveLength(50_000);
    expect(await open().find(key(1))).toBeDefined();
    expect(readdirSync(join(folder, "pictures", "a")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("are done without where the folder cannot be written to", async () => {
    writeFileSync(join(folder, "pictures"), "a file");
    await open().keep(key(1), picture(10));
    expect(await open().find(key(1))).toBeUndefined();
  });
});
