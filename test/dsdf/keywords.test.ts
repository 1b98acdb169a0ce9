import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DataSource } from "../../dsdf/data-source.js";
import { dataSource } from "../../dsdf/load.js";
import { DasError } from "../../errors/das-error.js";
import { problemIn } from "../support/definition-problem.js";

const HEAD = "description = 'Pump 4'\nreader = 'rd'\ndas2Stream = 1\n";
const DAS1 = "description = 'Pump 4'\nreader = 'rd'\n";
const PARAMS = `param_00 = 'mode | Mode | optional | ENUM | a,b | a'
param_01 = 'gain | Gain | optional | REAL | dB | 0 to 10 | 1'
param_02 = 'raw | Raw counts | optional | BOOLEAN | false'
param_03 = 'set | Sensors | optional | FLAG_SET | x,y,z | x'
param_04 = 'word | Any | optional | TEXT'
`;

function load(more: string, head = HEAD): DataSource {
  const context = { substitutions: new Map([["DATA_ROOT", "/data"]]) };
  return dataSource("Demo/Pump4", "/srv/das/Demo/Pump4.dsdf", new TextEncoder().encode(head + more), context);
}

/** The source, and that nothing is wrong with it. */
function good(more: string, head = HEAD): DataSource {
  const source = load(more, head);
  expect(source.problems).toEqual([]);
  return source;
}

describe("sub-sources (das2-server 11.1)", () => {
  it.each<[string, unknown]>([
    ["A | First", { number: 1, key: "A", description: "First", seconds: 0, params: [] }],
    ["A | First | 60", { number: 1, key: "A", description: "First", seconds: 60, params: [] }],
    [
      "A|First \\| best|0.5 s|",
      { number: 1, key: "A", description: "First | best", seconds: 0.5, params: [] },
    ],
    [
      "low-res | L | | raw n=2",
      { number: 1, key: "low-res", description: "L", seconds: 0, params: ["raw", "n=2"] },
    ],
  ])("%s", (text, expected) => {
    expect(good(`subSource_01 = '${text}'`).subSources).toEqual([expected]);
  });

  it("have a distance of points where the source needs an interval", () => {
    expect(good("requiresInterval = 1\nsubSource = 'A | First | 60'").subSources[0]?.seconds).toBe(60);
    expect(load("requiresInterval = 1\nsubSource = 'A | First'").subSources).toEqual([]);
  });

  it("take the characters that the source allows", () => {
    expect(load("subSource = 'A | First | 1 | f(x)'").problems).toHaveLength(1);
    expect(good("readerParamChars = '()'\nsubSource = 'A | First | 1 | f(x)'").subSources[0]?.params).toEqual(
      ["f(x)"],
    );
  });
});

describe("translations of parameters (das2-server 12.5)", () => {
  it.each<[string, unknown]>([
    [
      "gain | --gain=%{VALUE} ",
      { form: "pattern", parts: [{ kind: "text", text: "--gain=" }, { kind: "value" }] },
    ],
    [
      'set | -s %{FLAG,"+"} -v',
      {
        form: "pattern",
        parts: [
          { kind: "text", text: "-s " },
          { kind: "flags", separator: "+" },
          { kind: "text", text: " -v" },
        ],
      },
    ],
    ['set | %{FLAG , "\\|"}', { form: "pattern", parts: [{ kind: "flags", separator: "|" }] }],
    [
      "mode | a, b | --fast,",
      {
        form: "map",
        words: new Map([
          ["a", "--fast"],
          ["b", ""],
        ]),
      },
    ],
    [
      "raw | true,false | -r,",
      {
        form: "map",
        words: new Map([
          ["true", "-r"],
          ["false", ""],
        ]),
      },
    ],
  ])("%s", (text, expected) => {
    const [found] = good(`${PARAMS}readerTrans_07 = '${text}'`).translations;
    expect(found).toEqual({ number: 7, key: text.slice(0, text.indexOf(" ")), ...(expected as object) });
  });
});

describe("descriptions for path-style clients (das2-server 12.3)", () => {
  it("names data and coordinates", () => {
    const source = good(`data_01 = 'volts | Supply \\| main | V'
data = 'amps'
coord_00 = 'frequency | Centre of the channel | Hz'
coordRange_00 = '10 to 1000'
coordSelect = 'MIN:f.min | MAX:f.max'
coordRange_01 = 'time | 2020-01-01 to now'
coordSelect_01 = 'time | any, to the minute'
implicitTimeItem = 0
localId = 'demo/pump4'
`);
    expect(source.data).toEqual([
      { number: 0, id: "amps" },
      { number: 1, id: "volts", title: "Supply | main", units: "V" },
    ]);
    expect(source.coords).toEqual([
      {
        number: 0,
        id: "frequency",
        title: "Centre of the channel",
        units: "Hz",
        range: { min: "10", max: "1000" },
        select: "MIN:f.min | MAX:f.max",
      },
      { number: 1, id: "time", range: { min: "2020-01-01", max: "now" }, select: "any, to the minute" },
    ]);
    expect([source.implicitTimeItem, source.localId]).toEqual([false, "demo/pump4"]);
    expect(good("implicitTimeItem = yes").implicitTimeItem).toBe(true);
  });

  it("gives examples a query of their own", () => {
    const source = good(
      "exampleRange_02 = '2021-01-01 to 2021-01-02'\nexampleQuery_02 = 'read.opts=raw n=2 | format.type = csv|x=a\\|b'",
    );
    expect([...(source.examples[0]?.query ?? [])]).toEqual([
      ["read.opts", "raw n=2"],
      ["format.type", "csv"],
      ["x", "a|b"],
    ]);
  });

  it("says what parameters and their values mean", () => {
    const [mode, gain] = good(
      `${PARAMS}paramInfo_00 = 'How it was run'\nparamValInfo_00 = 'a: Slow: safe | b:Fast'`,
    ).params;
    expect(mode).toMatchObject({
      form: "typed",
      key: "mode",
      summary: "How it was run",
      valueInfo: new Map([
        ["a", "Slow: safe"],
        ["b", "Fast"],
      ]),
    });
    expect(gain).not.toHaveProperty("summary");
  });
});

