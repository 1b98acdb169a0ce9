import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeProblem } from "../../config/problem.js";
import { binGrid, blockBegin, hasCentre, middleBin, wholeBins } from "../../dsdf/bin-grid.js";
import type { DataQuery } from "../../dsdf/data-query.js";
import { dataSource } from "../../dsdf/load.js";
import { checkParamWords, splitParams } from "../../dsdf/param-words.js";
import { isReducible } from "../../dsdf/reduction.js";
import { planStages, timeText } from "../../dsdf/stages.js";
import { pipelineTools } from "../../dsdf/tools.js";
import { DasError } from "../../errors/das-error.js";
import { addSeconds, compareTimes, formatTime, parseTime, type Time } from "../../stream/time.js";

const NONE = {
  d2sReducer: undefined,
  qdsReducer: undefined,
  d2sToUtf8: undefined,
  qdsToUtf8: undefined,
  d2sCsvConverter: undefined,
  das1ToDas2: undefined,
};
const TOOLS = pipelineTools({
  ...NONE,
  d2sReducer: "das2_bin_avgsec",
  d2sToUtf8: "das2_ascii",
  d2sCsvConverter: "das3_csv -d ';'",
});

function source(text: string, head = "description = 'x'\ndas2Stream = 1\n") {
  return dataSource("Demo/Pump4", "/srv/Demo/Pump4.dsdf", new TextEncoder().encode(head + text), {
    substitutions: new Map(),
  });
}

function query(begin: string, end: string, more: Partial<DataQuery> = {}): DataQuery {
  const range = { begin: parseTime(begin), end: parseTime(end) };
  return { sourceId: "Demo/Pump4", ...range, requested: range, params: [], output: "stream", ...more };
}

function argv(text: string, wanted: DataQuery, tools = TOOLS, head?: string): string[] {
  return planStages(source(text, head), wanted, tools).map(
    (stage) => `${stage.role}: ${stage.argv.join(" ")}`,
  );
}

function code(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return error instanceof DasError ? error.code : String(error);
  }
  return undefined;
}

