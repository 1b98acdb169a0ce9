import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ErrorCode } from "../../../errors/das-error.js";
import { bundlePrograms } from "../../pipeline/programs.js";
import { packet } from "../../support/run-stream.js";
import { rejectionOf } from "../../support/thrown.js";
import {
  exceptionPacket,
  KeptSource,
  lineBlock,
  linePacket,
  linePoint,
  streamPacket,
  timesOf,
} from "./kept-source.js";

const LEVELS = ["cacheLevel_00 = '60 s | daily'", "cacheLevel_01 = '3600 s | monthly'"];
const BEGIN = "2020-03-01T12:00";
const END = "2020-03-04T09:00";
const HOURS = ["00:00:30", "08:00:30", "16:00:30"];
const DAYS = ["2020-03-01", "2020-03-02", "2020-03-04"];

/** The header of the answer: that of the first block, with range, width and name of the reader. */
const HEADER = streamPacket(
  'title="Pump 4" Datum:xTagWidth="60 s" Datum:xCacheResolution="60.0 s" xCacheResInfo="(1.0 minute Averages)" ' +
    'sourceId="das2_cache_rdr" DatumRange:xCacheRange="2020-03-01T12:00:00.000Z to 2020-03-04T09:00:00.000Z UTC"',
);
/** What there is of the first two days, and of the last: hour by hour, as reducers 10.2 lists it. */
const BEFORE_GAP =
  linePoint("2020-03-01T16:00:30", 12) +
  linePoint("2020-03-02T00:00:30", 20) +
  linePoint("2020-03-02T08:00:30", 21) +
  linePoint("2020-03-02T16:00:30", 22);
const AFTER_GAP = linePoint("2020-03-04T00:00:30", 40) + linePoint("2020-03-04T08:00:30", 41);
const MISSING = exceptionPacket(
  "ServerError",
  "no valid block 2020-03-03 of bin-60s daily in the cache: absent",
);

/** What stands before an error where there is no block to take a header from. */
const BARE = packet("00", '<stream version="2.2"/>\n');

let source: KeptSource;

/** Puts the blocks of the example: three days, of each three samples. */
async function putDays(put: (day: string, text: string) => Promise<unknown>): Promise<void> {
  for (const day of DAYS)
    await put(day, lineBlock(HOURS.map((hour, i) => [`${day}T${hour}`, Number(day.slice(-2)) * 10 + i])));
}

beforeEach(async () => {
  source = await KeptSource.make(...LEVELS);
});

describe.each([
  ["of this server", (day: string, text: string) => source.put(source.level(), day, text)],
  ["of an older server", (day: string, text: string) => source.putOlder(source.level(), day, text)],
])("the worked example of reducers 10.2, blocks %s", (_name, put) => {
  beforeEach(async () => await putDays(put));

  it("ends at the day that is missing, and names it", async () => {
    const { text, code } = await source.read(...source.words(BEGIN, END, "100"));
    expect(text).toBe(HEADER + linePacket() + BEFORE_GAP + MISSING);
    expect(code).toBe("BAD_BLOCK");
  });

  it("leaves out the day that is missing where that is allowed", async () => {
    const { text, code, said } = await source.read("--allow-missing", ...source.words(BEGIN, END, "100"));
    expect(text).toBe(HEADER + linePacket() + BEFORE_GAP + AFTER_GAP);
    expect([code, said]).toEqual([undefined, []]);
  });

  it("takes the level of an hour at 7200 s, which has no block", async () => {
    const { text, code } = await source.read(...source.words(BEGIN, END, "7200"));
    const missing = "no valid block 2020-03 of bin-3600s monthly in the cache: absent";
    expect(text).toBe(BARE + exceptionPacket("ServerError", missing));
    expect(code).toBe("BAD_BLOCK");
  });

  it("has no data at 7200 s where a missing block is allowed", async () => {
    const { text, code } = await source.read("--allow-missing", ...source.words(BEGIN, END, "7200"));
    expect(text).toBe(
      streamPacket(
        'DatumRange:xCacheRange="2020-03-01T12:00:00.000Z to 2020-03-04T09:00:00.000Z UTC" Datum:xCacheResolution="3600.0 s" ' +
          'xCacheResInfo="(1.0 hour Averages)" sourceId="das2_cache_rdr"',
      ) +
        exceptionPacket(
          "NoDataInInterval",
          "No data in the interval 2020-03-01T12:00:00 to 2020-03-04T09:00:00 at 3600 s resolution",
        ),
    );
    expect(code).toBeUndefined();
  });

  it.each(["1", "0"])("has no level at %s s", async (resolution) => {
    const { text, code } = await source.read(...source.words(BEGIN, END, resolution));
    const none = `the source has no cache level of at most ${resolution} s, only 60 s, 3600 s`;
    expect(text).toBe(BARE + exceptionPacket("ServerError", none));
    expect(code).toBe("DOMAIN");
  });
});