describe("freshness of blocks (das2-server 15.8)", () => {
  it.each([
    ["3 days", 259_200],
    ["1 hour", 3600],
    ["90 min", 5400],
    ["0 s", 0],
    ["250 ms", 0.25],
    ["1.5e1 seconds", 15],
  ])("liveDelay and openTtl = %s", (text, seconds) => {
    expect(good(`liveDelay = '${text}'\nopenTtl = ${text}`).freshness).toEqual({
      liveDelaySeconds: seconds,
      openTtlSeconds: seconds,
    });
  });

  it("watches files and a version", () => {
    const { freshness, cacheReader } = good(
      "dataVersion = ' 2.1 '\nsourceGlob = '$(DATA_ROOT)/pump4/*.dat'\ncacheReader = 'my_cache_rdr -q'",
    );
    expect(freshness).toMatchObject({ dataVersion: "2.1", sourceGlob: "/data/pump4/*.dat" });
    expect(cacheReader?.programs[0].words).toHaveLength(2);
  });

  it.each([
    ["liveDelay = 3", 'line 4, liveDelay: value "3" (expected NUMBER UNIT'],
    ["liveDelay = '-1 days'", "line 4, liveDelay"],
    ["openTtl = '1 fortnight'", "line 4, openTtl"],
    ["openTtl = '1 day later'", "line 4, openTtl"],
    ["openTtl = ''", "line 4, openTtl"],
    ["sourceGlob = 'data/*'", 'line 4, sourceGlob: value "data/*" (expected an absolute path'],
    ["cacheReader = 'a; b'", "line 4, cacheReader: a list of commands"],
  ])("is not guessed: %s", (text, message) => {
    expect(problemIn(() => load(text))).toContain(message);
  });
});

describe("das1 records (das2-server 12.3, reducers 13)", () => {
  it("are read for a das1 source", () => {
    const source = good(
      "form = x_multi_y\nitems = 2\nlabel(1) = 'B'\ny_unit = nT\ny_fill = -1e31\nx_sample_width = 2.0",
      DAS1,
    );
    expect(source.das1).toEqual({
      values: { form: "x_multi_y", items: [{}, { label: "B" }] },
      x: { sampleWidth: 2 },
      y: { unit: "nT", fill: -1e31 },
      z: {},
    });
    expect(source.requiresInterval).toBe(true);
  });

  it("are not looked at where the reader makes something else, or the definition does not say the form", () => {
    expect(good("form = nonsense").das1).toBeUndefined();
    expect(good("", DAS1).das1).toBeUndefined();
    expect(good("rename = Demo/New\nform = nonsense", "").das1).toBeUndefined();
  });
});

