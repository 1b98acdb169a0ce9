import { expect, it } from "vitest";
import { declareArguments } from "../../../netdrms/module/check-declaration.js";
import { parseModuleArguments } from "../../../netdrms/module/parse-arguments.js";
import { codeOf, messageOf } from "../../support/thrown.js";

const READER = declareArguments({
  name: "reader",
  summary: "a reader",
  params: [
    { name: "ds", type: "DATASET", about: "record set" },
    { name: "keys", type: "STRINGS", default: "", fromRequest: true, about: "keywords" },
    { name: "min", type: "INT", default: 0, range: "[0,9]", fromRequest: true, about: "least" },
  ],
  flags: [{ name: "q", about: "quiet" }],
  positionals: [
    { name: "BEGIN", about: "a time" },
    { name: "END", about: "a time" },
  ],
  requestWords: true,
});

const BEFORE = ["ds=su_ex.mag45", "min=3", "2010-01-01", "2010-01-02"];
const parse = (...words: string[]) =>
  parseModuleArguments(READER, [...BEFORE, ...words], {
    readFile: () => expect.fail("a word of the request opened a file"),
  });

it("takes parameters that are open to requests from the words behind END, before those of the administrator", () => {
  const { values, positionals, origins } = parse("keys=A,B min=5", "min=6");
  expect(positionals).toEqual(["2010-01-01", "2010-01-02"]);
  expect(values).toMatchObject({ ds: "su_ex.mag45", keys: ["A", "B"], min: 6 });
  expect(origins.get("min")).toBe("request");
  expect(parse().values.min).toBe(3);
});

it("refuses every other word behind END as the fault of the request, and opens nothing", () => {
  for (const word of [
    "ds=su_ex.secret",
    "-q",
    "@/etc/passwd",
    "--keys",
    "keys",
    "JSOC_DBHOST=x",
    "q=1",
    "=",
  ]) {
    expect(
      codeOf(() => parse(word)),
      word,
    ).toBe("BAD_PARAMETER");
  }
  expect(messageOf(() => parse("ds=x"))).toBe(
    'parameter "ds=x" is not known, expected keys=VALUE, min=VALUE',
  );
});

it("tells a bad value of the request from one of the administrator", () => {
  expect(codeOf(() => parse("min=10"))).toBe("BAD_PARAMETER");
  expect(codeOf(() => parse("keys=\\x"))).toBe("BAD_PARAMETER");
  expect(codeOf(() => parseModuleArguments(READER, ["ds=x", "min=10", "1", "2"]))).toBe("USAGE");
});

it("does not take times for flags or files when -- stands before them", () => {
  const words = ["ds=x", "--", "@begin", "min=7"];
  expect(parseModuleArguments(READER, words)).toMatchObject({
    positionals: ["@begin", "min=7"],
    values: { min: 0 },
  });
});
