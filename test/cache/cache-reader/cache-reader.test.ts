import { mkdir, open, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { blockNumber } from "../../../cache/block-number.js";
import { markChangedOnDisk } from "../../../cache/store/changed-marks.js";
import { parseTime } from "../../../stream/time.js";
import { decodeStream } from "../../support/run-stream.js";
import {
  exceptionPacket,
  KeptSource,
  lineBlock,
  linePacket,
  linePoint,
  streamPacket,
  timesOf,
} from "./kept-source.js";

const DAY = "2020-03-02";
const MINUTE = "cacheLevel_00 = '60 s | daily'";

let source: KeptSource;
beforeEach(async () => {
  source = await KeptSource.make(MINUTE);
});

/** A block of one day with points at those times of day, of values 0, 1, ... */
function dayBlock(day: string, ...times: readonly string[]): string {
  return lineBlock(times.map((time, i) => [`${day}T${time}`, i]));
}

/** A block of that day at its place, with a sidecar. */
async function put(day: string, text: string): Promise<string> {
  return await source.put(source.level(), day, text);
}

describe("the range", () => {
  beforeEach(async () => {
    await put("2020-03-01", dayBlock("2020-03-01", "00:00:00", "23:59:59"));
    await put("2020-03-02", dayBlock("2020-03-02", "00:00:00", "23:59:59"));
    await put("2020-03-03", dayBlock("2020-03-03", "00:00:00", "23:59:59"));
  });

  it.each<readonly [string, string, readonly string[]]>([
    // A block that begins where the range ends is not needed.
    ["2020-03-01", "2020-03-02", ["2020-03-01T00:00:00", "2020-03-01T23:59:59"]],
    ["2020-03-02", "2020-03-02T23:59:59", ["2020-03-02T00:00:00"]],
    ["2020-03-02", "2020-03-02T23:59:59.001", ["2020-03-02T00:00:00", "2020-03-02T23:59:59"]],
    ["2020-03-01T23:59:59", "2020-03-02T00:00:00.001", ["2020-03-01T23:59:59", "2020-03-02T00:00:00"]],
    ["2020-03-02T00:00:00.001", "2020-03-03T23:59:59", ["2020-03-02T23:59:59", "2020-03-03T00:00:00"]],
  ])("%s to %s holds its begin and not its end", async (begin, end, times) => {
    const { text, code } = await source.read(...source.words(begin, end, "60"));
    expect([code, timesOf(text)]).toEqual([undefined, times]);
  });

  it("without a record in it has no data, which is no failure", async () => {
    const { text, code } = await source.read(
      ...source.words("2020-03-01T12:00", "2020-03-01T13:00:00.25", "60"),
    );
    expect(decodeStream(Buffer.from(text, "latin1")).exceptions).toEqual([
      {
        type: "NoDataInInterval",
        message: "No data in the interval 2020-03-01T12:00:00 to 2020-03-01T13:00:00.25 at 60 s resolution",
      },
    ]);
    expect(code).toBeUndefined();
  });

  it("is told of as it was requested", async () => {
    const { text } = await source.read("-p", "2", ...source.words("2020-062", "2020-03-03T00:00:00.5", "60"));
    expect(text).toContain(
      'DatumRange:xCacheRange="2020-03-02T00:00:00.000Z to 2020-03-03T00:00:00.500Z UTC"',
    );
  });
});

describe("padding", () => {
  it("gives the bins beside the range, from other blocks too", async () => {
    await put("2020-03-01", dayBlock("2020-03-01", "23:57:30", "23:58:30", "23:59:30"));
    await put(DAY, dayBlock(DAY, "00:00:30", "23:59:30"));
    await put("2020-03-03", dayBlock("2020-03-03", "00:00:30", "00:01:30", "00:02:30"));
    const words = source.words(DAY, "2020-03-03", "60");
    expect(timesOf((await source.read("--pad=2", ...words)).text)).toEqual([
      "2020-03-01T23:58:30",
      "2020-03-01T23:59:30",
      "2020-03-02T00:00:30",
      "2020-03-02T23:59:30",
      "2020-03-03T00:00:30",
      "2020-03-03T00:01:30",
    ]);
    expect(timesOf((await source.read(...words)).text)).toHaveLength(2);
  });

  it("does not ask for blocks that only it would need", async () => {
    await put(DAY, dayBlock(DAY, "00:00:30"));
    const { text, code } = await source.read("-p3", ...source.words(DAY, "2020-03-03", "60"));
    expect([code, timesOf(text)]).toEqual([undefined, ["2020-03-02T00:00:30"]]);
  });
});

describe("headers", () => {
  const other = linePacket("depth");

  it("that are the same are given once, those that differ again for each change", async () => {
    await put("2020-03-01", dayBlock("2020-03-01", "12:00:00"));
    await put("2020-03-02", dayBlock("2020-03-02", "12:00:00"));
    await put("2020-03-03", streamPacket('title="Later"') + other + linePoint("2020-03-03T12:00:00", 5));
    await put("2020-03-04", dayBlock("2020-03-04", "12:00:00"));
    const { text } = await source.read(...source.words("2020-03-01", "2020-03-05", "60"));
    expect(text.slice(text.indexOf("[01]"))).toBe(
      linePacket() +
        linePoint("2020-03-01T12:00:00", 0) +
        linePoint("2020-03-02T12:00:00", 0) +
        other +
        linePoint("2020-03-03T12:00:00", 5) +
        linePacket() +
        linePoint("2020-03-04T12:00:00", 0),
    );
    expect(text.match(/<stream /g)).toHaveLength(1);
    expect(text).toContain('title="Pump 4"');
  });

  it("that are the same but for how they are written are the same", async () => {
    await put("2020-03-01", dayBlock("2020-03-01", "12:00:00"));
    const loose = linePacket().slice(10).replaceAll(/\n\s*/g, "");
    const written = `[01]${String(loose.length).padStart(6, "0")}${loose}`;
    expect(written).not.toBe(linePacket());
    await source.putOlder(
      source.level(),
      DAY,
      `${streamPacket('title="Older"')}${written}${linePoint("2020-03-02T12:00:00", 7)}`,
    );
    const { text } = await source.read(...source.words("2020-03-01", "2020-03-03", "60"));
    expect(text.slice(text.indexOf("[01]"))).toBe(
      linePacket() + linePoint("2020-03-01T12:00:00", 0) + linePoint("2020-03-02T12:00:00", 7),
    );
  });

  it("of several ids stand each for itself", async () => {
    const two = (day: string) =>
      streamPacket('title="Two"') +
      linePacket("level", "01") +
      linePacket("depth", "02") +
      linePoint(`${day}T12:00:00`, 1, "01") +
      linePoint(`${day}T12:00:00`, 2, "02");
    await put("2020-03-01", two("2020-03-01"));
    await put("2020-03-02", two("2020-03-02").replace(linePacket("depth", "02"), linePacket("width", "02")));
    const { text } = await source.read(...source.words("2020-03-01", "2020-03-03", "60"));
    expect(text.match(/name="(\w+)"/g)).toEqual(['name="level"', 'name="depth"', 'name="width"']);
    expect(text.match(/^:\d\d:2020-03-\d\d/gm)).toEqual([
      ":01:2020-03-01",
      ":02:2020-03-01",
      ":01:2020-03-02",
      ":02:2020-03-02",
    ]);
  });

  it("tell of the width of the bins with the types that clients read, whatever an older program wrote", async () => {
    await source.putOlder(
      source.level(),
      DAY,
      streamPacket(
        'TimeRange:xCacheRange="2020-03-02 to 2020-03-03 UTC" double:xCacheResolution="60" sourceId="das2_cache_rdr"',
      ) +
        linePacket() +
        linePoint("2020-03-02T12:00:00", 1),
    );
    const { text } = await source.read(...source.words("2020-03-02T06:00", "2020-03-02T18:00", "60"));
    expect(text.slice(0, text.indexOf("[01]"))).toBe(
      streamPacket(
        'DatumRange:xCacheRange="2020-03-02T06:00:00.000Z to 2020-03-02T18:00:00.000Z UTC" ' +
          'Datum:xCacheResolution="60.0 s" sourceId="das2_cache_rdr" xCacheResInfo="(1.0 minute Averages)"',
      ),
    );
  });

  it("of intrinsic data tell of no width", async () => {
    source = await KeptSource.make("cacheLevel = 'intrinsic | hourly'");
    const level = source.level({ seconds: 0, period: "hourly", resolutionName: "intrinsic" });
    const block = streamPacket('title="Raw"') + linePacket() + linePoint("2020-03-02T14:05:00", 1);
    await source.put(level, "2020-03-02T14", block);
    // Padding is counted in bins, of which there are none.
    const { text } = await source.read(
      "-p",
      "5",
      ...source.words("2020-03-02T14:00", "2020-03-02T15:00", "0"),
    );
    expect(text).toBe(
      streamPacket(
        'title="Raw" DatumRange:xCacheRange="2020-03-02T14:00:00.000Z to 2020-03-02T15:00:00.000Z UTC" sourceId="das2_cache_rdr"',
      ) + block.slice(block.indexOf("[01]")),
    );
  });
});

describe("what a block holds besides", () => {
  it("that it has no data is skipped where others have some", async () => {
    const none = streamPacket('title="Pump 4"') + exceptionPacket("NoDataInInterval", "the pump stood still");
    await put("2020-03-01", none);
    await put("2020-03-02", dayBlock("2020-03-02", "12:00:00"));
    await put("2020-03-03", none);
    const { text, code } = await source.read(...source.words("2020-03-01", "2020-03-04", "60"));
    expect([code, timesOf(text)]).toEqual([undefined, ["2020-03-02T12:00:00"]]);
    expect(text).not.toContain("[xx]");
    const empty = await source.read(...source.words("2020-03-03", "2020-03-04", "60"));
    expect(empty.text).toContain(
      "No data in the interval 2020-03-03T00:00:00 to 2020-03-04T00:00:00 at 60 s",
    );
    expect(empty.text).not.toContain("stood still");
    expect(empty.code).toBeUndefined();
  });

  it("another exception comes last and ends the stream, which is no failure of the program", async () => {
    await put("2020-03-01", dayBlock("2020-03-01", "12:00:00"));
    const broken = exceptionPacket("ServerError", "the pump is on fire");
    await source.putOlder(source.level(), DAY, dayBlock(DAY, "12:00:00") + broken);
    await put("2020-03-03", dayBlock("2020-03-03", "12:00:00"));
    const { text, code } = await source.read(...source.words("2020-03-01", "2020-03-04", "60"));
    expect(timesOf(text)).toEqual(["2020-03-01T12:00:00", "2020-03-02T12:00:00"]);
    expect(text.endsWith(broken)).toBe(true);
    expect(code).toBeUndefined();
  });
});

describe("a block that is not to be trusted", () => {
  let path = "";
  beforeEach(async () => {
    await put("2020-03-01", dayBlock("2020-03-01", "12:00:00"));
    path = await put("2020-03-02", dayBlock("2020-03-02", "11:00:00", "12:00:00"));
    await put("2020-03-03", dayBlock("2020-03-03", "12:00:00"));
  });

  async function editSidecar(change: (fields: Record<string, unknown>) => void): Promise<void> {
    const fields = JSON.parse(await readFile(`${path}.meta.json`, "utf8"));
    change(fields);
    await writeFile(`${path}.meta.json`, JSON.stringify(fields));
  }

  it.each<readonly [string, string, () => Promise<unknown>]>([
    ["was cut short", "other size", async () => await truncate(path, 700)],
    [
      "has another digit",
      "other checksum",
      async () => {
        const handle = await open(path, "r+");
        const { size } = await handle.stat();
        await handle.write("9", size - 3);
        await handle.close();
      },
    ],
    ["was built before its records changed", "records changed", async () => await markChanged()],
    ["has half a sidecar", "bad sidecar", async () => await truncate(`${path}.meta.json`, 99)],
    [
      "is one of other parameters",
      "other source, parameters, definition or version",
      async () => await editSidecar((fields) => (fields.params = ["fast"])),
    ],
    [
      "is one of another source",
      "other source, parameters, definition or version",
      async () => await editSidecar((fields) => (fields.source = "Demo/Pump5")),
    ],
    [
      "is one of other data",
      "other source, parameters, definition or version",
      async () => await editSidecar((fields) => (fields.dataVersion = "2")),
    ],
  ])("because it %s is as good as missing", async (_name, fault, harm) => {
    await harm();
    const strict = await source.read(...source.words("2020-03-01", "2020-03-04", "60"));
    expect(strict.code).toBe("BAD_BLOCK");
    expect(timesOf(strict.text)).toEqual(["2020-03-01T12:00:00"]);
    const said = `no valid block 2020-03-02 of bin-60s daily in the cache: ${fault}`;
    expect(strict.text.endsWith(exceptionPacket("ServerError", said))).toBe(true);
    const lenient = await source.read("--allow-missing", ...source.words("2020-03-01", "2020-03-04", "60"));
    expect([lenient.code, lenient.said]).toEqual([undefined, [said]]);
    expect(timesOf(lenient.text)).toEqual(["2020-03-01T12:00:00", "2020-03-03T12:00:00"]);
  });

  async function markChanged(): Promise<void> {
    const number = blockNumber(parseTime(DAY), "daily");
    await markChangedOnDisk(source.level(), [number]);
  }

  it("may be of another definition: what it depends on is not known here", async () => {
    await editSidecar((fields) => (fields.dsdfHash = "fedcba9876543210"));
    const { text } = await source.read(...source.words("2020-03-01", "2020-03-04", "60"));
    expect(timesOf(text)).toHaveLength(4);
  });

  it("is read without a look where an older server made it, up to what is wrong", async () => {
    await source.putOlder(source.level(), DAY, `${dayBlock(DAY, "11:00:00")}:02:`);
    await rm(`${path}.meta.json`);
    for (const options of [[], ["--allow-missing"]]) {
      const { text, code } = await source.read(...options, ...source.words("2020-03-01", "2020-03-04", "60"));
      expect(timesOf(text)).toEqual(["2020-03-01T12:00:00", "2020-03-02T11:00:00"]);
      expect(text).toMatch(
        /<exception type="ServerError" message="block 2020-03-02 of bin-60s daily: [^<]*"\/>\n$/,
      );
      expect(code).toBe("UNDEFINED_ID");
    }
  });

  it.each(["an empty file", "a folder"])("is none where it is %s without a sidecar", async (what) => {
    await rm(path);
    await rm(`${path}.meta.json`);
    if (what === "a folder") await mkdir(path);
    else await writeFile(path, "");
    const { text, code } = await source.read(...source.words("2020-03-01", "2020-03-04", "60"));
    expect(code).toBe("BAD_BLOCK");
    expect(text).toContain("no valid block 2020-03-02 of bin-60s daily in the cache: absent");
  });
});
