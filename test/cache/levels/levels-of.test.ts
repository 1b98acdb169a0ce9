import { describe, expect, it } from "vitest";
import { blockNumber } from "../../../cache/block-number.js";
import { blockPath } from "../../../cache/block-path.js";
import { levelStages } from "../../../cache/build/level-stages.js";
import { binMaking, whyNoBins, whyNotCached } from "../../../cache/levels/cacheable.js";
import { allLevels, levelsOf, levelsOfWords, readerWords } from "../../../cache/levels/levels-of.js";
import { parseTime, parseTimeRange } from "../../../stream/time.js";
import { sourceOf, TOOLS, toolsWith } from "./support.js";

const SETTING = { cacheRoot: "/var/cache/das2", tools: TOOLS };

/** Numbers of the levels for the words of a request. */
function numbers(text: string, params: string): number[] {
  const words = params.split(" ").filter((word) => word !== "");
  return levelsOf(sourceOf(text), words, SETTING).map(({ number }) => number);
}

describe("the levels of a source", () => {
  it("are those of its definition, with the places that older servers use (das2-server 15.2)", () => {
    const source = sourceOf("cacheLevel_00 = 'intrinsic | hourly'\ncacheLevel_02 = '60 s | daily'");
    const [intrinsic, minutes] = levelsOf(source, [], SETTING);
    expect(intrinsic).toMatchObject({ number: 0, seconds: 0, period: "hourly", resolutionName: "intrinsic" });
    expect(minutes).toMatchObject({
      sourceId: "Demo/Pump4",
      number: 2,
      seconds: 60,
      params: [],
      paramsName: "_noparam",
      freshness: { liveDelaySeconds: 259_200, openTtlSeconds: 3600 },
    });
    const day = blockNumber(parseTime("2021-06-30"), "daily");
    expect(minutes && blockPath(minutes, day)).toBe(
      "/var/cache/das2/data/Demo/Pump4/_noparam/bin-60s/2021/06/2021-06-30_bin-60s.d2s",
    );
  });

  it("carry what makes their blocks stale", () => {
    const source = sourceOf(
      "cacheLevel = '60 s | daily'\ndataVersion = 3\nliveDelay = '1 hr'\nopenTtl = '5 min'",
    );
    expect(levelsOf(source, [], SETTING)).toMatchObject([
      { dataVersion: "3", freshness: { liveDelaySeconds: 3600, openTtlSeconds: 300 } },
    ]);
  });

  // das2-server 14: the normalised texts are equal in most of these, the words are not.
  it.each<[string, string, boolean]>([
    ["", "", true],
    ["10khz Ex=off", "10khz Ex=off", true],
    ["10khz Ex=off", "Ex=off 10khz", true],
    ["10khz", "", false],
    ["", "10khz", false],
    ["a b", "a_b", false],
    ["a-b", "a_b", false],
    ["-r no-spikes", "-r no-spikes", true],
    ["-o x -p a", "-o a -p x", false],
    ["-d out -a", "-a -d out", false],
    ["a a", "a", false],
  ])("of %j serve a request with %j: %s", (declared, asked, serves) => {
    expect(numbers(`cacheLevel_03 = '60 s | daily | ${declared}'`, asked)).toEqual(serves ? [3] : []);
  });

  it("keep the order of their words for the reader, and are found by sorted words for a build", () => {
    const source = sourceOf("cacheLevel_03 = '60 s | daily | -d out -a'\ncacheLevel_04 = '60 s | daily'");
    const [level] = levelsOf(source, ["-d", "out", "-a"], SETTING);
    expect(level).toMatchObject({ params: ["-a", "-d", "out"], paramsName: "_a__d_out" });
    expect(level && readerWords(source, level)).toEqual(["-d", "out", "-a"]);
    expect(levelsOfWords(source, ["-a", "-d", "out"], SETTING)).toEqual([level]);
    expect(allLevels(source, SETTING).map(({ number }) => number)).toEqual([3, 4]);
  });

  it("are built by a reader that is given its options in the order of the definition", () => {
    const source = sourceOf("cacheLevel_03 = '60 s | daily | -o x -p a'");
    const [level] = levelsOfWords(source, ["-o", "-p", "a", "x"], SETTING);
    if (level === undefined) throw new Error("sorted words find the level");
    const range = parseTimeRange("2021-06-30 to 2021-07-01");
    expect(
      levelStages(source, level, TOOLS, range, range.begin).reader.map(({ argv }) => argv.join(" ")),
    ).toEqual(["rd 2021-06-30T00:00:00 2021-07-01T00:00:00 -o x -p a"]);
  });

  it("leave out one whose words are those of an earlier one in another order: a build could not tell them apart", () => {
    const text = "cacheLevel_01 = '60 s | daily | -o x -p a'\ncacheLevel_02 = '600 s | daily | -o a -p x'";
    expect(numbers(text, "-o x -p a")).toEqual([1]);
    expect(numbers(text, "-o a -p x")).toEqual([]);
  });

  it("stay apart by parameters that are dropped (das2-server 12.3), whatever their order", () => {
    const text = "dropParams = 1\ncacheLevel_00 = '60 s | daily | -b -a'\ncacheLevel_01 = '60 s | daily'";
    expect(numbers(text, "-a -b")).toEqual([0]);
    expect(numbers(text, "")).toEqual([1]);
    expect(numbers(text, "c")).toEqual([]);
  });

  it("lie in a harmless folder whatever the words are", () => {
    const source = sourceOf("readerParamChars = '()'\ncacheLevel = '1 s | daily | f(x)/../y'");
    const [level] = allLevels(source, SETTING);
    expect(level?.paramsName).toMatch(/^p-[A-Za-z0-9_.=,:+%-]{1,40}-[0-9a-f]{16}$/);
  });

  it("are worked out once for a definition that was read once", () => {
    const source = sourceOf("cacheLevel = '60 s | daily'");
    expect(levelsOf(source, [], SETTING)[0]).toBe(levelsOf(source, [], SETTING)[0]);
    const elsewhere = levelsOf(source, [], { ...SETTING, cacheRoot: "/elsewhere" });
    expect(elsewhere[0]?.folder).toBe("/elsewhere/data/Demo/Pump4/_noparam/bin-60s");
  });
});

