import { describe, expect, test } from "vitest";
import { isDasError } from "../../errors/das-error.js";
import {
  integerArgument,
  lastValue,
  parseArguments,
  positiveArgument,
} from "../../stream/program-arguments.js";

const TABLE = {
  range: { names: ["-r", "--range"] },
  deviation: { names: ["-s"] },
  begin: { names: ["-b", "--begin"], takes: "a time" },
} as const;

function refusal(args: readonly string[], positionals: readonly string[] = ["BIN_SECONDS"]): string {
  try {
    parseArguments(args, TABLE, positionals);
  } catch (error) {
    if (isDasError(error, "USAGE")) return error.message;
    throw error;
  }
  throw new Error("the arguments were accepted");
}

describe("arguments of a program", () => {
  test("every spelling of an option gives the same", () => {
    for (const args of [
      ["-b", "2020-01-01", "60"],
      ["-b2020-01-01", "60"],
      ["--begin", "2020-01-01", "60"],
      ["--begin=2020-01-01", "60"],
    ]) {
      const { options, positionals } = parseArguments(args, TABLE, ["BIN_SECONDS"]);
      expect(options).toEqual({ range: false, deviation: false, begin: ["2020-01-01"] });
      expect(positionals).toEqual(["60"]);
    }
  });

  test("flags may be joined, also with an option that takes a value", () => {
    const { options } = parseArguments(["-rsb", "2020", "1"], TABLE, ["BIN_SECONDS"]);
    expect(options).toEqual({ range: true, deviation: true, begin: ["2020"] });
  });

  test("an option given twice keeps both values, the last one counts", () => {
    const { options } = parseArguments(["-b", "2020", "-b", "2021"], TABLE, []);
    expect(options.begin).toEqual(["2020", "2021"]);
    expect(lastValue(options.begin)).toBe("2021");
    expect(lastValue([])).toBeUndefined();
  });

  test("a negative number is a positional, and so is what follows --", () => {
    expect(parseArguments(["-r", "-1.5"], TABLE, ["X"]).positionals).toEqual(["-1.5"]);
    expect(parseArguments(["-.5e3"], TABLE, ["X"]).positionals).toEqual(["-.5e3"]);
    expect(parseArguments(["--", "-r"], TABLE, ["X"]).positionals).toEqual(["-r"]);
    expect(parseArguments(["-"], TABLE, ["X"]).positionals).toEqual(["-"]);
  });

  test("options after a positional are positionals, so their number is wrong", () => {
    expect(refusal(["60", "-r"])).toBe("2 positional arguments given, expected 1: BIN_SECONDS");
  });

  test("each way to be wrong says what was expected", () => {
    expect(refusal(["-x", "60"])).toBe('unknown option "-x"');
    expect(refusal(["--rang", "60"])).toBe('unknown option "--rang"');
    expect(refusal(["-b"])).toBe('option "-b" needs a time');
    expect(refusal(["--range=3", "60"])).toBe('option "--range" takes no value, but "3" was given');
    expect(refusal([])).toBe("0 positional arguments given, expected 1: BIN_SECONDS");
    expect(refusal(["1"], [])).toBe("1 arguments given, expected none");
  });
});

describe("numbers on a command line", () => {
  test.each([
    ["1e-3", 0.001],
    ["10", 10],
    ["+2.5", 2.5],
    [".5", 0.5],
    ["5.", 5],
  ])("%s is a positive number", (text, value) => expect(positiveArgument(text, "width")).toBe(value));

  test.each(["0", "-1", "nan", "inf", "1e999", "1e-999", "abc", "", " 1", "1x", "0x10"])(
    "%j is not",
    (text) =>
      expect(() => positiveArgument(text, "width")).toThrow(/^width is ".*", expected a number above 0$/),
  );

  test("whole numbers have limits", () => {
    expect(integerArgument("16", "LENGTH", 16, 100)).toBe(16);
    for (const text of ["15", "101", "1.5", "1e2", "", "x"])
      expect(() => integerArgument(text, "LENGTH", 16, 100)).toThrow(
        /expected a whole number from 16 to 100/,
      );
  });
});