describe("a keyword that is wrong", () => {
  const EXAMPLE = "exampleRange = '2021-01-01 to 2021-01-02'\n";
  it.each<[string, string, string?]>([
    ["subSource_01 = 'A'", "KEY | description"],
    ["subSource_01 = 'A B | First'", "KEY | description"],
    ["subSource_01 = 'A,B | First'", "KEY | description"],
    ["subSource_01 = 'A | First | often'", "KEY | description"],
    ["subSource_01 = 'A | First | -1'", "KEY | description"],
    ["subSource_01 = 'A | First | 1 | ../x'", "KEY | description"],
    ["subSource_01 = 'A | First | 1 | p | q'", "KEY | description"],
    ["requiresInterval = 1\nsubSource_01 = 'A | First | 0'", "above 0 for a source that needs an interval"],
    ["subSource_01 = 'A | First'\nsubSource_02 = 'A | Second'", "a key of its own"],
    [`${PARAMS}readerTrans_01 = 'mode'`, "KEY | pattern"],
    [`${PARAMS}readerTrans_01 = 'mode | --fast'`, "KEY | pattern"],
    [`${PARAMS}readerTrans_01 = 'mode | %{OTHER} %{VALUE}'`, "KEY | pattern"],
    [`${PARAMS}readerTrans_01 = 'mode | a,b | --fast'`, "as many words behind as before"],
    [`${PARAMS}readerTrans_01 = 'mode | a,a | x,y'`, "as many words behind as before"],
    [`${PARAMS}readerTrans_01 = 'mode | a,b | x,y | z'`, "KEY | pattern"],
    [`${PARAMS}readerTrans_01 = 'mode | a,c | x,y'`, "a, b"],
    [`${PARAMS}readerTrans_01 = 'gain | 1,2 | x,y'`, "a pattern"],
    [`${PARAMS}readerTrans_01 = 'word | a | x'`, "a pattern"],
    [`${PARAMS}readerTrans_01 = 'raw | true,yes | x,y'`, "one for true and one for false"],
    [`${PARAMS}readerTrans_01 = 'mode | %{FLAG,"-"}'`, "%{VALUE}"],
    [`${PARAMS}readerTrans_01 = 'none | %{VALUE}'`, "that of a param_NN with a type"],
    ["data_01 = '| Supply'", "ID or ID | TITLE"],
    ["data_01 = 'a b | Supply'", "ID or ID | TITLE"],
    ["data_01 = 'v | Supply | V | more'", "ID or ID | TITLE"],
    ["data_01 = v\ndata_02 = v", "each only once"],
    ["coord_01 = 'f/2'", "ID or ID | TITLE"],
    ["coordRange_01 = '1 to 2'", "ID | MIN to MAX"],
    ["coordRange_01 = 'f | 1 to'", "ID | MIN to MAX"],
    ["coordRange_01 = 'f | 1 to 2 to 3'", "ID | MIN to MAX"],
    ["coordSelect_01 = 'f'", "ID | TEXT"],
    ["coordSelect_01 = 'MIN:a'", "ID | TEXT"],
    [`${EXAMPLE}exampleQuery = 'raw'`, "KEY=VALUE"],
    [`${EXAMPLE}exampleQuery = 'a=1|a=2'`, "KEY=VALUE"],
    [`${EXAMPLE}exampleQuery = '=1'`, "KEY=VALUE"],
    [`${PARAMS}paramValInfo_00 = 'a Slow'`, "VALUE:DESCRIPTION"],
    [`${PARAMS}paramValInfo_00 = 'a:'`, "VALUE:DESCRIPTION"],
    [`${PARAMS}paramValInfo_00 = 'a:x|a:y'`, "VALUE:DESCRIPTION"],
    ["localId = '../x'", "the id of a source"],
    ["form = table", "x_multi_y, x_tagged_y_scan or x_y_z", DAS1],
    ["ny = many\nform = x_multi_y", "a whole number from 1 to 99", DAS1],
    ["form = x_tagged_y_scan\ny_coordinate = 'findgen(10)'", "an array of numbers", DAS1],
    ["form = x_y_z\nz_fill = none", "a number", DAS1],
  ])("is noted with its line and what was expected, and left out: %s", (text, expected, head = HEAD) => {
    const { problems = [] } = load(text, head);
    expect(problems).toHaveLength(1);
    const [problem] = problems;
    const keyword = problem?.keyword ?? "";
    const lines = `${head}${text}`.split("\n");
    expect(problem?.line).toBe(lines.findIndex((line) => line.startsWith(`${keyword} =`)) + 1);
    expect(problem?.expected).toContain(expected);
  });

  it.each([
    ["paramInfo_05 = 'x'", "paramInfo_05", "belongs to no param of its number"],
    ["paramValInfo_05 = 'a:x'", "paramValInfo_05", "belongs to no param of its number"],
    ["exampleQuery_05 = 'a=1'", "exampleQuery_05", "belongs to no exampleRange of its number"],
    [`${PARAMS}paramValInfo_00 = 'c:Third'`, "paramValInfo_00", "describes c, which is no value of a, b"],
  ])("is remarked where it only says too much: %j", (text, keyword, message) => {
    const { problems = [] } = load(text);
    expect(problems).toEqual([expect.objectContaining({ keyword, message })]);
    expect(problems[0]).not.toHaveProperty("expected");
  });

  it("ends in a source or BAD_DEFINITION, whatever it holds", () => {
    const keyword = fc.constantFrom(
      ..."subSource_01 readerTrans_01 data_01 coord_01 coordRange_01 coordSelect_01 exampleQuery paramInfo paramValInfo_00 localId liveDelay openTtl sourceGlob cacheReader form items y_coordinate".split(
        " ",
      ),
    );
    const piece = fc.constantFrom(
      "a",
      "1",
      " ",
      "|",
      "\\",
      ":",
      "=",
      ",",
      " to ",
      "%{VALUE}",
      '%{FLAG,","}',
      "%{",
      "[",
      "]",
      "s",
      "/",
      "mode",
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(keyword, fc.string({ unit: piece, maxLength: 10 })), { maxLength: 6 }),
        (pairs) => {
          const text = pairs.map(([name, value]) => `${name} = '${value}'`).join("\n");
          for (const head of [HEAD, DAS1])
            try {
              load(`${PARAMS}exampleRange = '2021-01-01 to 2021-01-02'\n${text}`, head);
            } catch (error) {
              expect(error instanceof DasError && error.code).toBe("BAD_DEFINITION");
            }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
