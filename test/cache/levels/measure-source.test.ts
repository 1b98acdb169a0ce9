import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type MeasuringOptions,
  measureSource,
  probeRanges,
  sourceSpan,
} from "../../../cache/levels/measure-source.js";
import { builtInProgram } from "../../../pipeline/built-in.js";
import { parseTime, parseTimeRange } from "../../../stream/time.js";
import { packet } from "../../support/run-stream.js";
import { sourceOf, TOOLS } from "./support.js";

const NOW = parseTime("2024-06-01");
const OPTIONS: MeasuringOptions = {
  tools: TOOLS,
  pipeline: { programs: builtInProgram, limits: { graceMs: 200 } },
  now: NOW,
};
const DAY = "exampleRange = '2021-06-30 to 2021-07-01'";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "heliostream-measure-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A reader that is a shell script. */
async function script(name: string, body: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return `das2Stream = 1\nreader = '${path}'`;
}

function synthetic(options: string): string {
  return `das2Stream = 1\nreader = 'synthetic ${options}'`;
}

describe("measuring a source", () => {
  it("finds cadence, channels, and bytes of a record and of a second", async () => {
    const source = sourceOf(DAY, synthetic("--cadence 10s --planes 3"));
    const { measurement, faults } = await measureSource(source, OPTIONS);
    // A packet: prefix 4, x 8, three values of 4 bytes; one every 10 s, and headers in front.
    expect(measurement).toMatchObject({
      cadence: 10,
      channels: 3,
      recordBytes: 24,
      packets: 8640,
      spanSeconds: 86_400,
    });
    expect(measurement.bytesPerSecond).toBeGreaterThan(2.4);
    expect(measurement.bytesPerSecond).toBeLessThan(2.45);
    expect(faults).toEqual([]);
  });

  it("is not led astray by gaps, several packet types, and time as text", async () => {
    const source = sourceOf(DAY, synthetic("--cadence 1min --gaps 100/1000 --ids 2 --channels 16 --x time"));
    const { measurement } = await measureSource(source, OPTIONS);
    expect(measurement.cadence).toBeCloseTo(60, 6);
    // Two types of 16 values each.
    expect(measurement.channels).toBe(32);
    // Of the samples of the day, counted from 2000, those that are not among the last 100 of a thousand.
    const first = (Date.UTC(2021, 5, 30) - Date.UTC(2000, 0, 1)) / 60_000;
    const there = Array.from({ length: 1440 }, (_, k) => first + k).filter((k) => k % 1000 < 900);
    expect(measurement.packets).toBe(there.length);
  });

  it("breaks a probe off after some bytes and counts the time that it came to", async () => {
    const source = sourceOf(
      "exampleRange = '2001-01-01 to 2021-01-01'",
      synthetic("--cadence 1s --planes 3"),
    );
    const { measurement } = await measureSource(source, { ...OPTIONS, probeBytes: 1e6 });
    expect(measurement.cadence).toBe(1);
    // 24 bytes a second: 41667 s, and what the last piece has more.
    expect(measurement.spanSeconds).toBeGreaterThan(41_000);
    expect(measurement.spanSeconds).toBeLessThan(100_000);
    expect(measurement.bytesPerSecond).toBeCloseTo(24, 0);
  });

  it("breaks a reader off that says nothing, and goes on with what it knows", async () => {
    const head = await script("silent", "exec sleep 1000");
    const { measurement } = await measureSource(sourceOf(DAY, head), { ...OPTIONS, probeMs: 50 });
    expect(measurement).toMatchObject({ cadence: 0, packets: 0, spanSeconds: 0, bytesPerSecond: 0 });
  });

  it("makes do with the probes that work, and fails where none does", async () => {
    const header = packet("00", '<stream version="2.2"/>\n');
    const planes =
      '<packet>\n  <x type="time24" units="us2000"/>\n  <y name="b" type="ascii10" units="nT"/>\n</packet>\n';
    const rows = [0, 4, 8].map((s) => `:01:2021-06-30T00:00:0${s}.000       1.0\n`).join("");
    await writeFile(join(folder, "data"), header + packet("01", planes) + rows);
    const head = await script("sometimes", `case $1 in 2021-06-30*) cat ${folder}/data;; *) exit 3;; esac`);
    const some = await measureSource(
      sourceOf(`${DAY}\nvalidRange = '2020-01-01 to 2021-06-30'`, head),
      OPTIONS,
    );
    expect(some.measurement).toMatchObject({ cadence: 4, channels: 1, packets: 3, recordBytes: 38 });
    expect(some.faults.length).toBe(3);
    const none = sourceOf("validRange = '2020-01-01 to 2021-06-30'", head);
    await expect(measureSource(none, OPTIONS)).rejects.toMatchObject({ code: "READER_FAILED" });
  });

  it("refuses a stream whose x is no time", async () => {
    const planes =
      '<packet>\n  <x type="ascii10" units="Hz"/>\n  <y name="b" type="ascii10" units="nT"/>\n</packet>\n';
    const rows = [1, 2].map((x) => `:01:${String(x).padStart(9)}       1.0\n`).join("");
    await writeFile(
      join(folder, "hertz"),
      `${packet("00", '<stream version="2.2"/>\n')}${packet("01", planes)}${rows}`,
    );
    const head = await script("spectrum", `cat ${folder}/hertz`);
    await expect(measureSource(sourceOf(DAY, head), OPTIONS)).rejects.toMatchObject({
      code: "UNSUITED_STREAM",
    });
  });

  it("stops with the signal of its caller", async () => {
    const pipeline = { ...OPTIONS.pipeline, signal: AbortSignal.abort() };
    const source = sourceOf(DAY, synthetic("--cadence 10s"));
    await expect(measureSource(source, { ...OPTIONS, pipeline })).rejects.toMatchObject({
      code: "CANCELLED",
    });
  });
});

describe("the ranges that are looked at", () => {
  it("are examples without parameters, the test range, and begin, middle and end of what is valid", () => {
    const source = sourceOf(
      [
        "validRange = '2020-01-01 to 2020-01-11'",
        "exampleRange_00 = '2020-01-03 to 2020-01-04'",
        "exampleRange_01 = '2020-01-05 to 2020-01-06'",
        "exampleParams_01 = 'a'",
        "testRange = '2020-01-07 to 2020-01-08'",
      ].join("\n"),
    );
    const range = (text: string) => parseTimeRange(text);
    expect(probeRanges(source, NOW)).toEqual([
      range("2020-01-03 to 2020-01-04"),
      range("2020-01-07 to 2020-01-08"),
      range("2020-01-01 to 2020-01-02"),
      range("2020-01-05T12:00 to 2020-01-06T12:00"),
      range("2020-01-10 to 2020-01-11"),
    ]);
    expect(sourceSpan(source, NOW)).toBe(10 * 86_400);
  });

  it("reach to now where the data do, and are none twice", () => {
    const source = sourceOf(
      "validRange = '2024-05-31T18:00 to now'\nexampleRange = '2024-05-31T18:00 to 2024-06-01'",
    );
    expect(probeRanges(source, NOW)).toEqual([parseTimeRange("2024-05-31T18:00 to 2024-06-01")]);
    expect(sourceSpan(source, NOW)).toBe(6 * 3600);
  });

  it("are none of a source that says nothing of its time, which is taken for decades", () => {
    expect(probeRanges(sourceOf(""), NOW)).toEqual([]);
    expect(sourceSpan(sourceOf(""), NOW)).toBeGreaterThan(20 * 365 * 86_400);
  });
});