describe("the stages of a request (das2-server 13)", () => {
  const day = query("2021-06-30", "2021-07-01");

  it("appends times without Z, then each parameter as a word, to the last program of the reader", () => {
    expect(argv("reader = rd", day)).toEqual(["reader: rd 2021-06-30T00:00:00 2021-07-01T00:00:00"]);
    expect(
      planStages(
        source("reader = 'env A=b rd -x | das2_psd 1024 2'"),
        { ...day, params: ["-r", "no spikes"].slice(0, 1) },
        TOOLS,
      ),
    ).toEqual([
      { role: "reader", argv: ["rd", "-x"], env: { A: "b" } },
      {
        role: "filter",
        argv: ["das2_psd", "1024", "2", "2021-06-30T00:00:00", "2021-07-01T00:00:00", "-r"],
        env: {},
      },
    ]);
  });

  it("puts the interval first, and never reduces an interval source", () => {
    const wanted = { ...day, interval: 60, resolution: 43.2, params: ["a"] };
    expect(argv("reader = rd\nrequiresInterval = 1", wanted)).toEqual([
      "reader: rd 60 2021-06-30T00:00:00 2021-07-01T00:00:00 a",
    ]);
    expect(argv("reader = rd", { ...day, interval: 60 })).toEqual([
      "reader: rd 2021-06-30T00:00:00 2021-07-01T00:00:00",
    ]);
    expect(code(() => argv("reader = rd\nrequiresInterval = 1", day))).toBe("BAD_PARAMETER");
  });

  it("reduces on bins that count from 00:00 and asks the reader for whole bins", () => {
    const wanted = query("2021-06-30T00:00:50", "2021-06-30T00:02:10", { resolution: 60 });
    expect(argv("reader = rd", wanted)).toEqual([
      "reader: rd 2021-06-30T00:00:00 2021-06-30T00:03:00",
      "reducer: das2_bin_avgsec -b 2021-06-30T00:00:00 60",
    ]);
    // 43.2 s divides the day 2000 times; 10 x 43.2 s = 00:07:12.
    expect(
      argv("reader = rd", query("2021-06-30T00:07:12", "2021-06-30T00:08:00", { resolution: 43.2 })),
    ).toEqual([
      "reader: rd 2021-06-30T00:07:12 2021-06-30T00:08:38.4",
      "reducer: das2_bin_avgsec -b 2021-06-30T00:07:12 43.2",
    ]);
    // 7 s does not: bins begin with the request.
    expect(
      argv("reader = rd", query("2021-06-30T00:00:01.5", "2021-06-30T00:00:10", { resolution: 7 })),
    ).toEqual([
      "reader: rd 2021-06-30T00:00:01.5 2021-06-30T00:00:15.5",
      "reducer: das2_bin_avgsec -b 2021-06-30T00:00:01.5 7",
    ]);
  });

  it("answers bins wider than the request with one in its middle, and reads the request for it", () => {
    // Hours: the centres 11:30 and 12:30 are outside, so the bin is 12:10 -+ 30 min.
    expect(argv("reader = rd", query("2021-06-30T12:05", "2021-06-30T12:15", { resolution: 3600 }))).toEqual([
      "reader: rd 2021-06-30T12:05:00 2021-06-30T12:15:00",
      "reducer: das2_bin_avgsec -b 2021-06-30T11:40:00 3600",
    ]);
    // Origins by an independent calendar: Python, datetime(2021, 6, 30, 0, 5) - timedelta(seconds=5e10), and + from 1000-01-01.
    expect(argv("reader = rd", query("2021-06-30", "2021-06-30T00:10", { resolution: 1e11 }))).toEqual([
      "reader: rd 2021-06-30T00:00:00 2021-06-30T00:10:00",
      "reducer: das2_bin_avgsec -b 0437-01-21T07:11:40 100000000000",
    ]);
    // Half a bin before the year 1000 is no year: the grid is counted from the bin after.
    expect(argv("reader = rd", query("1000-01-01", "1000-01-01T00:10", { resolution: 1e11 }))[1]).toBe(
      "reducer: das2_bin_avgsec -b 2584-06-08T16:58:20 100000000000",
    );
    // A centre at begin counts, one at end does not.
    const half = (begin: string, end: string) =>
      argv("reader = rd", query(begin, end, { resolution: 3600 }))[0];
    expect(half("2021-06-30T12:30", "2021-06-30T12:40")).toBe(
      "reader: rd 2021-06-30T12:00:00 2021-06-30T13:00:00",
    );
    expect(half("2021-06-30T12:20", "2021-06-30T12:30")).toBe(
      "reader: rd 2021-06-30T12:20:00 2021-06-30T12:30:00",
    );
  });

  it("widens no further than times have a text", () => {
    const last = query("9999-12-31T12:00", "9999-12-31T23:59:59.999999999", { resolution: 86_400 });
    expect(argv("reader = rd", last)[0]).toBe("reader: rd 9999-12-31T00:00:00 9999-12-31T23:59:59.999999999");
    const first = query("0001-01-01", "0001-01-03T10:00", { resolution: 150_000 });
    expect(argv("reader = rd", first)[0]).toBe("reader: rd 0001-01-01T00:00:00 0001-01-04T11:20:00");
    const all = query("0001-01-01", "9999-12-31", { resolution: 1e11 });
    expect(argv("reader = rd", all)[0]).toBe("reader: rd 0001-01-01T00:00:00 9999-12-31T23:59:59.999999999");
    expect(timeText({ day: 1e7, ns: 5 })).toBe("9999-12-31T23:59:59.999999999");
    expect(timeText({ day: -1e7, ns: 5 })).toBe("0001-01-01T00:00:00");
  });

  it("begins bins at the blocks of a declared level of that width", () => {
    const levels = "reader = rd\ncacheLevel_01 = '7 s | hourly'\n";
    expect(argv(levels, query("2021-06-30T05:00:10", "2021-06-30T05:00:20", { resolution: 7 }))).toEqual([
      "reader: rd 2021-06-30T05:00:07 2021-06-30T05:00:21",
      "reducer: das2_bin_avgsec -b 2021-06-30T05:00:00 7",
    ]);
  });

  it("takes the source's own reducer, or none", () => {
    const wanted = { ...day, resolution: 60 };
    const exact = "reader: rd 2021-06-30T00:00:00 2021-07-01T00:00:00";
    expect(argv("reader = rd\nreducer = 'a -x | b'", wanted)).toEqual([
      exact,
      "reducer: a -x",
      "reducer: b -b 2021-06-30T00:00:00 60",
    ]);
    expect(argv("reader = rd\nreducer = not_reducible", wanted)).toEqual([exact]);
    expect(argv("reader = rd\nreducer = pre_reduced", wanted)).toEqual([exact]);
    expect(argv("reader = rd", wanted, pipelineTools(NONE))).toEqual([exact]);
    expect(argv("reader = rd", wanted, TOOLS, "description = x\nqstream = 1\n")).toEqual([exact]);
    const qds = pipelineTools({ ...NONE, qdsReducer: "qds_bin" });
    expect(argv("reader = rd", wanted, qds, "description = x\nqstream = 1\n")).toEqual([
      exact,
      "reducer: qds_bin -b 2021-06-30T00:00:00 60",
    ]);
    expect(isReducible(source("reader = rd"), TOOLS)).toBe(true);
    expect(isReducible(source("reader = rd\nrequiresInterval = 1"), TOOLS)).toBe(false);
  });

  it("does not widen where nothing reduces", () => {
    const wanted = query("2021-06-30T00:00:50", "2021-06-30T00:02:10", { resolution: 60 });
    expect(argv("reader = rd\nreducer = not_reducible", wanted)).toEqual([
      "reader: rd 2021-06-30T00:00:50 2021-06-30T00:02:10",
    ]);
  });

  it("appends nothing to a text that places values", () => {
    const wanted = { ...day, resolution: 60, params: ["mfr=13", "b"] };
    const text =
      "reader = 'rd #[read.time.min] #[read.time.max] #[bin.time.max # -r @ # ] #[read.opts]* | das2_psd 1024 2'";
    expect(argv(text, wanted).slice(0, 2)).toEqual([
      "reader: rd 2021-06-30T00:00:00 2021-07-01T00:00:00 -r 60 mfr=13 b",
      "filter: das2_psd 1024 2",
    ]);
  });

  it("gives request parameters that a definition asks for, checked like reader parameters", () => {
    const text = "reader = 'rd $(foo,7) $(start_time)'";
    expect(argv(text, day)).toEqual([
      "reader: rd 7 2021-06-30T00:00:00 2021-06-30T00:00:00 2021-07-01T00:00:00",
    ]);
    const plan = (values: Record<string, string>) => argv(text, { ...day, values });
    expect(plan({ foo: "8 -x" })[0]).toContain("rd 8 -x 2021");
    // A request cannot replace what the server has worked out.
    expect(plan({ start_time: "1990-01-01" })[0]).toContain("rd 7 2021-06-30T00:00:00");
    expect(plan({ start_time: "2021 (181); x" })[0]).toContain("rd 7 2021-06-30T00:00:00");
    expect(code(() => plan({ foo: "8;rm" }))).toBe("BAD_PARAMETER");
  });

  it("gives the predefined names of the server, never those of a request", () => {
    const text =
      "reader = 'rd #[_LOCAL_ID_] #[_SERVER_ # @ # none] #[_FILENAME_ # @ # none] #[_other # @ # none]'";
    const values = { _server_: "a", _SERVER_: "b", _LOCAL_ID_: "c", _FILENAME_: "d", _other: "e" };
    expect(argv(text, { ...day, values })).toEqual(["reader: rd Demo/Pump4 none none none"]);
    const names = { server: "https://data.example.org/das/server", fileName: "Pump4.d2s" };
    expect(planStages(source(text), day, TOOLS, names)[0]?.argv.slice(2, 4)).toEqual([
      names.server,
      names.fileName,
    ]);
  });

  it("makes das2 of a das3 stream for all that works on records, and das3 of the result where nothing else was asked for", () => {
    const das3 = (more: Partial<DataQuery>) =>
      argv("reader = rd", { ...day, ...more }, TOOLS, "description = x\ndas3Stream = 1\n").slice(1);
    expect(das3({})).toEqual([]);
    expect(das3({ output: "das3" })).toEqual(["filter: das3_to_das2", "converter: das3_from_das2"]);
    expect(das3({ output: "text" })).toEqual(["filter: das3_to_das2", "converter: das3_from_das2 -t"]);
    expect(das3({ output: "das2" })).toEqual(["filter: das3_to_das2"]);
    expect(das3({ output: "das2text" })).toEqual(["filter: das3_to_das2", "converter: das2_ascii"]);
    expect(das3({ output: "csv" })).toEqual(["filter: das3_to_das2", "converter: das3_csv -d ;"]);
    expect(das3({ resolution: 60 })).toEqual([
      "filter: das3_to_das2",
      "reducer: das2_bin_avgsec -b 2021-06-30T00:00:00 60",
      "converter: das3_from_das2",
    ]);
    expect(das3({ resolution: 60, output: "das2" })).toEqual([
      "filter: das3_to_das2",
      "reducer: das2_bin_avgsec -b 2021-06-30T00:00:00 60",
    ]);
  });

  it("adds what bins are to tell, and spectra before them (das2-server 7.3)", () => {
    expect(
      argv("reader = rd", {
        ...day,
        resolution: 60,
        statistics: ["min", "max", "stddev"],
        spectrum: { length: 1024, slide: 2 },
      }).slice(1),
    ).toEqual(["filter: das2_psd 1024 2", "reducer: das2_bin_avgsec -b 2021-06-30T00:00:00 -r -s 60"]);
    expect(
      code(() => argv("reader = rd\nreducer = mine", { ...day, resolution: 60, statistics: ["min"] })),
    ).toBe("NOT_IMPLEMENTED");
  });

  it("leaves parameters out where the source drops them", () => {
    expect(argv("reader = rd\ndropParams = 1", { ...day, params: ["a"] })).toEqual([
      "reader: rd 2021-06-30T00:00:00 2021-07-01T00:00:00",
    ]);
  });

  it("ends with a converter for text and CSV, by the form that arrives", () => {
    const last = (head: string, output: DataQuery["output"], tools = TOOLS) =>
      argv("reader = rd", { ...day, output }, tools, `description = x\n${head}\n`).at(-1);
    expect(last("das2Stream = 1", "text")).toBe("converter: das2_ascii");
    expect(planStages(source("reader = rd"), { ...day, output: "csv" }, TOOLS)[1]?.argv).toEqual([
      "das3_csv",
      "-d",
      ";",
    ]);
    expect(last("das2Stream = 1", "csv")).toBe("converter: das3_csv -d ;");
    expect(code(() => last("das2Stream = 1", "csv", pipelineTools(NONE)))).toBe("NOT_IMPLEMENTED");
    expect(code(() => last("qstream = 1", "text"))).toBe("NOT_IMPLEMENTED");
    expect(code(() => last("qstream = 1", "csv"))).toBe("NOT_IMPLEMENTED");
    expect(code(() => last("das2Stream = 1", "text", pipelineTools(NONE)))).toBe("NOT_IMPLEMENTED");
    expect(last("qstream = 1", "text", pipelineTools({ ...NONE, qdsToUtf8: "qds_ascii" }))).toBe(
      "converter: qds_ascii",
    );
  });

  it("runs das1 sources through the configured program, or says that there is none", () => {
    const head = "description = x\n";
    const tools = pipelineTools({ ...NONE, d2sReducer: "red", das1ToDas2: "das2_from_das1" });
    const times = "2021-06-30T00:00:00 2021-07-01T00:00:00";
    expect(argv("reader = rd", { ...day, resolution: 60, params: ["p"] }, tools, head)).toEqual([
      `reader: das2_from_das1 /srv/Demo/Pump4.dsdf ${times} p`,
      "reducer: red -b 2021-06-30T00:00:00 60",
    ]);
    expect(argv("reader = rd\nitems = 2", { ...day, interval: 0.5 }, tools, head)).toEqual([
      `reader: das2_from_das1 /srv/Demo/Pump4.dsdf 0.5 ${times}`,
    ]);
    expect(code(() => argv("reader = rd", day, TOOLS, head))).toBe("BAD_DEFINITION");
  });

  it("names the key of a tool that is no command", () => {
    const wrong = { ...NONE, d2sReducer: "/opt/secret/a; b" };
    expect(() => pipelineTools(wrong)).toThrow(/^a command of this server cannot .* \(D2S_REDUCER\)$/);
    expect(code(() => pipelineTools(wrong))).toBe("BAD_CONFIG");
    try {
      pipelineTools(wrong);
    } catch (error) {
      expect(describeProblem(error)).toMatch(/^D2S_REDUCER: a list of commands \(;\) at column 14/);
    }
    expect.assertions(3);
  });

  it.each([
    ["2021-06-30", "2021-06-30T00:00:00"],
    ["2021-181T12:30", "2021-06-30T12:30:00"],
    ["2021-06-30T00:00:00.5Z", "2021-06-30T00:00:00.5"],
    ["2021-06-30T00:00:00.125000", "2021-06-30T00:00:00.125"],
    ["2021-06-30T23:59:59.000000001", "2021-06-30T23:59:59.000000001"],
    ["2021-06-30T00:00:10", "2021-06-30T00:00:10"],
  ])("writes %s as %s", (text, expected) => {
    expect(timeText(parseTime(text))).toBe(expected);
  });
});

