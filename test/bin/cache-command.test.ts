import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cache } from "../../bin/commands/cache.js";
import { rejectionOf } from "../support/thrown.js";

// The first of them loads everything that builds blocks.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostream-cache-command-"));
  mkdirSync(join(folder, "sources/Demo"), { recursive: true });
  writeSource("Pump4", "cacheLevel_00 = '60 s | daily'", "cacheLevel_01 = '3600 s | monthly'");
  writeSource("Bad", "reader = 'synthetic --no-such-option'", "cacheLevel_00 = '60 s | daily'");
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function writeSource(name: string, ...lines: readonly string[]): void {
  const reader = lines.some((line) => line.startsWith("reader"))
    ? []
    : ["reader = 'synthetic --cadence 60s'"];
  const text = [
    "description = 'A source'",
    "das2Stream = 1",
    "techContact = 'Ann'",
    ...(lines.some((line) => line.startsWith("validRange"))
      ? []
      : ["validRange = '2021-01-01 to 2021-07-01'"]),
    ...reader,
    ...lines,
  ];
  writeFileSync(join(folder, `sources/Demo/${name}.dsdf`), `${text.join("\n")}\n`);
}

/** Runs the command; what it prints has no name of a passing folder and no times of its own. */
async function run(...args: readonly string[]): Promise<{ status: number; text: string }> {
  const file = join(folder, "das2server.conf");
  // No SERVER_URL: what makes no links says nothing of it.
  writeFileSync(file, "DSDF_ROOT = sources\nCACHE_ROOT = cache\n");
  const printed: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
  vi.spyOn(console, "error").mockImplementation((line: string) => void printed.push(line));
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const [name = "", ...rest] = args;
  const status = await cache.run([name, "-c", file, ...rest]);
  const text = printed
    .join("\n")
    .replaceAll(folder, "")
    .replace(/ in [\d.]+ (ms|s)/g, "");
  return { status, text };
}

/** Paths of blocks below the folder of the cache. */
function blocks(): string[] {
  const root = join(folder, "cache/data");
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".d2s"))
    .sort();
}

