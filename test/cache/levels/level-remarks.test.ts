import { describe, expect, it } from "vitest";
import { levelRemarks } from "../../../cache/levels/level-remarks.js";
import { sourceOf, TOOLS } from "./support.js";

function remarks(text: string, range = "validRange = '2015-01-01 to now'"): string[] {
  return levelRemarks(sourceOf(`${text}\n${range}`), TOOLS).map(
    ({ level, number, message }) => `${level}${number === undefined ? "" : ` ${number}`}: ${message}`,
  );
}

describe("what is said of cache levels", () => {
  it.each([
    "",
    "cacheLevels = auto",
    "cacheLevel_00 = 'intrinsic | daily'\ncacheLevel_01 = '60 s | daily'\ncacheLevel_02 = '60 s | daily | a'",
    "reducer = not_reducible\ncacheLevel_00 = 'intrinsic | daily'",
    "cacheLevel = '6 hr | monthly'\ncacheLevel_01 = '60 s | hourly'\ncacheLevel_02 = '60 s | daily'",
  ])("is nothing where all is well: %s", (text) => {
    expect(remarks(text)).toEqual([]);
  });

  it.each<[string, RegExp]>([
    ["cacheLevel_03 = '7 s | daily'", /^warning 3: blocks \(daily\) are not whole bins of 7 s/],
    ["cacheLevel_03 = '5 days | monthly'", /^warning 3: blocks \(monthly\)/],
    ["cacheLevel_03 = '90 min | hourly'", /^warning 3: blocks \(hourly\)/],
    ["cacheLevel_03 = '1 min | persecond'", /^error 3: bins of 60 s have no centre in blocks of 1 s/],
    ["reducer = not_reducible\ncacheLevel_03 = '60 s | daily'", /^error 3: no bins .*: it has no reducer/],
    ["reducer = pre_reduced\ncacheLevel_03 = '60 s | daily'", /^error 3: no bins .*: its reader reduces/],
    ["reducer = not_reducible\ncacheLevels = auto", /^warning: .*no reducer/],
    ["requiresInterval = 1\ncacheLevel_03 = '60 s | daily'", /^warning: .*interval/],
    ["requiresInterval = 1\ncacheLevels = auto", /^warning: .*interval/],
    ["cacheLevel_03 = '60 s | daily | ../x'", /^error 3: "\.\."/],
    [
      "cacheLevel_01 = '60 s | daily | -o x -p a'\ncacheLevel_03 = '600 s | daily | -o a -p x'",
      /^error 3: .*level 1 in/,
    ],
    ["dropParams = 1\ncacheLevel_03 = '60 s | daily | x'", /^warning 3: .*dropParams/],
  ])("%s", (text, expected) => {
    expect(remarks(text)).toEqual([expect.stringMatching(expected)]);
  });

  it.each(["cacheLevels = auto", "cacheLevel_00 = '60 s | daily'"])(
    "is a warning where nothing says when the source has data: %s",
    (text) => {
      expect(remarks(text, "")).toEqual([
        expect.stringMatching(/^warning: no validRange: blocks without data/),
      ]);
    },
  );

  it("is nothing of a source without levels or a range", () => {
    expect(remarks("", "")).toEqual([]);
  });

  it("names levels whose folders meet though their parameters differ", () => {
    const text = "cacheLevel_01 = '60 s | daily | a b'\ncacheLevel_03 = '1 min | daily | a_b'";
    expect(remarks(text)).toEqual(["error 3: its blocks would lie where those of level 1 lie"]);
  });
});
