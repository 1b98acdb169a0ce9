import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DataSource } from "../../dsdf/data-source.js";
import { describeProblem } from "../../dsdf/definition-error.js";
import { dataSource, loadDataSource } from "../../dsdf/load.js";
import { DasError } from "../../errors/das-error.js";
import { makeTime } from "../../stream/time.js";
import { problemOf } from "../support/definition-problem.js";

const FILE = "/srv/das/Demo/Pump4.dsdf";
const context = { substitutions: new Map([["DATA_ROOT", "/data"]]) };
const bytes = (text: string) => new TextEncoder().encode(text);
const MINIMAL = "description = 'Pump 4'\nreader = 'rd'\ndas2Stream = 1\n";

function load(more: string, head = MINIMAL): DataSource {
  return dataSource("Demo/Pump4", FILE, bytes(head + more), context);
}

function failure(more: string, head = MINIMAL): DasError {
  try {
    load(more, head);
  } catch (error) {
    if (error instanceof DasError) return error;
  }
  throw new Error(`no DasError for ${more}`);
}

describe("the model of a source (das2-server 12.3)", () => {
  it("has the defaults of the table", () => {
    const { keywords, ...rest } = load("");
    expect([...keywords.keys()]).toEqual(["description", "reader", "das2Stream"]);
    expect(rest).toEqual({
      id: "Demo/Pump4",
      file: FILE,
      description: "Pump 4",
      contacts: [],
      form: "das2",
      reader: { programs: [{ env: {}, words: [[{ kind: "text", text: "rd" }]] }], placesValues: false },
      preReduced: false,
      requiresInterval: false,
      examples: [],
      cacheLevels: [],
      access: [],
      hidden: false,
      dropParams: false,
      realTime: false,
      hapi: true,
      items: [],
      params: [],
      translations: [],
      subSources: [],
      data: [],
      coords: [],
      freshness: { liveDelaySeconds: 3 * 86_400, openTtlSeconds: 3600 },
      problems: [],
    });
  });

  it.each<[string, DataSource["form"]]>([
    ["das2Stream = 1", "das2"],
    ["das2Stream = TRUE", "das2"],
    ["das2Stream = yes", "das2"],
    ["das2Stream = on", "das2"],
    ["das2Stream = 0", "das1"],
    ["das2Stream = false", "das1"],
    ["das2Stream = ''", "das1"],
    ["", "das1"],
    ["qstream = 1", "qstream"],
    ["das3Stream = 1", "das3"],
    ["das2Stream = 0\nqstream = true", "qstream"],
  ])("form: %j is %s (20.2, 30: 0 is not true)", (text, form) => {
    expect(load(text, "description = x\nreader = rd\n").form).toBe(form);
  });

  it("asks for an interval by keyword, or for das1 with items", () => {
    const das1 = "description = x\nreader = rd\n";
    expect(load("", das1).requiresInterval).toBe(false);
    expect(load("items = 2", das1).requiresInterval).toBe(true);
    expect(load("items = 2\nrequiresInterval = 0", das1).requiresInterval).toBe(false);
    expect(load("items = 2").requiresInterval).toBe(false);
    expect(load("requiresInterval = 1").requiresInterval).toBe(true);
  });

  it("knows the special reducers", () => {
    expect(load("").reducer).toBeUndefined();
    for (const word of ["not_reducible", "'not_reducable'", "pre_reduced"])
      expect(load(`reducer = ${word}`).reducer).toBe(false);
    expect(load("reducer = pre_reduced").preReduced).toBe(true);
    expect(load("reducer = 'das2_bin_peakavgsec -x'").reducer).toMatchObject({ placesValues: false });
    expect(problemOf(failure("reducer = 'a; b'"))).toContain("line 4, reducer: a list of commands");
  });

  it.each<[string, unknown]>([
    ["'2020-01-01 to 2021-01-01'", { begin: makeTime(2020, 1, 1), end: makeTime(2021, 1, 1) }],
    ["'2020-01-01 to 2021-01-01 UTC'", { begin: makeTime(2020, 1, 1), end: makeTime(2021, 1, 1) }],
    ["2013 to 2015", { begin: makeTime(2013, 1, 1), end: makeTime(2015, 1, 1) }],
    [
      "1979-03-01T12:26:11 to 1979-03-01T12:29:24 UTC",
      { begin: makeTime(1979, 3, 1, 12, 26, 11), end: makeTime(1979, 3, 1, 12, 29, 24) },
    ],
    ["2020-10-01 TO NOW", { begin: makeTime(2020, 10, 1), end: "now" }],
    ["October 3 2020 to now UTC", { begin: makeTime(2020, 10, 3), end: "now" }],
  ])("validRange = %s", (text, range) => {
    expect(load(`validRange = ${text}`).validRange).toEqual(range);
  });

  it("reads examples with names, escapes and companions; X is X_00", () => {
    const { examples, problems } = load(
      `exampleRange_02 = '2021-06-30 to 2021-07-01 UTC | A \\| B'
exampleRange = 2020-01-01 to 2020-01-02
exampleResolution_02 = 43.2
exampleInterval_00 = '60 s'
exampleParams_02 = ' raw '
exampleInfo_02 = 'Info'
exampleInfo_09 = 'nobody''s'
`,
    );
    expect(problems).toEqual([
      { line: 10, keyword: "exampleInfo_09", message: "belongs to no exampleRange of its number" },
    ]);
    expect(examples).toEqual([
      { number: 0, begin: makeTime(2020, 1, 1), end: makeTime(2020, 1, 2), interval: 60 },
      {
        number: 2,
        name: "A | B",
        begin: makeTime(2021, 6, 30),
        end: makeTime(2021, 7, 1),
        resolution: 43.2,
        params: "raw",
        info: "Info",
      },
    ]);
  });

  it("reads the test range", () => {
    const test = load("testRange = 2021-06-30 to 2021-07-01\ntestInterval = 10").test;
    expect(test).toEqual({ begin: makeTime(2021, 6, 30), end: makeTime(2021, 7, 1), interval: 10 });
  });

  // The folders are those of das2-server 15.2: s and ms as written, longer units as seconds, a fraction behind p.
  it.each<[string, unknown]>([
    ["'intrinsic | daily'", { number: 0, seconds: 0, folder: "intrinsic", period: "daily", params: "" }],
    ["'60 s | daily'", { number: 0, seconds: 60, folder: "bin-60s", period: "daily", params: "" }],
    ["'250 ms | hourly'", { number: 0, seconds: 0.25, folder: "bin-250ms", period: "hourly", params: "" }],
    [
      "'100 milliseconds|perminute'",
      { number: 0, seconds: 0.1, folder: "bin-100ms", period: "perminute", params: "" },
    ],
    [
      "'0.5 sec | persecond'",
      { number: 0, seconds: 0.5, folder: "bin-0p5s", period: "persecond", params: "" },
    ],
    [
      "'10 min | monthly | b a'",
      { number: 0, seconds: 600, folder: "bin-600s", period: "monthly", params: "b a" },
    ],
    ["'2 hr | monthly |'", { number: 0, seconds: 7200, folder: "bin-7200s", period: "monthly", params: "" }],
    [
      "'1 day | yearly | a_b'",
      { number: 0, seconds: 86_400, folder: "bin-86400s", period: "yearly", params: "a_b" },
    ],
  ])("cacheLevel = %s", (text, level) => {
    expect(load(`cacheLevel = ${text}`).cacheLevels).toEqual([level]);
  });

  it.each([
    ["intrinsic", "intrinsic"],
    ["60 s", "bin-60s"],
    ["60 seconds", "bin-60s"],
    ["100 ms", "bin-100ms"],
    ["100 millisecond", "bin-100ms"],
    ["0.5 s", "bin-0p5s"],
    ["0.9 s", "bin-0p9s"],
    ["2.50 ms", "bin-2p5ms"],
    ["1e3 ms", "bin-1000ms"],
    ["1 min", "bin-60s"],
    ["0.5 min", "bin-30s"],
    ["6 hr", "bin-21600s"],
    ["5 days", "bin-432000s"],
  ])("keeps blocks of %s in the folder %s", (resolution, folder) => {
    expect(load(`cacheLevel = '${resolution} | daily'`).cacheLevels).toMatchObject([{ folder }]);
  });

  it("sorts cache levels by number, and knows auto", () => {
    const levels = load("cacheLevel_10 = '1 s | daily'\ncacheLevel_02 = 'intrinsic | hourly'").cacheLevels;
    expect(levels === "auto" ? levels : levels.map(({ number }) => number)).toEqual([2, 10]);
    expect(load("cacheLevels = auto").cacheLevels).toBe("auto");
  });

  it.each<[string, unknown[]]>([
    ["readAccess = ''", []],
    ["readAccess = 'GROUP:testgroup'", [{ method: "group", name: "testgroup" }]],
    [
      "readAccess = 'age:1y6m | User: ann |GROUP:g'",
      [
        { method: "age", years: 1, months: 6, days: 0, hours: 0 },
        { method: "user", name: "ann" },
        { method: "group", name: "g" },
      ],
    ],
    ["readAccess = 'AGE:1Y2M3D4H'", [{ method: "age", years: 1, months: 2, days: 3, hours: 4 }]],
    ["readAccess = 'AGE:90d'", [{ method: "age", years: 0, months: 0, days: 90, hours: 0 }]],
    ["groupAccess = 'team'", [{ method: "group", name: "team" }]],
    ["groupAccess = 'team'\nreadAccess = 'USER:u'", [{ method: "user", name: "u" }]],
    ["groupAccess = ''", []],
  ])("%j (das2-server 6.2)", (text, rules) => {
    expect(load(text).access).toEqual(rules);
  });

  it.each<[string, unknown]>([
    ["raw", { form: "flag", flag: "raw", description: "" }],
    ["raw | Raw \\| counts", { form: "flag", flag: "raw", description: "Raw | counts" }],
    [
      "n | Number | integer | 7",
      { form: "flag", flag: "n", description: "Number", type: "integer", default: "7" },
    ],
    [
      "k | Title | optional | TEXT",
      { form: "typed", key: "k", title: "Title", required: false, type: "TEXT" },
    ],
    [
      "k | T | Required | boolean | true",
      { form: "typed", key: "k", title: "T", required: true, type: "BOOLEAN", default: "true" },
    ],
    [
      "k | T | optional | REAL | nT | -1 to 1.5e3 | 0",
      {
        form: "typed",
        key: "k",
        title: "T",
        required: false,
        type: "REAL",
        units: "nT",
        min: -1,
        max: 1500,
        default: "0",
      },
    ],
    ["k | T | optional | REAL", { form: "typed", key: "k", title: "T", required: false, type: "REAL" }],
    [
      "k | T | optional | ENUM | a, b | b",
      {
        form: "typed",
        key: "k",
        title: "T",
        required: false,
        type: "ENUM",
        values: ["a", "b"],
        default: "b",
      },
    ],
    [
      "k | T | optional | FLAG_SET | a,b,c | a,c",
      {
        form: "typed",
        key: "k",
        title: "T",
        required: false,
        type: "FLAG_SET",
        values: ["a", "b", "c"],
        default: "a,c",
      },
    ],
  ])("param = %s (das2-server 12.4)", (text, declaration) => {
    const source = load(`param_07 = '${text}'`);
    expect(source.params).toEqual([declaration]);
    expect(source.problems).toEqual([]);
  });

  it("reads the rest", () => {
    const source = load(
      `summary = 'Long'
techContact = 'Ann <ann@example.org>, Bob'
sciContact = 'Cy'
opsContact = 'Di'
item_01 = 'volts | Supply \\| V'
item = time
securityRealm = 'My Realm'
hidden = 1
dropParams = true
realTime = 1
hapi = 0
unknownThing = kept
readerParamChars = '()'
`,
    );
    expect(source).toMatchObject({
      summary: "Long",
      contacts: [
        { kind: "technical", text: "Ann <ann@example.org>" },
        { kind: "technical", text: "Bob" },
        { kind: "scientific", text: "Cy" },
        { kind: "other", text: "Di" },
      ],
      items: [{ id: "time" }, { id: "volts", description: "Supply | V" }],
      securityRealm: "My Realm",
      hidden: true,
      dropParams: true,
      realTime: true,
      hapi: false,
      paramChars: "()",
    });
    expect(source.keywords.get("unknownThing")).toBe("kept");
  });

  it("needs no reader and no description where the source lives elsewhere", () => {
    expect(load("", "rename = Demo/New")).toMatchObject({ rename: "Demo/New", description: "" });
    expect(load("", "server = https://other.example.org/das/server")).toMatchObject({
      server: "https://other.example.org/das/server",
    });
  });

  it("gives request parameters of a reader to its command only", () => {
    const source = load(
      "",
      "description = 'x $(foo,1)'\nreader = 'rd $(DATA_ROOT) $(Foo,1)'\ndas2Stream = 1\n",
    );
    expect(source.description).toBe("x 1");
    expect(source.reader?.programs[0].words[2]).toEqual([
      { kind: "value", key: "foo", absent: "1", split: true },
    ]);
    expect(problemOf(failure("reducer = '$(foo)'"))).toContain("reducer: $(foo) has no value");
    expect(problemOf(failure("", "description = x\nreader = 'rd $(foo,1)'\nsubstitutions = 0"))).toContain(
      "reader: a command substitution",
    );
  });
});