describe("what cannot be cached", () => {
  const DAS1 = "reader = 'rd'\nform = x_multi_y\nitems = 2\nrequiresInterval = 0";

  it.each<[string, string, RegExp]>([
    ["das2Stream = 1\nreader = rd\nrequiresInterval = 1", "", /interval/],
    ["reader = rd\noutputType = 'application/x-tar | tar'", "", /file/],
    ["qstream = 1\nreader = rd", "", /q stream/],
    ["das3Stream = 1\nreader = rd", "", /das3/],
    ["das2Stream = 1\nreader = rd\nrename = 'B'", "", /elsewhere/],
    ["das2Stream = 1\nreader = 'rd #[read.time.min] #[read.time.max] #[colour # # ]'", "", /colour/],
    ["das2Stream = 1\nreader = 'rd #[read.time.min] #[read.time.max] #[_FILENAME_ # # ]'", "", /_FILENAME_/],
  ])("%s", (head, text, reason) => {
    const source = sourceOf(`${text}\ncacheLevel = 'intrinsic | daily'`, head);
    expect(whyNotCached(source, TOOLS)).toMatch(reason);
    expect(levelsOf(source, [], SETTING)).toEqual([]);
  });

  it("das1 is cached where it is converted", () => {
    const source = sourceOf("cacheLevel = '60 s | daily'", DAS1);
    expect(levelsOf(source, [], SETTING)).toHaveLength(1);
    const without = { ...SETTING, tools: toolsWith({ das1ToDas2: undefined }) };
    expect(levelsOf(sourceOf("cacheLevel = '60 s | daily'", DAS1), [], without)).toEqual([]);
  });

  it.each<[string, string, RegExp | undefined]>([
    ["reducer = pre_reduced", "by the reader", /reader/],
    ["reader = 'rd #[read.time.min] #[read.time.max] #[bin.time.max # @ # ]'", "by the reader", /reader/],
    ["reducer = not_reducible", "never", /no reducer/],
    ["reducer = 'own -b #[read.time.min] #[bin.time.max]'", "made", /places/],
    ["reducer = 'das2_psd 1024 2'", "made", undefined],
    ["reducer = 'das2_bin_avgsec -s'", "made", undefined],
    ["reducer = '/opt/das2/bin/das2_bin_avgsec'", "made", undefined],
    ["reducer = 'das2_bin_avgsec | das2_bin_avgsec'", "made", undefined],
    ["", "joined", undefined],
    ["reducer = 'das2_bin_avgsec -r -p'", "joined", undefined],
    ["reducer = das2_bin_peakavgsec", "joined", undefined],
  ])("with %j wider bins are %s", (text, making, reason) => {
    const levels = "cacheLevel_00 = 'intrinsic | daily'\ncacheLevel_01 = '60 s | daily'";
    const source = sourceOf(`${text}\n${levels}`);
    expect(binMaking(source, TOOLS)).toBe(making);
    const kept = levelsOf(source, [], SETTING).map(({ number }) => number);
    expect(kept).toEqual(reason === undefined ? [0, 1] : [0]);
    if (reason === undefined) expect(whyNoBins(source, TOOLS)).toBeUndefined();
    else expect(whyNoBins(source, TOOLS)).toMatch(reason);
  });

  it("leaves out a level whose blocks have no centre of a bin", () => {
    expect(numbers("cacheLevel_00 = '1 min | persecond'\ncacheLevel_01 = '60 s | daily'", "")).toEqual([1]);
  });
});