describe("heliostream cache build", () => {
  it("builds what is missing at all levels, and nothing when it is asked again", async () => {
    const february = ["build", "Demo/Pump4", "2021-02-01", "2021-03-01"];
    expect(await run(...february)).toEqual({
      status: 0,
      text: "29 blocks of 29 to be built, in 1 run of the reader\n29 blocks built",
    });
    expect(blocks()).toHaveLength(29);
    expect(blocks()).toContain("Demo/Pump4/_noparam/bin-60s/2021/02/2021-02-28_bin-60s.d2s");
    expect(blocks()).toContain("Demo/Pump4/_noparam/bin-3600s/2021/2021-02_bin-3600s.d2s");
    expect(await run(...february)).toEqual({ status: 0, text: "29 blocks, all there" });
    rmSync(join(folder, "cache/data", blocks().find((path) => path.includes("2021-02-13"))!));
    await run("reindex");
    expect(await run(...february)).toEqual({
      status: 0,
      text: "1 block of 29 to be built, in 1 run of the reader\n1 block built",
    });
  });

  it("builds whole blocks of a range that is cut to what the source has, and again with --force", async () => {
    const args = ["build", "Demo/Pump4", "2021-06-29T12:00", "2022"];
    expect(await run(...args)).toEqual({
      status: 0,
      text: "2 blocks of 2 to be built, in 2 runs of the reader\n2 blocks built",
    });
    const [first = ""] = blocks();
    const builtAt = () =>
      JSON.parse(readFileSync(join(folder, "cache/data", `${first}.meta.json`), "utf8")).builtAt as string;
    const before = builtAt();
    expect((await run(...args, "--force")).text).toContain("2 blocks built");
    expect(Date.parse(builtAt())).toBeGreaterThan(Date.parse(before));
  });

  it("tells what failed and why, with status 1", async () => {
    const { status, text } = await run("build", "Demo/Bad", "2021-06-30", "2021-07-01");
    expect(status).toBe(1);
    expect(text).toMatch(/^failed: 2021-06-30 \(daily\): .*no-such-option/m);
    expect(blocks()).toEqual([]);
  });

  it("builds a month for the sake of a day only where its level is named", async () => {
    writeSource(
      "Pump4",
      "validRange = '2021-06-27 to 2021-07-01'",
      "cacheLevel_00 = '60 s | daily'",
      "cacheLevel_01 = '3600 s | monthly'",
    );
    expect((await run("build", "Demo/Pump4", "2021-06-30", "2021-07-01")).text).toContain("1 block built");
    expect((await run("build", "Demo/Pump4", "2021-06-30", "2021-07-01", "--level", "1")).text).toContain(
      "4 blocks built",
    );
    // Of the month the source has four days.
    expect(await run("build", "Demo/Pump4", "2021-06-27", "2021-07-01")).toEqual({
      status: 0,
      text: "5 blocks, all there",
    });
  });

  it("leaves builds to others with --no-wait", async () => {
    expect(await run("build", "Demo/Pump4", "2021-06-30", "2021-07-01", "--no-wait")).toEqual({
      status: 0,
      text: "1 block of 1 to be built, in 1 run of the reader\n1 build left to the resident server or a worker",
    });
    expect(readdirSync(join(folder, "cache/wishes"))).toHaveLength(1);
    expect(blocks()).toEqual([]);
  });

  it("says what it does not understand", async () => {
    const message = async (...args: string[]) => (await rejectionOf(() => run("build", ...args))).message;
    expect(await message()).toBe("no source given, expected its id");
    expect(await message("Demo/Nothing", "2021", "2022")).toBe('there is no source "Demo/Nothing"');
    expect(await message("Demo/Pump4")).toContain("no range given, expected begin and end");
    expect(await message("Demo/Pump4", "2021")).toContain("no end given behind begin 2021, expected");
    expect(await message("Demo/Pump4", "2021", "2022", "-j", "many")).toBe(
      "-j many, expected a whole number from 1 to 64",
    );
    expect(await message("Demo/Pump4", "2022", "2021")).toBe("begin 2022 is not before end 2021");
    expect(await message("Demo/Pump4", "2021", "2022", "--level", "9")).toBe(
      "--level 9, expected one of 0 (bin-60s daily), 1 (bin-3600s monthly)",
    );
    expect(await message("Demo/Pump4", "2021", "2022", "--params", "x=1")).toBe(
      'Demo/Pump4 keeps no blocks for "x=1": expected --params of ""',
    );
    expect(await message("Demo/Pump4", "2021", "2022", "2023")).toBe('one argument too many: "2023"');
  });
});

describe("heliostream cache status", () => {
  it("tells of each level what is there and what is missing", async () => {
    await run("build", "Demo/Pump4", "2021-01-01", "2021-01-04");
    const { status, text } = await run("status", "Demo/Pump4");
    expect(status).toBe(0);
    const lines = text.split("\n").map((line) => line.replace(/, [\d.]+ [kM]?B$/, ""));
    expect(lines.slice(0, 1)).toEqual(["index    files, answers"]);
    expect(lines.slice(3)).toEqual([
      "",
      "Demo/Pump4  2021-01-01 to 2021-07-01",
      "  00 bin-60s daily: 1.6 % of 181 blocks, 178 missing",
      "      missing: 2021-01-04 to 2021-06-30",
      "  01 bin-3600s monthly: 0 % of 6 blocks, missing",
      "      missing: 2021-01 to 2021-06",
    ]);
  });

  it("tells of all sources how many gaps there are, and how much is too much", async () => {
    await run("build", "Demo/Pump4", "2021-01-01", "2021-01-04");
    vi.stubEnv("HELIOSTREAM_CACHE_MAX_BYTES", "1000");
    const { text } = await run("status");
    vi.unstubAllEnvs();
    expect(text).toMatch(/^room {5}[\d.]+ kB of 1\.00 kB \([\d.]+ kB too much\)$/m);
    expect(text).toMatch(/^ {2}00 bin-60s daily: 1\.6 % of 181 blocks, 178 missing, [\d.]+ kB, 1 gap$/m);
    expect(text).toMatch(/^ {2}01 bin-3600s monthly: 0 % of 6 blocks, missing, 0 B, 1 gap$/m);
  });

  it("looks on the disk for what is not on record, which it is then", async () => {
    await run("build", "Demo/Pump4", "2021-01-01", "2021-01-04");
    const index = join(folder, "cache/index");
    rmSync(index, { recursive: true, force: true });
    expect((await run("status", "Demo/Pump4")).text).toMatch(
      /^ {2}00 .*: 1\.6 % of 181 blocks, 178 missing,/m,
    );
    expect(readdirSync(index, { recursive: true, encoding: "utf8" })).toEqual(
      expect.arrayContaining([expect.stringMatching(/\.states$/)]),
    );
  });

  it("tells the same as JSON, of all sources that keep blocks", async () => {
    const { text } = await run("status", "--json");
    const view = JSON.parse(text);
    expect(view.sources.map(({ id }: { id: string }) => id)).toEqual(["Demo/Bad", "Demo/Pump4"]);
    expect(view.sources[1].levels[1].coverage.counts).toEqual({ present: 0, empty: 0, stale: 0, absent: 6 });
  });
});

