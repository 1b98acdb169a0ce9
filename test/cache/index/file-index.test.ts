import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { blockPath } from "../../../cache/block-path.js";
import { ChangeLog } from "../../../cache/index/change-log.js";
import { FileIndex } from "../../../cache/index/file-index.js";
import { FileUsage } from "../../../cache/index/file-usage.js";
import { sidecarOfLevel } from "../../../cache/store/sidecar-level.js";
import { printSidecar } from "../../../cache/store/sidecar-text.js";
import { rejectionOf } from "../../support/thrown.js";
import { LATER, sampleDetails, sampleLevel } from "./sample-level.js";

const MINUTE = 60_000;
let root: string;
let index: FileIndex;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "heliostream-index-"));
  index = new FileIndex(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Paths of the files of the index that end in a suffix. */
async function files(suffix: string): Promise<string[]> {
  const entries = await readdir(join(root, "index"), { recursive: true });
  return entries.filter((name) => name.endsWith(suffix)).map((name) => join(root, "index", name));
}

describe("the index in files", () => {
  const level = sampleLevel({ period: "hourly" });
  const states = async (first = 0, end = 5) =>
    (await index.coverage(level, { first, end }, LATER)).runs.map(({ state }) => state);

  test("needs little room for blocks far apart", async () => {
    await index.record(
      level,
      [0, 60_000, 65_535].map((number) => sampleDetails(number)),
    );
    const [path] = await files(".states");
    expect((await readFile(path!)).length).toBe(8 + 65_536 * 8);
    expect(await states(65_535, 65_537)).toEqual(["present", "absent"]);
  });

  test.each([
    ["garbage", (path: string) => writeFile(path, Buffer.alloc(4000, 1))],
    ["an empty file", (path: string) => writeFile(path, "")],
    ["a file that is too long", (path: string) => truncate(path, 600_000)],
    [
      "a folder",
      async (path: string) => {
        await rm(path);
        await mkdir(path);
      },
    ],
    [
      "a pipe",
      async (path: string) => {
        await rm(path);
        execFileSync("mkfifo", [path]);
      },
    ],
  ])("%s in the place of records counts as absent", async (_, damage) => {
    await index.record(level, [sampleDetails(1)]);
    const [path] = await files(".states");
    await damage(path!);
    expect(await states()).toEqual(["absent"]);
    expect(await index.markChanged(level, { first: 0, end: 5 })).toEqual([]);
    await index.forget(level, [1]);
  });

  test("garbage gives way to what goes on record", async () => {
    await index.record(level, [sampleDetails(1), sampleDetails(2)]);
    const [path] = await files(".states");
    await writeFile(path!, Buffer.alloc(4000, 1));
    await index.record(level, [sampleDetails(2)]);
    expect(await states()).toEqual(["absent", "present", "absent"]);
  });

  test("a file that was cut off keeps what is whole", async () => {
    await index.record(
      level,
      [1, 2, 3].map((number) => sampleDetails(number)),
    );
    const [path] = await files(".states");
    await truncate(path!, 8 + 3 * 8 + 5); // in the middle of record 3
    expect(await states()).toEqual(["absent", "present", "absent"]);
  });

  test("details are those of the sidecar, if that is of this definition", async () => {
    const here = sampleLevel({ folder: join(root, "data/Demo/Pump4/_noparam/bin-60s"), dataVersion: "2" });
    const sidecar = {
      ...sidecarOfLevel(here, 7851),
      builtAt: "2022-06-30T00:00:00.123Z",
      records: 1440,
      bytes: 30_000,
      sha256: "ab".repeat(32),
      crc32: 1,
      complete: true,
      noData: false,
      madeFrom: { kind: "raw" },
      headerBytes: 300,
      flat: true,
      x: { first: 678_326_400e6, last: 678_412_740e6 },
      statistics: { bytes: 5000, sha256: "cd".repeat(32), crc32: 2 },
    } as const;
    const path = `${blockPath(here, 7851)}.meta.json`;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, printSidecar(sidecar));
    expect(await index.details(here, [7851])).toEqual([undefined]); // not on record
    const details = sampleDetails(7851, { dataVersion: "2" });
    await index.record(here, [details, { ...details, number: 7852 }]);
    await index.markChanged(here, { first: 7851, end: 7852 });
    expect(await index.details(here, [7852, 7851])).toEqual([
      undefined,
      {
        number: 7851,
        state: "stale",
        bytes: (8 + 2 + 1) * 4096, // in pages
        sha256: "ab".repeat(32),
        builtMs: Date.UTC(2022, 5, 30) + 123,
        definition: here.definition,
        dataVersion: "2",
      },
    ]);
  });

  test("a claim that is being written is held, one that never became whole is free", async () => {
    await index.claim(level, [1], "host:1:a", MINUTE);
    const [path] = await files("claims/1");
    await writeFile(path!, "");
    expect(await index.claim(level, [1], "host:2:b", MINUTE)).toEqual([]);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(path!, longAgo, longAgo);
    expect(await index.claim(level, [1], "host:2:b", MINUTE)).toHaveLength(1);
  });

  test("a pipe in the place of a claim is waited for as one that is being written, no longer", async () => {
    await index.claim(level, [1], "host:1:a", MINUTE);
    const [path] = await files("claims/1");
    await rm(path!);
    execFileSync("mkfifo", [path!]);
    expect(await index.claimed(level, [1])).toEqual([1]);
    expect(await index.claim(level, [1], "host:2:b", MINUTE)).toEqual([]);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(path!, longAgo, longAgo);
    expect(await index.claim(level, [1], "host:2:b", MINUTE)).toHaveLength(1);
  });

  test("a pipe in the place of the log of changes counts as a change, and a new file is begun", async () => {
    await index.markChanged(level, { first: 3, end: 4 });
    const [path] = await files("changes.0");
    await rm(path!);
    execFileSync("mkfifo", [path!]);
    const log = new ChangeLog(dirname(path!));
    const before = await log.position();
    expect(await log.hasChangedSince(0, 7)).toBe(true);
    await index.markChanged(level, { first: 3, end: 4 });
    expect(await files("changes.1")).toHaveLength(1);
    const after = await log.position();
    expect(after).toBeGreaterThan(before);
    expect(await log.hasChangedSince(after, 3)).toBe(false);
  });

  test("a pipe or a file that is too long in the place of the usage gives way to what is added", async () => {
    const usage = new FileUsage(join(root, "index/usage"));
    await mkdir(join(root, "index"));
    execFileSync("mkfifo", [join(root, "index/usage")]);
    expect(await usage.sum()).toBe(0);
    await usage.add(500);
    expect(await usage.sum()).toBe(500);
    await truncate(join(root, "index/usage"), 2 ** 30);
    expect(await usage.sum()).toBe(0);
    await usage.add(7);
    await usage.add(8);
    expect(await usage.sum()).toBe(8);
  });

  test("a lock of a process that died in a moment of claiming is broken", async () => {
    let now = 0;
    const clocked = new FileIndex(root, () => now);
    await clocked.claim(level, [1], "host:1:a", MINUTE);
    const lock = `${(await files("claims/1"))[0]}.lock`;
    const longAgo = new Date(Date.now() - 60_000);
    await writeFile(lock, "");
    await utimes(lock, longAgo, longAgo);
    now = MINUTE;
    expect(await clocked.claim(level, [1], "host:2:b", MINUTE)).toHaveLength(1);
    expect(await files(".lock")).toEqual([]);
  });

  test("a claim lapses to the millisecond", async () => {
    let now = 1000;
    const clocked = new FileIndex(root, () => now);
    await clocked.claim(level, [1], "host:1:a", MINUTE);
    now = 60_999;
    expect(await clocked.claim(level, [1], "host:2:b", MINUTE)).toEqual([]);
    now = 61_000;
    expect(await clocked.claim(level, [1], "host:2:b", MINUTE)).toHaveLength(1);
  });

  test("a folder that cannot be written is away", async () => {
    await writeFile(join(root, "index"), "a file");
    const claimed = () => index.claim(level, [1], "host:1:a", MINUTE);
    expect(await rejectionOf(claimed)).toMatchObject({
      code: "INDEX_AWAY",
      where: { reason: /ENOTDIR|EEXIST/ },
    });
    expect(await states()).toEqual(["absent"]);
  });
});