describe("wrong definitions", () => {
  it.each<[string, string, string]>([
    ["", "reader = 'rd'\n", "description is missing (expected one line about the source)"],
    ["", "description = ''\nreader = 'rd'\n", "description is missing"],
    ["", "description = 'x'\n", "reader is missing (expected the command that makes the data)"],
    ["", "description = 'x'\nreader = ''\n", "reader is missing"],
    ["reader = 'rd > f'", MINIMAL, "line 4, reader: a redirection (>) at column 4"],
    ["validRange = '2021'", MINIMAL, 'line 4, validRange: value "2021" (expected BEGIN to END'],
    ["validRange = '2021-13-99x to now'", MINIMAL, "line 4, validRange"],
    ["validRange = '2021-01-02 to 2021-01-01'", MINIMAL, "line 4, validRange"],
    ["validRange = 'now to 2021-01-01'", MINIMAL, "line 4, validRange"],
    ["readAccess = 'GROUP'", MINIMAL, 'line 4, readAccess: value "GROUP" (expected METHOD:VALUE'],
    ["readAccess = 'GROUP:'", MINIMAL, "line 4, readAccess"],
    ["readAccess = 'EVERYBODY:x'", MINIMAL, "line 4, readAccess"],
    ["readAccess = 'GROUP:a|'", MINIMAL, "line 4, readAccess"],
    ["readAccess = 'AGE:soon'", MINIMAL, "line 4, readAccess"],
    ["readAccess = 'AGE:6'", MINIMAL, "line 4, readAccess"],
    ["readAccess = 'AGE:5min'", MINIMAL, "line 4, readAccess"],
    ["groupAccess = 'a|USER:b'", MINIMAL, "line 4, groupAccess"],
    ["cacheLevel_01 = '60 s'", MINIMAL, "line 4, cacheLevel_01"],
    ["cacheLevel_01 = '60 s | daily | p | q'", MINIMAL, "line 4, cacheLevel_01"],
    ["cacheLevel_01 = '60 fortnights | daily'", MINIMAL, "line 4, cacheLevel_01"],
    ["cacheLevel_01 = '60 constructor | daily'", MINIMAL, "line 4, cacheLevel_01"],
    ["cacheLevel_01 = '60s | daily'", MINIMAL, "line 4, cacheLevel_01"],
    ["cacheLevel_01 = '-1 s | daily'", MINIMAL, "line 4, cacheLevel_01"],
    ["cacheLevel_01 = '0 s | daily'", MINIMAL, "line 4, cacheLevel_01"],
    ["cacheLevel_01 = '60 s | weekly'", MINIMAL, "line 4, cacheLevel_01"],
    ["cacheLevels = some", MINIMAL, 'line 4, cacheLevels: value "some" (expected auto)'],
  ])("%j: %s", (more, head, message) => {
    const error = failure(more, head);
    expect(error.code).toBe("BAD_DEFINITION");
    expect(problemOf(error)).toContain(message);
    expect(problemOf(error)).not.toContain("/srv");
    expect(describeProblem(error)).toMatch(/^\/srv\/das\/Demo\/Pump4\.dsdf(:4)?: /);
  });

  it.each([
    ["exampleRange_01 = '2021'", "exampleRange_01"],
    ["exampleRange = '2021-01-01 to now'", "exampleRange"],
    ["exampleRange = '2021-01-02 to 2021-01-01'", "exampleRange"],
    ["exampleRange = '2021-01-01 to 2021-01-02'\nexampleResolution = -3", "exampleResolution"],
    ["exampleRange = '2021-01-01 to 2021-01-02'\nexampleInterval_00 = soon", "exampleInterval_00"],
    ["testRange = x", "testRange"],
    ["testRange = 2021-01-01 to 2021-01-02\ntestInterval = 0", "testInterval"],
    ["item_00 = '| x'", "item_00"],
    ["param_00 = '| x'", "param_00"],
    ["param_00 = 'k | t | optional | COLOUR'", "param_00"],
    ["param_00 = 'k | t | optional | ENUM | a,b | c'", "param_00"],
    ["param_00 = 'k | t | optional | FLAG_SET | a,b | a,c'", "param_00"],
    ["param_00 = 'k | t | optional | REAL | nT | 5 to 1'", "param_00"],
    ["param_00 = 'a | b | c | d | e'", "param_00"],
  ])("keeps a source whose descriptive keyword is wrong, and notes it: %j", (more, keyword) => {
    const source = load(more);
    expect(source.problems).toHaveLength(1);
    expect(source.problems?.[0]).toMatchObject({ keyword, line: 4 + more.split("\n").length - 1 });
    expect(source.problems?.[0]?.expected).toBeTruthy();
  });

  it("says that a file cannot be read, its path for operators only", () => {
    try {
      loadDataSource({ root: "/nonexistent", id: "Demo/Pump4" }, context);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: "BAD_DEFINITION",
        where: { what: "the definition cannot be read" },
      });
      expect(describeProblem(error)).toContain("/nonexistent/Demo/Pump4.dsdf");
    }
  });

  it("ends any definition with a source or BAD_DEFINITION", () => {
    const keyword = fc.constantFrom(
      ..."description reader reducer das2Stream qstream validRange exampleRange exampleRange_01 exampleInterval cacheLevel readAccess param_01 item_02 rename server testRange substitutions constructor __proto__ toString".split(
        " ",
      ),
    );
    const value = fc.string({
      unit: fc.constantFrom(
        "2021-01-01",
        " to ",
        "now",
        "|",
        ":",
        "\\",
        "a",
        "1",
        " ",
        "s",
        "$(",
        ")",
        "#[",
        "]",
        "AGE:1y",
        "UTC",
      ),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(keyword, value), { maxLength: 6 }), (pairs) => {
        try {
          load(pairs.map(([name, text]) => `${name} = '${text}'`).join("\n"));
        } catch (error) {
          expect(error instanceof DasError && error.code).toBe("BAD_DEFINITION");
        }
      }),
      { numRuns: 2000 },
    );
  });
});