describe("heliostream cache verify", () => {
  it("names the blocks that are not as they were written, and removes them with --repair", async () => {
    await run("build", "Demo/Pump4", "2021-06-28", "2021-07-01");
    expect(await run("verify")).toEqual({
      status: 0,
      text: expect.stringMatching(/^3 blocks \([\d.]+ kB\) checked, 0 bad$/),
    });
    const path = join(folder, "cache/data", blocks().find((one) => one.includes("2021-06-29"))!);
    const bytes = readFileSync(path);
    bytes[bytes.length - 5]! ^= 1;
    writeFileSync(path, bytes);
    const { status, text } = await run("verify", "Demo/Pump4", "--level", "0");
    expect(status).toBe(1);
    expect(text).toMatch(
      /^Demo\/Pump4 bin-60s daily 2021-06-29: the block has another checksum\n3 blocks .*, 1 bad$/,
    );
    const [lost = ""] = blocks();
    rmSync(join(folder, "cache/data", `${lost}.meta.json`));
    expect((await run("verify")).text).toMatch(
      /^Demo\/Pump4 bin-60s daily 2021-06-28: its description is missing\n.*\n3 blocks .*, 2 bad$/,
    );
    expect((await run("verify", "--repair")).status).toBe(1);
    expect((await run("verify")).text).toMatch(/^1 block .*, 0 bad$/);
    expect((await run("build", "Demo/Pump4", "2021-06-28", "2021-07-01")).text).toContain("2 blocks built");
  });
});