describe("reader parameters (das2-server 13.3)", () => {
  it("splits at white space and takes the allowed characters", () => {
    expect(splitParams(" -r  no-spikes\tEx=off ")).toEqual(["-r", "no-spikes", "Ex=off"]);
    expect(splitParams("aZ09_.,:=+%/@*^~-")).toEqual(["aZ09_.,:=+%/@*^~-"]);
    expect(splitParams("")).toEqual([]);
    expect(splitParams("a(1) <b>", "()<>")).toEqual(["a(1)", "<b>"]);
  });

  it.each([
    "a;b",
    "$(x)",
    "`x`",
    "a|b",
    "'a'",
    '"a"',
    "a<b",
    "a>b",
    "a\\b",
    "a?b",
    "[a]",
    "{a}",
    "a#b",
    "a!b",
    "é",
    "a\u0000b",
    "a\u007fb",
  ])("refuses %j", (text) => {
    expect(code(() => splitParams(text))).toBe("BAD_PARAMETER");
  });

  it("takes & for a blank, as Autoplot joins options, unless the source allows it", () => {
    expect(splitParams("planes=4&gaps")).toEqual(["planes=4", "gaps"]);
    expect(splitParams("a&b c", "&")).toEqual(["a&b", "c"]);
  });

  it.each([
    ...[
      "..",
      "../x",
      "x/../y",
      "--file=../x",
      "a:..",
      "a,../b",
      "-f../x",
      "-f..",
      "x/..,y",
      "x=..:y",
      "x/..%y",
    ],
    // Behind every punctuation that is allowed.
    ...Array.from("_,:=+%/@*^~-", (mark) => [`${mark}../x`, `a${mark}../x`, `a${mark}..`]).flat(),
  ])("refuses the path %s", (text) => {
    expect(code(() => splitParams(text))).toBe("BAD_PARAMETER");
  });

  it("refuses it behind a character that only the source allows", () => {
    for (const text of ["(../x)", "a|../x", "a&..", "..(x"])
      expect(code(() => splitParams(text, "()|&"))).toBe("BAD_PARAMETER");
  });

  it.each(["a..b", "...", "1..2", "x/..y", "x/...", ".../x", "t=-1..5", "x/.y..z", "a..", "x/."])(
    "takes %s, which is no path upward",
    (text) => {
      expect(splitParams(text)).toEqual([text]);
    },
  );

  it("never takes control characters, and limits the number of words", () => {
    expect(code(() => checkParamWords(["a\nb"], "\n"))).toBe("BAD_PARAMETER");
    expect(code(() => checkParamWords(Array(129).fill("a")))).toBe("BAD_PARAMETER");
    expect(code(() => checkParamWords(Array(128).fill("a")))).toBeUndefined();
  });
});

