import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { needsMeasuring } from "../../../cache/levels/auto-levels.js";
import { levelsOf } from "../../../cache/levels/levels-of.js";
import { measureAndKeep } from "../../../cache/levels/measure-and-keep.js";
import {
  keepPyramid,
  type Pyramid,
  parsePyramid,
  printPyramid,
  pyramidPath,
} from "../../../cache/levels/pyramid-file.js";
import { cacheLevel } from "../../../dsdf/cache-levels.js";
import type { CacheLevel } from "../../../dsdf/data-source.js";
import { builtInProgram } from "../../../pipeline/built-in.js";
import { parseTime } from "../../../stream/time.js";
import { sourceOf, TOOLS } from "./support.js";

const OPTIONS = { pipeline: { programs: builtInProgram }, now: parseTime("2024-06-01") };
const AUTO = "cacheLevels = auto\nvalidRange = '2014-01-01 to 2024-01-01'";
const SYNTHETIC = "das2Stream = 1\nreader = 'synthetic --cadence 1min --planes 2'";

let cacheRoot: string;
let count = 0;
/** Another source for each test. */
let id: string;

beforeAll(async () => {
  cacheRoot = await mkdtemp(join(tmpdir(), "heliostream-auto-"));
});
afterAll(() => rm(cacheRoot, { recursive: true }));
beforeEach(() => {
  id = `Demo/Auto${count++}`;
});

const setting = () => ({ cacheRoot, tools: TOOLS });
const file = () => pyramidPath(cacheRoot, id);

function levels(...lines: string[]): CacheLevel[] {
  return lines.map((line, number) => {
    const level = cacheLevel(number, line);
    if (level === undefined) throw new Error(`${line} is no level`);
    return level;
  });
}

function pyramid(...lines: string[]): Pyramid {
  return {
    measurement: {
      cadence: 1,
      channels: 2,
      recordBytes: 20,
      bytesPerSecond: 20,
      packets: 100,
      spanSeconds: 100,
    },
    measuredAt: "2024-06-01T00:00:00Z",
    levels: levels(...lines),
  };
}

describe("cacheLevels = auto", () => {
  it("has no level until it was measured, and then those that were chosen, for requests without parameters", async () => {
    const source = sourceOf(AUTO, SYNTHETIC, id);
    expect(levelsOf(source, [], setting())).toEqual([]);
    expect(needsMeasuring(source, setting())).toBe(true);
    const { pyramid: kept, spanSeconds } = await measureAndKeep(source, setting(), OPTIONS);
    // A packet: 4 + 8 + 2 * 4 bytes; ten years of them, one a minute, are 105 MB.
    expect(kept.measurement).toMatchObject({ cadence: 60, channels: 2, recordBytes: 20 });
    expect(spanSeconds).toBe(3652 * 86_400);
    expect(kept.measuredAt).toBe("2024-06-01T00:00:00Z");
    const found = levelsOf(source, [], setting());
    expect(found.map(({ resolutionName, period }) => `${resolutionName} | ${period}`)).toEqual(
      kept.levels.map(({ folder, period }) => `${folder} | ${period}`),
    );
    expect(found[0]).toMatchObject({
      number: 0,
      resolutionName: "intrinsic",
      params: [],
      paramsName: "_noparam",
    });
    expect(found[1]).toMatchObject({
      number: 1,
      seconds: 600,
      folder: join(cacheRoot, "data", id, "_noparam", "bin-600s"),
    });
    expect(levelsOf(source, ["a"], setting())).toEqual([]);
    expect(needsMeasuring(source, setting())).toBe(false);
  });

  it("keeps what was measured first, whoever measures at the same time, until somebody asks for another", async () => {
    const sources = ["1min", "1hr"].map((cadence) =>
      sourceOf(AUTO, `das2Stream = 1\nreader = 'synthetic --cadence ${cadence}'`, id),
    );
    const kept = await Promise.all(sources.map((source) => measureAndKeep(source, setting(), OPTIONS)));
    expect(kept[0]?.pyramid).toEqual(kept[1]?.pyramid);
    const [minute, hour] = sources;
    if (minute === undefined || hour === undefined) throw new Error("there are two");
    expect(levelsOf(minute, [], setting()).map(({ seconds }) => seconds)).toEqual(
      levelsOf(hour, [], setting()).map(({ seconds }) => seconds),
    );
    for (const source of [minute, hour]) {
      const { pyramid: now } = await measureAndKeep(source, setting(), OPTIONS, true);
      const cadence = source === minute ? 60 : 3600;
      expect(now.measurement.cadence).toBe(cadence);
      // Those that had looked before see it at once.
      expect(levelsOf(minute, [], setting()).map(({ seconds }) => seconds)).toEqual(
        now.levels.map(({ seconds }) => seconds),
      );
    }
    expect(await readdir(dirname(file()))).toEqual(["levels.json"]);
  });

  it("takes a file that is none of its own for none, and the next measuring puts it right", async () => {
    const source = sourceOf(AUTO, SYNTHETIC, id);
    await mkdir(dirname(file()), { recursive: true });
    await writeFile(file(), '{"v": 1, "levels": [');
    expect(levelsOf(source, [], setting())).toEqual([]);
    expect(needsMeasuring(source, setting())).toBe(true);
    await measureAndKeep(source, setting(), OPTIONS);
    expect(levelsOf(source, [], setting()).length).toBeGreaterThan(1);
  });

  it("keeps that a source is not worth any level, and no bins of one that is not reduced", async () => {
    const tiny = sourceOf(
      "cacheLevels = auto\nvalidRange = '2024-01-01 to 2024-01-02'\nreducer = not_reducible",
      SYNTHETIC,
      id,
    );
    const { pyramid: kept } = await measureAndKeep(tiny, setting(), OPTIONS);
    expect(kept.levels.map(({ folder }) => folder)).toEqual(["intrinsic"]);
    await keepPyramid(file(), pyramid(), true);
    expect(levelsOf(tiny, [], setting())).toEqual([]);
    expect(needsMeasuring(tiny, setting())).toBe(false);
  });

  it.each([
    [
      "a source that computes points",
      `${SYNTHETIC}\nrequiresInterval = 1`,
      "cacheLevels = auto",
      "BAD_PARAMETER",
    ],
    ["a source with levels of its own", SYNTHETIC, "cacheLevel = '60 s | daily'", "BAD_PARAMETER"],
    ["a source that says nothing of its time", SYNTHETIC, "cacheLevels = auto", "BUILD_FAILED"],
  ])("does not measure %s", async (_what, head, text, code) => {
    const source = sourceOf(text, head, id);
    await expect(measureAndKeep(source, setting(), OPTIONS)).rejects.toMatchObject({ code });
    expect(needsMeasuring(source, setting())).toBe(code === "BUILD_FAILED");
  });
});