describe("the log of changes", () => {
  test("tells what changed after a position, over the files that it begins", async () => {
    const log = new ChangeLog(root);
    expect(await log.position()).toBe(0);
    await log.append({ first: 0, end: 10 }, 1e6);
    const position = await log.position();
    expect(await log.hasChangedSince(0, 9)).toBe(true);
    expect(await log.hasChangedSince(position, 9)).toBe(false);
    await writeFile(join(root, "changes.0"), await entries(65_536));
    await log.append({ first: 20, end: 21 }, 2e6);
    expect(await readdir(root)).toEqual(["changes.0", "changes.1"]);
    expect(await log.hasChangedSince(position, 20)).toBe(true);
    expect(await log.hasChangedSince(position, 30)).toBe(false);
    expect(await log.hasChangedSince(await log.position(), 20)).toBe(false);
  });

  test("counts as a change what it does not know any more", async () => {
    const log = new ChangeLog(root);
    await writeFile(join(root, "changes.7"), await entries(65_536));
    const position = await log.position();
    await log.append({ first: 20, end: 21 }, 2e6);
    expect(await log.hasChangedSince(position, 30)).toBe(false);
    await writeFile(join(root, "changes.8"), await entries(65_536));
    await log.append({ first: 20, end: 21 }, 2e6);
    expect((await readdir(root)).sort()).toEqual(["changes.8", "changes.9"]);
    expect(await log.hasChangedSince(position, 30)).toBe(true);
  });

  test("goes on in another file after a write that was cut off, which counts as a change", async () => {
    const log = new ChangeLog(root);
    await log.append({ first: 0, end: 10 }, 1e6);
    const position = await log.position();
    await truncate(join(root, "changes.0"), 24 + 7);
    await log.append({ first: 20, end: 21 }, 2e6);
    expect(await readdir(root)).toEqual(["changes.0", "changes.1"]);
    expect(await log.hasChangedSince(position, 30)).toBe(true);
    expect(await log.hasChangedSince(await log.position(), 20)).toBe(false);
  });

  test("tells what changed after a time, with a minute for clocks that differ", async () => {
    const log = new ChangeLog(root);
    await log.append({ first: 0, end: 10 }, 1e9);
    const at = (ms: number, block = 5) => log.hasChangedAfter(ms, block);
    expect([await at(1e9), await at(1e9 + 60_000), await at(1e9 + 60_001), await at(1e9, 10)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  /** Changes of block 0 alone, long ago. */
  async function entries(count: number): Promise<Buffer> {
    const bytes = Buffer.alloc(24 * count);
    for (let at = 0; at < bytes.length; at += 24) bytes.writeDoubleLE(1, at + 8);
    return bytes;
  }
});

describe("a sum in a file", () => {
  test("is right after very many changes, and its file stays short", async () => {
    const usage = new FileUsage(join(root, "usage"));
    const before = Buffer.alloc(8 * 8191);
    for (let at = 0; at < before.length; at += 8) before.writeDoubleLE(3, at);
    await writeFile(join(root, "usage"), before);
    for (const bytes of [5, -2, 10]) await usage.add(bytes);
    expect(await usage.sum()).toBe(3 * 8191 + 13);
    expect((await readFile(join(root, "usage"))).length).toBeLessThan(100);
  });
});

describe("eight processes of one host", () => {
  test("publish every block once, and all of them are on record", async () => {
    const program = join(root, "publish-all.mjs");
    await build({
      entryPoints: [join(import.meta.dirname, "publish-all.ts")],
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
      logLevel: "error",
    });
    const outputs = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const child = spawn(process.execPath, [program, root, String(i)], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        const pieces: Buffer[] = [];
        child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
        const [status] = await once(child, "close");
        expect(status).toBe(0);
        return JSON.parse(Buffer.concat(pieces).toString()) as number[];
      }),
    );
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    expect(outputs.flat().sort((a, b) => a - b)).toEqual(numbers);
    const { runs } = await index.coverage(sampleLevel(), { first: 0, end: 100 }, LATER);
    expect(runs).toEqual([{ first: 0, end: 100, state: "present" }]);
    expect(await index.usage()).toBe(numbers.reduce((sum, number) => sum + sampleDetails(number).bytes, 0));
  });
});