describe("bins (das2-server 13.2, 13.4)", () => {
  const ns = (t: Time) => BigInt(t.day) * 86_400_000_000_000n + BigInt(t.ns);
  const anyTime = fc.record({
    day: fc.integer({ min: -20_000, max: 20_000 }),
    ns: fc.integer({ min: 0, max: 86_399_999_999_999 }),
  });

  it("covers the range with whole bins of the same grid, none to spare", () => {
    const width = fc.oneof(
      // The last two are almost, but not quite, whole nanoseconds.
      fc.constantFrom(
        60,
        43.2,
        0.1,
        86_400,
        3600,
        7,
        1e-3,
        1 / 3,
        1e6,
        123.456789,
        8.64e7,
        2.823999e-6,
        2.28192999e-4,
      ),
      fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(anyTime, fc.integer({ min: 1, max: 10_000_000 }), width, (begin, ms, seconds) => {
        const grid = binGrid(begin, seconds);
        const total = ns(begin) + BigInt(ms) * 1_000_000n;
        const end = { day: Number(total / 86_400_000_000_000n), ns: Number(total % 86_400_000_000_000n) };
        fc.pre(end.ns >= 0);
        const whole = wholeBins(grid, begin, end);
        const [from, to, o] = [ns(whole.begin), ns(whole.end), ns(grid.origin)];
        expect(from <= ns(begin) && to >= ns(end)).toBe(true);
        const slack = Number(ns(begin) - from) + Number(to - ns(end));
        expect(slack).toBeLessThan(2 * seconds * 1e9 + 2);
        for (const edge of [from, to]) {
          const bins = Number(edge - o) / (seconds * 1e9);
          expect(Math.abs(bins - Math.round(bins)) * seconds * 1e9).toBeLessThan(2);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("tells whether a centre is in the range, and finds a bin that has one there", () => {
    const width = fc.oneof(
      fc.constantFrom(1, 43.2, 60, 7, 1 / 3, 3600, 86_400, 1e9, 1e11),
      fc.double({ min: 1e-3, max: 1e11, noNaN: true }),
    );
    fc.assert(
      fc.property(
        anyTime,
        fc.double({ min: 1e-3, max: 1e8, noNaN: true }),
        width,
        (begin, length, seconds) => {
          const close = addSeconds(begin, length);
          const span = (t: Time, grid: { origin: Time }) => Number(ns(t) - ns(grid.origin)) / 1e9 / seconds;
          const grid = binGrid(begin, seconds);
          const [from, to] = [span(begin, grid), span(close, grid)];
          const first = Math.ceil(from - 0.5) + 0.5;
          // Not where a double cannot tell.
          if (
            Math.abs(first - to) > 1e-6 &&
            Math.abs(first - from) > 1e-6 &&
            Math.abs(first - from - 1) > 1e-6
          )
            expect(hasCentre(grid, begin, close)).toBe(first < to);
          const middle = middleBin(begin, close, seconds);
          const centre = (span(begin, middle) + span(close, middle)) / 2 - 0.5;
          expect(Math.abs(centre - Math.round(centre)) * seconds).toBeLessThan(1e-3);
          expect(compareTimes(middle.origin, parseTime("0001-01-01"))).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([43.2, 0.1, 0.3, 4.32e-4, 8.64, 0.7, 1.1, 86.4])(
    "takes %d s as the decimal it was written as",
    (width) => {
      const at = parseTime("2021-06-30T17:03:11.123456789");
      const nanosecondsWide = BigInt(Math.round(width * 1e9));
      const whole = wholeBins(binGrid(at, width), at, parseTime("2021-06-30T17:03:12"));
      const origin = ns(binGrid(at, width).origin);
      expect([
        (ns(whole.begin) - origin) % nanosecondsWide,
        (ns(whole.end) - origin) % nanosecondsWide,
      ]).toEqual([0n, 0n]);
    },
  );

  it("gives neighbouring requests the same grid where the width divides the day", () => {
    fc.assert(
      fc.property(
        anyTime,
        fc.integer({ min: 0, max: 86_400_000 }),
        fc.constantFrom(0.1, 1, 43.2, 60, 3600, 86_400),
        (t, ms, width) => {
          const later = ns(t) + BigInt(ms) * 1_000_000n;
          const other = {
            day: Number(
              (later - (((later % 86_400_000_000_000n) + 86_400_000_000_000n) % 86_400_000_000_000n)) /
                86_400_000_000_000n,
            ),
            ns: Number(((later % 86_400_000_000_000n) + 86_400_000_000_000n) % 86_400_000_000_000n),
          };
          const apart = ns(binGrid(other, width).origin) - ns(binGrid(t, width).origin);
          expect(apart % BigInt(Math.round(width * 1e9))).toBe(0n);
        },
      ),
    );
  });

  it.each([
    ["persecond", "2021-06-30T12:34:56"],
    ["perminute", "2021-06-30T12:34:00"],
    ["hourly", "2021-06-30T12:00:00"],
    ["daily", "2021-06-30T00:00:00"],
    ["monthly", "2021-06-01T00:00:00"],
    ["yearly", "2021-01-01T00:00:00"],
  ] as const)("a %s block begins at %s", (period, expected) => {
    expect(formatTime(blockBegin(parseTime("2021-06-30T12:34:56.789"), period), 0)).toBe(expected);
  });
});
