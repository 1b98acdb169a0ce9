import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { blockRange } from "../../../cache/block-number.js";
import { buildSpan } from "../../../cache/build/build-span.js";
import { readLevel } from "../../../cache/build/read-level.js";
import type { Level } from "../../../cache/level.js";
import { builtInProgram } from "../../../pipeline/built-in.js";
import { runPipeline } from "../../../pipeline/run.js";
import { openDescriptors, processesWith } from "../../pipeline/support.js";
import { emptyFolder } from "../support/level-folder.js";
import { collect } from "../support/made-block.js";
import { SMALL_DISK, smallDisk } from "../support/small-disk.js";
import { JUNE_30_DAY, jobOf, levelOf, sourceOf, storedBytes, surroundings } from "./sample-build.js";

const HOUR = JUNE_30_DAY * 24;
const JOB = jobOf("hourly", HOUR);

let folder: string;
let fine: Level;
let coarse: Level;
/** A stream of one hour, a packet a second. */
let stream: Buffer;

beforeEach(async () => {
  folder = await emptyFolder();
  fine = levelOf(folder, "10 s", "perminute", 0);
  coarse = levelOf(folder, "600 s", "hourly", 1);
  const stage = { role: "reader", argv: ["synthetic", "2021-06-30", "2021-06-30T01:00"], env: {} } as const;
  stream = await collect(runPipeline([stage], { programs: builtInProgram }).bytes);
  writeFileSync(join(folder, "hour.d2s"), stream);
});

/** A source whose reader is a shell script in the folder. */
function scripted(body: string, ...lines: readonly string[]) {
  writeFileSync(join(folder, "reader.sh"), `cd ${folder}\n${body}\n`);
  return sourceOf(`/bin/sh ${join(folder, "reader.sh")}`, ...lines);
}

/** Every file of the cache below the folder. */
function filesOfCache(): readonly string[] {
  const data = join(folder, "data");
  try {
    return readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

describe("a build that fails leaves no block, no file and no claim", () => {
  const EXCEPTION = '<exception type="ServerError" message="the disk of the archive is gone"/>';
  const PACKET = `[xx]${String(EXCEPTION.length).padStart(6, "0")}${EXCEPTION}`;

  test.each([
    { name: "where the reader ends with a status", body: "cat hour.d2s; exit 3", code: "READER_FAILED" },
    { name: "where it is killed", body: "cat hour.d2s; kill -KILL $$", code: "READER_FAILED" },
    {
      name: "where the stream ends with an exception",
      body: `cat hour.d2s; printf '%s' '${PACKET}'`,
      code: "READER_FAILED",
    },
    { name: "where it is cut off", body: "head -c 20000 hour.d2s", code: "PARTIAL_PACKET" },
    { name: "where it is no stream", body: "cat hour.d2s; echo this is none", code: "BAD_PREFIX" },
    { name: "where there is none", body: "exit 0", code: "READER_FAILED" },
  ])("$name", async ({ body, code }) => {
    const around = surroundings();
    const build = buildSpan(JOB, scripted(body), [fine, coarse], around);
    await expect(build).rejects.toMatchObject({ code });
    expect(filesOfCache()).toEqual([]);
    for (const level of [fine, coarse]) {
      expect(around.index.claims(level)).toEqual([]);
      expect(await around.index.coverage(level, { first: HOUR, end: HOUR + 1 })).toMatchObject({
        runs: [{ state: "absent" }],
      });
    }
  });

  test("where a filter behind the reader fails", async () => {
    const source = scripted("exec cat hour.d2s", "reducer = '/bin/sh -c \"cat > /dev/null; exit 4\"'");
    const around = surroundings();
    await expect(buildSpan(JOB, source, [coarse], around)).rejects.toMatchObject({ code: "READER_FAILED" });
    expect(filesOfCache()).toEqual([]);
    expect(around.index.claims(coarse)).toEqual([]);
  });

  test("where it is given up, and its programs are gone", async () => {
    const controller = new AbortController();
    const mark = `given-up-${process.pid}`;
    const before = openDescriptors();
    const around = surroundings({}, { signal: controller.signal });
    const build = buildSpan(
      JOB,
      scripted(`cat hour.d2s; sleep 60 # ${mark}\nsleep 60 ${mark}`),
      [fine, coarse],
      {
        ...around,
        onProgress: () => controller.abort(),
      },
    );
    await expect(build).rejects.toMatchObject({ code: "CANCELLED" });
    expect(filesOfCache()).toEqual([]);
    expect(around.index.claims(fine)).toEqual([]);
    expect(processesWith(mark)).toEqual([]);
    expect(openDescriptors()).toBeLessThanOrEqual(before);
  });
});

test("NoDataInInterval at the end is no failure", async () => {
  const body = '<exception type="NoDataInInterval" message="no more"/>';
  const packet = `[xx]${String(body.length).padStart(6, "0")}${body}`;
  const source = scripted(`cat hour.d2s; printf '%s' '${packet}'`);
  const report = await buildSpan(JOB, source, [coarse], surroundings());
  expect(report.built).toEqual({ "bin-600s hourly": 1 });
});

test("packets that come too late for their block keep it from being kept, and no other", async () => {
  // The first packet once more, at the end.
  const header = stream.indexOf(":01:");
  const packet = stream.subarray(header, stream.indexOf(":01:", header + 4));
  writeFileSync(join(folder, "late.d2s"), Buffer.concat([stream, packet]));
  const around = surroundings();
  const report = await buildSpan(JOB, scripted("exec cat late.d2s"), [fine, coarse], around);
  expect(report.built).toEqual({ "bin-10s perminute": 59, "bin-600s hourly": 1 });
  expect(await storedBytes(fine, HOUR * 60)).toBeUndefined();
  expect(await storedBytes(fine, HOUR * 60 + 1)).toBeDefined();
  expect(around.index.claims(fine)).toEqual([]);
});

describe.skipIf(SMALL_DISK.missing)(SMALL_DISK.title("a disk that is full"), () => {
  test("ends a build, which leaves nothing on it", async () => {
    const disk = await smallDisk("size=40k");
    const level = levelOf(disk, "intrinsic", "hourly");
    const around = surroundings();
    const build = buildSpan(JOB, scripted("exec cat hour.d2s"), [level], around);
    await expect(build).rejects.toMatchObject({ code: "DISK_FULL" });
    expect(around.index.claims(level)).toEqual([]);
    const left = readdirSync(disk, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(left).toEqual([]);
  });

  test("costs whoever reads only that nothing is kept", async () => {
    const disk = await smallDisk("size=40k");
    const level = levelOf(disk, "intrinsic", "hourly");
    const around = surroundings();
    const keep = await around.index.claim(level, [HOUR]);
    const source = scripted("exec cat hour.d2s");
    const range = blockRange(HOUR, "hourly");
    const run = readLevel({ source, level, range, keep, layout: "reduced" }, around);
    let packets = 0;
    for await (const portion of run.items)
      for (const item of portion) if (item.kind === "data") packets += item.batch.count;
    expect(packets).toBe(3600);
    expect(await run.outcome).toEqual({ kind: "complete" });
    expect(run.facts.keepFailure?.code).toBe("DISK_FULL");
    expect(run.facts.published.built).toEqual({});
    expect(await storedBytes(level, HOUR)).toBeUndefined();
  });
});