describe("as a program", () => {
  let programs = "";
  beforeAll(async () => {
    programs = await bundlePrograms(["das2_cache_rdr"]);
  });
  afterAll(() => rmSync(programs, { recursive: true, force: true }));

  function run(...args: readonly string[]) {
    const { stdout, stderr, status } = spawnSync(join(programs, "das2_cache_rdr"), args, {
      encoding: "latin1",
    });
    return { stdout, stderr, status };
  }

  it("ends with 1 at a missing block, after what is before it", async () => {
    await putDays((day, text) => source.put(source.level(), day, text));
    const { stdout, stderr, status } = run(...source.words(BEGIN, END, "6.00000e+01"));
    expect(stdout).toBe(HEADER + linePacket() + BEFORE_GAP + MISSING);
    expect(stderr).toMatch(/^das2_cache_rdr: no valid block 2020-03-03 [^/\n]*\n$/);
    expect(status).toBe(1);
  });

  it("ends with 0 where it may be missing", async () => {
    await putDays((day, text) => source.putOlder(source.level(), day, text));
    expect(run("--allow-missing", ...source.words(BEGIN, END, "100"))).toEqual({
      stdout: HEADER + linePacket() + BEFORE_GAP + AFTER_GAP,
      stderr: "",
      status: 0,
    });
  });

  it("ends with 0 without data", async () => {
    await source.put(source.level(), "2020-03-02", lineBlock([["2020-03-02T08:00:30", 1]]));
    const { stdout, stderr, status } = run(...source.words("2020-03-02", "2020-03-02T08:00", "60"));
    expect(stdout).toContain('<exception type="NoDataInInterval"');
    expect([timesOf(stdout), stderr, status]).toEqual([[], "", 0]);
  });

  it("ends with 1 where no level is usable, and says so in the stream", async () => {
    const { stdout, status } = run(...source.words(BEGIN, END, "1"));
    expect(stdout).toMatch(/<exception type="ServerError" message=".*, only 60 s, 3600 s"/);
    expect(status).toBe(1);
    const other = run(...source.words(BEGIN, END, "60", "10khz"));
    expect(other.stdout).toContain("no cache level for the parameters &quot;10khz&quot;");
    expect(other.status).toBe(1);
  });

  it("ends with 22 at a block of an older server that is cut off", async () => {
    const whole = lineBlock([
      ["2020-03-02T00:00:30", 1],
      ["2020-03-02T08:00:30", 2],
    ]);
    await source.putOlder(source.level(), "2020-03-02", whole.slice(0, -5));
    const { stdout, status } = run(...source.words("2020-03-02", "2020-03-03", "60"));
    expect(timesOf(stdout)).toEqual(["2020-03-02T00:00:30"]);
    expect(stdout).toMatch(/<exception type="ServerError" message="block 2020-03-02 of bin-60s daily: /);
    expect(status).toBe(22);
  });

  it("ends with 13 for a definition with an illegal level, and names the line", async () => {
    const broken = await KeptSource.make("cacheLevel_00 = '60 parsecs | daily'");
    const { stdout, stderr, status } = run(...broken.words(BEGIN, END, "60"));
    expect([stdout, status]).toEqual(["", 13]);
    expect(stderr).toContain("Pump4.dsdf:4: cacheLevel_00");
  });
});

describe("arguments", () => {
  it.each<readonly [string, ErrorCode, (words: string[]) => string[]]>([
    ["an argument less", "USAGE", (words) => words.slice(0, 5)],
    ["an argument more", "USAGE", (words) => [...words, "x"]],
    ["an option that it does not know", "USAGE", (words) => ["--fast", ...words]],
    ["a padding that is none", "USAGE", (words) => ["-p", "-1", ...words]],
    ["a time that is none", "BAD_TIME", (words) => words.with(3, "yesterday")],
    ["a time before the year 1", "BAD_TIME", (words) => words.with(3, "-0044-03-15")],
    ["an end at the begin", "BAD_TIME", (words) => words.with(4, BEGIN)],
    ["a negative resolution", "USAGE", (words) => words.with(5, "-60")],
    ["a resolution with a unit", "USAGE", (words) => words.with(5, "60s")],
    ["a definition that is not there", "BAD_DEFINITION", (words) => words.with(0, "/nowhere/x.dsdf")],
  ])("with %s are refused: %s", async (_name, code, change) => {
    const refused = await rejectionOf(() => source.read(...change(source.words(BEGIN, END, "60"))));
    expect(refused).toMatchObject({ code });
  });

  it("may have a Z behind a time, as older programs take it", async () => {
    await putDays((day, text) => source.put(source.level(), day, text));
    const { text } = await source.read(...source.words("2020-03-01T12:00Z", "2020-03-02Z", "60"));
    expect(timesOf(text)).toEqual(["2020-03-01T16:00:30"]);
  });
});