describe("heliostream cache purge", () => {
  it("removes the blocks of a range, of a level, or all", async () => {
    writeSource("Pump4", "cacheLevel_00 = '60 s | daily'", "cacheLevel_01 = '3600 s | daily'");
    const days = ["2021-06-26", "2021-07-01"];
    await run("build", "Demo/Pump4", ...days);
    expect(blocks()).toHaveLength(10);
    expect(
      (await run("purge", "Demo/Pump4", "2021-06-27T12:00", "2021-06-29", "--level", "bin-60s")).text,
    ).toMatch(/^2 blocks \(/);
    expect((await run("build", "Demo/Pump4", ...days)).text).toContain("2 blocks built");
    await run("purge", "Demo/Pump4", "--level", "1");
    expect(blocks()).toHaveLength(5);
    rmSync(join(folder, "sources/Demo/Pump4.dsdf"));
    expect((await run("purge", "Demo/Pump4")).text).toMatch(/^5 blocks \(/);
    expect(blocks()).toEqual([]);
  });

  it("removes with --stale only what another definition made", async () => {
    await run("build", "Demo/Pump4", "2021-06-28", "2021-07-01");
    expect((await run("purge", "Demo/Pump4", "--stale")).text).toMatch(/^0 blocks /);
    writeSource("Pump4", "cacheLevel_00 = '60 s | daily'", "dataVersion = '2'");
    await run("build", "Demo/Pump4", "2021-06-30", "2021-07-01");
    expect((await run("purge", "Demo/Pump4", "--stale")).text).toMatch(/^2 blocks /);
    expect(blocks()).toHaveLength(1);
  });
});

describe("heliostream cache pin", () => {
  it("keeps levels, until unpin", async () => {
    const pin = join(folder, "cache/data/Demo/Pump4/_noparam/bin-60s/.pinned");
    expect(await run("pin", "Demo/Pump4", "--level", "0")).toEqual({
      status: 0,
      text: "Demo/Pump4 bin-60s daily: stays",
    });
    expect(existsSync(pin)).toBe(true);
    expect((await run("status")).text).toMatch(
      /^ {2}00 bin-60s daily, pinned: .*\n {2}01 bin-3600s monthly: /m,
    );
    await run("unpin", "Demo/Pump4");
    expect(existsSync(pin)).toBe(false);
  });
});

describe("pinned levels that take more than the quota", () => {
  it("are told of by pin and status, not where they fit", async () => {
    await run("build", "Demo/Pump4", "2021-06-28", "2021-07-01");
    const warning = /pinned levels take [\d.]+ kB of 1\.00 kB: nothing else stays$/m;
    vi.stubEnv("HELIOSTREAM_CACHE_MAX_BYTES", "1000");
    expect((await run("status")).text).not.toMatch(warning);
    expect((await run("pin", "Demo/Pump4")).text).toMatch(warning);
    expect((await run("status")).text).toMatch(warning);
    expect((await run("unpin", "Demo/Pump4")).text).not.toMatch(warning);
    vi.unstubAllEnvs();
    expect((await run("pin", "Demo/Pump4")).text).not.toContain("nothing else");
    expect((await run("status")).text).not.toContain("nothing else");
  });
});

describe("heliostream cache reindex", () => {
  it("finds the blocks of the disk when the index is lost, and adopts those of older servers", async () => {
    await run("build", "Demo/Pump4", "2021-06-28", "2021-07-01");
    rmSync(join(folder, "cache/index"), { recursive: true, force: true });
    // As an older server leaves it: without anything beside it.
    for (const suffix of [".meta.json", ".stats"])
      rmSync(join(folder, "cache/data", `${blocks()[1]}${suffix}`));
    expect((await run("verify")).text).toMatch(
      /^2 blocks \(.*, 0 bad\n1 block of an older server not checked: no checksum before heliostream cache reindex$/,
    );
    // That of the 27th was cut short.
    const cut = blocks()[0]!.replace("2021-06-28", "2021-06-27");
    writeFileSync(
      join(folder, "cache/data", cut),
      readFileSync(join(folder, "cache/data", blocks()[0]!)).subarray(0, -5),
    );
    const { status, text } = await run("reindex", "Demo/Pump4");
    expect(status).toBe(0);
    expect(text).toMatch(
      /^Demo\/Pump4 bin-60s daily: 3 blocks, 1 of them adopted, [\d.]+ kB\n {2}not taken over, for not whole or of another time: 1 block \(2021-06-27\)$/m,
    );
    expect(text).toMatch(/^Demo\/Pump4 bin-3600s monthly: 0 blocks, 0 B$/m);
    expect((await run("build", "Demo/Pump4", "2021-06-28", "2021-07-01")).text).toBe("3 blocks, all there");
  });
});

describe("heliostream cache levels", () => {
  it("lists the levels of a definition", async () => {
    expect(await run("levels", "Demo/Pump4")).toEqual({
      status: 0,
      text: "00 bin-60s daily\n01 bin-3600s monthly",
    });
  });

  it("tells what levels were chosen by", async () => {
    writeSource("Auto", "cacheLevels = auto", "exampleRange_00 = '2021-06-30 to 2021-07-01'");
    const { status, text } = await run("levels", "Demo/Auto");
    expect(status).toBe(0);
    // The source has a record each minute.
    expect(text).toMatch(/^measured .*\n {2}a record each 60\.0 s, /);
    expect(text).toMatch(/\nlevels:\n {2}intrinsic [a-z]+: /);
  });
});

describe("heliostream cache", () => {
  it("says which commands there are", async () => {
    expect((await rejectionOf(() => cache.run(["clean"]))).message).toBe(
      'no command "clean", expected one of build, status, verify, purge, pin, unpin, reindex, levels',
    );
  });
});