describe("the file of the levels", () => {
  it("is read as it was written, in the words of a definition", () => {
    const made = pyramid(
      "intrinsic | hourly",
      "100 ms | daily",
      "0.5 ms | persecond",
      "60 s | daily",
      "86400 s | yearly",
    );
    expect(parsePyramid(printPyramid(made))).toEqual({ ...made, levels: made.levels });
    expect(printPyramid(made)).toContain('"100 ms | daily"');
  });

  it.each([
    ["no JSON", () => "levels"],
    ["a list", () => "[]"],
    ["another version", (text: string) => text.replace('"v": 1', '"v": 2')],
    ["no level", (text: string) => text.replace("60 s | daily", "60 s | weekly")],
    ["a level for parameters", (text: string) => text.replace("60 s | daily", "60 s | daily | a")],
    ["a level that is no text", (text: string) => text.replace('"60 s | daily"', "60")],
    ["no measurement", (text: string) => text.replace('"measurement"', '"measured"')],
    ["a measurement that is no number", (text: string) => text.replace('"cadence": 1', '"cadence": "1"')],
    ["a negative measurement", (text: string) => text.replace('"cadence": 1', '"cadence": -1')],
    [
      "too many levels",
      (text: string) =>
        text.replace('"60 s | daily"', Array.from({ length: 33 }, () => '"60 s | daily"').join(",")),
    ],
  ])("is nothing where it is %s", (_what, change) => {
    const text = printPyramid(pyramid("60 s | daily"));
    expect(parsePyramid(text)).toBeDefined();
    expect(change(text)).not.toBe(text);
    expect(parsePyramid(change(text))).toBeUndefined();
  });

  it("is not read where it is larger than any, or no file", async () => {
    const source = sourceOf(AUTO, SYNTHETIC, id);
    await keepPyramid(file(), pyramid("60 s | daily"), false);
    const text = await readFile(file(), "utf8");
    await writeFile(file(), text + " ".repeat(65_536));
    expect(levelsOf(source, [], setting())).toEqual([]);
    await writeFile(file(), text + " ".repeat(60_000));
    expect(levelsOf(source, [], setting())).toHaveLength(1);
    await rm(file());
    await mkdir(file());
    expect(levelsOf(source, [], setting())).toEqual([]);
  });
});
