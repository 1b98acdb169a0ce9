import { describe, expect, it } from "vitest";
import { parseInteger, parseReal } from "../../../netdrms/module/number-text.js";
import { isInRange, parseRange } from "../../../netdrms/module/range.js";
import { unescapeValue } from "../../../netdrms/module/unescape.js";
import { argumentWord, lineWords } from "../../../netdrms/module/words.js";
import { codeOf, messageOf } from "../../support/thrown.js";

describe("words of a line of a parameter file", () => {
  const texts = (line: string): string[] => lineWords(line, 1).map(({ text }) => text);

  it("are separated by blanks and tabs and held together by quotes", () => {
    expect(texts(`a=1  b="two words"\t'c d' e"f g"h`)).toEqual(["a=1", "b=two words", "c d", "ef gh"]);
  });

  it("are none where the line is empty or a comment, and # elsewhere is a character", () => {
    expect(texts("")).toEqual([]);
    expect(texts(" \t ")).toEqual([]);
    expect(texts("  # a=1")).toEqual([]);
    expect(texts("a=#1 #b")).toEqual(["a=#1", "#b"]);
  });

  it("keep a backslash with what follows, so that an escaped quote ends nothing", () => {
    expect(texts(String.raw`a="x\"y z" b=\'q`)).toEqual([String.raw`a=x\"y z`, String.raw`b=\'q`]);
  });

  it("say which `=`, begin and end stood in quotes", () => {
    const [bare, quotedValue, quotedAll, empty] = lineWords(`a=b c="d=e" "f=g" h=""`, 1);
    expect(bare).toEqual({ text: "a=b", plainStart: true, plainEnd: true, equals: 1 });
    expect(quotedValue).toEqual({ text: "c=d=e", plainStart: true, plainEnd: false, equals: 1 });
    expect(quotedAll).toEqual({ text: "f=g", plainStart: false, plainEnd: false, equals: -1 });
    expect(empty).toEqual({ text: "h=", plainStart: true, plainEnd: false, equals: 1 });
  });

  it("are refused with the number of the line where a quote is not closed", () => {
    expect(messageOf(() => lineWords(`a="b c`, 7))).toBe(
      'line 7 of a parameter file: "\\"b c" has no closing "',
    );
    expect(codeOf(() => lineWords(`a='b"`, 1))).toBe("USAGE");
    // The backslash escapes the quote that would have closed it.
    expect(codeOf(() => lineWords(String.raw`a="b\"`, 1))).toBe("USAGE");
  });
});

it("finds the `=` of an argument outside of the quotes that the shell left in it", () => {
  expect(argumentWord("n=5").equals).toBe(1);
  expect(argumentWord(`"a=b" c=d`).equals).toBe(7);
  expect(argumentWord(`'a=b'`).equals).toBe(-1);
  expect(argumentWord(String.raw`\"a=b`).equals).toBe(3);
});

describe("a value", () => {
  it("has escapes for tab, newline, backslash and both quotes", () => {
    expect(unescapeValue("s", String.raw`a\tb\nc\\d\"e\'f`)).toBe(`a\tb\nc\\d"e'f`);
    expect(unescapeValue("s", String.raw`\\t`)).toBe("\\t");
  });

  it("is refused with any other backslash", () => {
    expect(messageOf(() => unescapeValue("s", String.raw`C:\dir`))).toBe(
      String.raw`s = "C:\\dir": a backslash before "d", expected one of \t \n \\ \" \'`,
    );
    expect(messageOf(() => unescapeValue("s", "x\\"))).toContain("before the end");
    expect(codeOf(() => unescapeValue("s", "\\x", "BAD_PARAMETER"))).toBe("BAD_PARAMETER");
  });
});

describe("an integer", () => {
  it.each([
    ["0", 0],
    ["-0", 0],
    ["+17", 17],
    ["-17", -17],
    ["010", 10],
    [" 5\t", 5],
    ["0x10", 16],
    ["-0XfF", -255],
    ["0xFFFFFFFF", 4294967295],
    ["9007199254740991", 9007199254740991],
  ])("%j is %d", (text, value) => {
    expect(parseInteger(text)).toBe(value);
  });

  it.each(["", " ", "-", "1.0", "1e3", "0x", "0xg", "1 2", "9007199254740992", "--1", "five"])(
    "is not %j",
    (text) => {
      expect(parseInteger(text)).toBeUndefined();
    },
  );
});

describe("a number", () => {
  it.each([
    ["1", 1],
    ["-.5", -0.5],
    ["5.", 5],
    ["+1.5E-3", 0.0015],
    ["0x1F", 31],
    ["inf", Number.POSITIVE_INFINITY],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    ["NaN", Number.NaN],
  ])("%j is %d", (text, value) => {
    expect(parseReal(text)).toBe(value);
  });

  it.each(["", ".", "e5", "1e", "1d5", "1,5", "0x1.8p1", "1_000", "nano", "1e400", "-1e309"])(
    "is not %j",
    (text) => {
      expect(parseReal(text)).toBeUndefined();
    },
  );
});

describe("a range", () => {
  const holds = (text: string, ...values: number[]): boolean[] =>
    values.map((value) => isInRange(parseRange(text)!, value));

  it("is closed with [ ] and without brackets, open with ( )", () => {
    expect(holds("[0,100)", -1e-9, 0, 99.9, 100)).toEqual([false, true, true, false]);
    expect(holds("(0,100]", 0, 100)).toEqual([false, true]);
    expect(holds("0,100", 0, 100, 100.1)).toEqual([true, true, false]);
    expect(holds("(0,100", 0, 100)).toEqual([false, true]);
  });

  it("is infinite where a bound is missing, and holds no NaN", () => {
    expect(holds("[1,)", 0.9, 1, 1e300, Number.POSITIVE_INFINITY)).toEqual([false, true, true, false]);
    expect(holds("(,5]", -1e300, 5, 5.1)).toEqual([true, true, false]);
    expect(holds(",", -1, Number.NaN)).toEqual([true, false]);
    expect(holds(" [ -0x10 , 1e2 ] ", -16, -17, 100)).toEqual([true, false, true]);
  });

  it.each(["", "5", "[5]", "[1,2,3]", "[2,1]", "(1,1]", "[a,b]", "[[1,2]", "[1,2]]", "[nan,1]"])(
    "is not %j, or holds nothing",
    (text) => {
      expect(parseRange(text)).toBeUndefined();
    },
  );
});
