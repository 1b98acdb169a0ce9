import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plane } from "../../stream/model.js";
import { yTagValues } from "../../stream/packet-header.js";
import { text as latin1, packet3, toDas2 } from "../support/das3-streams.js";
import { decodeStream } from "../support/run-stream.js";
import { codeOf } from "../support/thrown.js";

const START = packet3("Sx", "", '<stream type="das-basic-stream" version="3.0"/>');
const variable = (
  index: string,
  content: string,
  more = 'units="V" semantic="real"',
  name = "scalar",
): string => `<${name} use="center" index="${index}" ${more}>${content}</${name}>`;
const dimension = (kind: "coord" | "data", name: string, inner: string): string =>
  `<${kind} physDim="${name}" name="${name}">${inner}</${kind}>`;
/** A dataset with a time of 20 bytes, and what else is given. */
const dataset = (index: string, inner: string): string => {
  const none = index.replace(/;[^;]+/g, ";-");
  const time = variable(
    none,
    '<packet numItems="1" itemBytes="20" encoding="utf8"/>',
    'units="UTC" semantic="datetime"',
  );
  return packet3(
    "Hx",
    "1",
    `<dataset name="d" rank="${index.split(";").length}" index="${index}">${dimension("coord", "time", time)}${inner}</dataset>`,
  );
};
const record = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const body = Buffer.concat(
    ["2021-06-30T12:00:00 ", ...parts].map((part) => Buffer.from(part as string, "latin1")),
  );
  return Buffer.concat([Buffer.from(`|Pd|1|${body.length}|`), body]);
};
const stream = (header: string, ...records: readonly Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.from(START + header), ...records]);
const rowsOf = (bytes: Uint8Array) => decodeStream(toDas2(bytes)).rows.map(({ values }) => values.slice(1));
const planesOf = (bytes: Uint8Array) => decodeStream(toDas2(bytes)).packets[0]?.planes.slice(1) ?? [];
const tagsOf = (plane: Plane | undefined): readonly number[] =>
  plane === undefined ? [] : [...yTagValues(plane)];
const doubles = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [at, value] of values.entries()) bytes.writeDoubleBE(value, 8 * at);
  return bytes;
};
const REAL8 = (items: number | string) => `<packet numItems="${items}" itemBytes="8" encoding="BEreal"/>`;
const FREE = (items: number | string, ends = "") =>
  `<packet numItems="${items}" itemBytes="*" encoding="utf8"${ends}/>`;

describe("text of any width (das2-stream C4.3)", () => {
  it("ends at white space or at the byte that the header names", () => {
    const header = dataset(
      "*",
      dimension("data", "a", variable("*", FREE(1))) +
        dimension("data", "b", variable("*", FREE(1, ' valTerm=";"'))) +
        dimension("data", "c", variable("*", FREE(1))),
    );
    const made = stream(header, record("1.5   -2e3 ;  7\n"), record("\t.25 0;12345678.5"));
    expect(rowsOf(made)).toEqual([
      [[1.5], [-2000], [7]],
      [[0.25], [0], [12345678.5]],
    ]);
    expect(codeOf(() => toDas2(stream(header, record("1.5 2;"))))).toBe("BAD_LENGTH");
    expect(codeOf(() => toDas2(stream(header, record("1.5 2;3 4"))))).toBe("BAD_LENGTH");
  });

  it("ends at one blank, and what follows it may be bytes", () => {
    const INT2 = '<packet numItems="1" itemBytes="2" encoding="BEint"/>';
    const header = dataset(
      "*",
      dimension("data", "a", variable("*", FREE(1))) +
        dimension("data", "b", variable("*", INT2, 'units="" semantic="integer"')) +
        dimension("data", "c", variable("*", FREE(1))),
    );
    expect(rowsOf(stream(header, record("1.5 \0\x017"), record("2\t \x05 8 ")))).toEqual([
      [[1.5], [1], [7]],
      [[2], [8197], [8]],
    ]);
  });

  it("that ends in what stands in numbers ends only its own values so", () => {
    const header = dataset(
      "*",
      dimension("data", "a", variable("*", FREE(1))) +
        dimension("data", "b", variable("*", FREE(1, ' valTerm="-"'))),
    );
    expect(rowsOf(stream(header, record("-7 8-")))).toEqual([[[-7], [8]]]);
  });

  it("is a time of a leap second as well", () => {
    const header = dataset(
      "*",
      dimension("data", "t", variable("*", FREE(1), 'units="UTC" semantic="datetime"')),
    );
    const das2 = latin1(toDas2(stream(header, record("2016-12-31T23:59:60.5"))));
    expect(das2).toContain("2016-12-31T23:59:60.500000000");
  });

  it("is a time as well, exact to its nanosecond", () => {
    const header = dataset(
      "*",
      dimension("data", "peak", variable("*", FREE(1), 'units="UTC" semantic="datetime"')) +
        dimension("data", "v", variable("*", FREE(1))),
    );
    const das2 = latin1(toDas2(stream(header, record("2021-181T01:02:03.123456789 1"), record("2021-06 2"))));
    expect(das2).toContain("2021-06-30T01:02:03.123456789");
    expect(das2).toContain("2021-06-01T00:00:00.000000000");
  });

  it("may be a string, which is passed over with all that it says", () => {
    const header = dataset(
      "*",
      dimension("data", "mode", variable("*", FREE(1, ' valTerm=";"'), 'units="" semantic="string"')) +
        dimension("data", "v", variable("*", FREE(1))),
    );
    const made = stream(header, record("survey 7, all; 3"), record("off; 4"));
    expect(rowsOf(made)).toEqual([[[3]], [[4]]]);
    expect(latin1(toDas2(made))).toContain("mode: left out");
  });
});

describe("ragged text (das2-stream C4.3)", () => {
  const one = dataset(
    "*;*",
    dimension("data", "e", variable("*;*", FREE("*", ' idxTerm=";"'))) +
      dimension("data", "q", variable("*;-", FREE(1))),
  );

  it("ends its runs with the terminator of their index", () => {
    const made = stream(one, record("1 2 3; 9"), record("4 5; 8"), record(" 6 ;7"));
    expect(rowsOf(made)).toEqual([
      [[1, 2, 3], [9]],
      [[4, 5], [8]],
      [[6], [7]],
    ]);
    expect(decodeStream(toDas2(made)).packets.map(({ planes }) => planes[1]?.items)).toEqual([3, 2, 1]);
  });

  it("gives the same however it is cut", () => {
    const made = stream(one, record("1 2 3; 9"), record("4 5; 8"), record("6 7; 5"));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (size) => {
        expect(decodeStream(toDas2(made, size)).rows).toEqual(decodeStream(toDas2(made)).rows);
      }),
      { numRuns: 30, examples: [[1], [7]] },
    );
  });

  it("nests: the end of the outer index stands behind that of the inner", () => {
    const header = dataset(
      "*;*;*",
      dimension("data", "e", variable("*;*;*", FREE("*", ' idxTerm="!,;"'))) +
        dimension("data", "q", variable("*;-;-", FREE(1))),
    );
    const made = stream(header, record("1 2;3;! 9"), record("4;! 8"));
    expect(rowsOf(made)).toEqual([
      [[1, 2], [3], [9]],
      [[4], [8]],
    ]);
    const names = decodeStream(toDas2(made)).packets.map(({ planes }) =>
      planes.map(({ name }) => name).join(),
    );
    expect(names).toEqual(["time,e_1,e_2,q", "time,e,q"]);
  });

  it("of one width counts its values where it names no terminator", () => {
    const packet = '<packet numItems="*" itemBytes="5" encoding="utf8"/>';
    const header = dataset(
      "*;*",
      dimension("data", "e", variable("*;*", packet)) + dimension("data", "q", variable("*;-", REAL8(1))),
    );
    expect(rowsOf(stream(header, record("[j|2]  1.5 -2.5", doubles(4))))).toEqual([[[1.5, -2.5], [4]]]);
  });

  it.each([
    ["a run without its end", "1 2 3"],
    ["nothing behind the run", "1 2;"],
    ["a run of nothing", "; 9"],
    ["too much", "1 2; 9 8"],
  ])("is refused with %s", (_, body) => {
    expect(codeOf(() => toDas2(stream(one, record(body))))).toBe("BAD_LENGTH");
  });

  it.each(["a,b", ";,;", "", "\\n,;,!"])("is refused with idxTerm = %s for one index", (ends) => {
    const header = dataset("*;*", dimension("data", "e", variable("*;*", FREE("*", ` idxTerm="${ends}"`))));
    expect(codeOf(() => toDas2(stream(header)))).toBe("BAD_HEADER");
  });
});

describe("tables along several indices", () => {
  const sensors = dimension(
    "coord",
    "sensor",
    variable("-;2;-", "<values>10 20</values>", 'units="m" semantic="real"'),
  );
  const energy = dimension(
    "coord",
    "energy",
    variable("-;-;3", '<sequence minval="1" interval="-;-;0.5"/>', 'units="eV" semantic="real"'),
  );
  const values = [1, 2, 3, 4, 5, 6];

  it("are a table for each place along the outer one, which stands among its properties", () => {
    const header = dataset(
      "*;2;3",
      sensors + energy + dimension("data", "flux", variable("*;2;3", REAL8(6))),
    );
    const made = stream(header, record(doubles(...values)));
    expect(rowsOf(made)).toEqual([[values.slice(0, 3), values.slice(3)]]);
    const [first, second] = planesOf(made);
    expect([first?.name, second?.name]).toEqual(["flux_1", "flux_2"]);
    expect(first).toMatchObject({ yUnits: "eV", yTags: { kind: "interval", min: 1, interval: 0.5 } });
    expect(second?.properties).toContainEqual({ name: "sensor", type: "Datum", value: "20 m" });
  });

  it("are one table where a coordinate goes along all of them: 2 x 3 samples of a waveform", () => {
    const offsets = '<sequence minval="0" interval="-;300;100"/>';
    const header = dataset(
      "*;2;3",
      dimension("coord", "delay", variable("-;2;3", offsets, 'units="us" semantic="real"')) +
        dimension("data", "e", variable("*;2;3", REAL8(6))),
    );
    const made = stream(header, record(doubles(...values)));
    expect(rowsOf(made)).toEqual([[values]]);
    const [plane] = planesOf(made);
    expect(plane).toMatchObject({ items: 6, yUnits: "us" });
    expect(tagsOf(plane)).toEqual([0, 100, 200, 300, 400, 500]);
  });

  it("of vectors are a table for each component", () => {
    const more = 'units="nT" semantic="real" components="3"';
    const header = dataset("*;2", dimension("data", "b", variable("*;2", REAL8(6), more, "vector")));
    const made = stream(
      header,
      record(doubles(...values)),
      record(doubles(...values.map((value) => -value))),
    );
    expect(planesOf(made).map(({ name }) => name)).toEqual(["b_x", "b_y", "b_z"]);
    expect(rowsOf(made)[0]).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(rowsOf(made)[1]?.[2]).toEqual([-3, -6]);
  });

  it("with counts at both levels, the last run with or without", () => {
    const header = dataset("*;*;*", dimension("data", "e", variable("*;*;*", REAL8("*"))));
    const told = record("[j|2]", "[k|1]", doubles(1), "[k|3]", doubles(2, 3, 4));
    const untold = record("[j|2]", "[k|1]", doubles(1), doubles(2, 3, 4));
    expect(rowsOf(stream(header, told, untold))).toEqual([
      [[1], [2, 3, 4]],
      [[1], [2, 3, 4]],
    ]);
  });

  it("never cost memory by sizes alone", () => {
    const header = dataset("*;1000;1000", dimension("data", "e", variable("*;1000;1000", REAL8(1_000_000))));
    expect(codeOf(() => toDas2(stream(header)))).toBe("NOT_IMPLEMENTED");
    const wide = dataset("*;999999;999999", dimension("data", "e", variable("*;999999;999999", FREE("*"))));
    expect(codeOf(() => toDas2(stream(wide, record("1 2 3"))))).not.toBe("accepted");
  });
});

describe("what stands in the headers of das2", () => {
  const seenByPython = (das2: Uint8Array): readonly string[] => {
    const body = /^\[00\]\d{6}.*?\[01\](\d{6})/s.exec(latin1(das2));
    const from = (body?.index ?? 0) + (body?.[0].length ?? 0);
    const xml = das2.subarray(from, from + Number(body?.[1]));
    const code =
      "import json,sys\nimport xml.etree.ElementTree as E\n" +
      "r=E.fromstring(sys.stdin.buffer.read())\nprint(json.dumps([k.split(':')[-1] for e in r.iter('properties') for k in e.attrib]))";
    // A colon stands between type and name, which is no namespace.
    const input = Buffer.from(latin1(xml).replace(/(\s\w+):(\w+=)/g, "$1..$2"), "latin1");
    return JSON.parse(
      execFileSync("python3", ["-c", code], { input, encoding: "utf8" }),
    ) as readonly string[];
  };

  it("are names that XML takes, whatever das3 calls a property", () => {
    const p = (name: string) => `<p name="${name}">x</p>`;
    const header = dataset(
      "*",
      `<data physDim="v" name="v"><properties>${p("a b&quot;c&lt;")}${p("a&quot;/>&lt;z b=&quot;")}${p("1st")}</properties>${variable("*", REAL8(1))}</data>`,
    );
    const names = seenByPython(toDas2(stream(header, record(doubles(1)))));
    expect(names).toEqual(["a_b_c_", "a____z_b__", "_1st"]);
  });

  it("is the fill of the values themselves, before that of their dimension", () => {
    const packet = (fill: string) => `<packet numItems="1" itemBytes="8" encoding="BEreal" fill="${fill}"/>`;
    const fills = '<properties><p name="fill" type="real">-1</p></properties>';
    const of = (use: string, fill: string) =>
      variable("*", packet(fill)).replace('use="center"', `use="${use}"`);
    const header = dataset(
      "*",
      `<data physDim="v" name="v">${fills}${of("average", "-1")}${of("max", "-2")}${of("min", "-1e31")}</data>`,
    );
    const planes = planesOf(stream(header, record(doubles(1, 2, 3))));
    const fillOf = (name: string) =>
      planes.find((plane) => plane.name === name)?.properties.find((one) => one.name === "yFill")?.value;
    expect([fillOf("v"), fillOf("v.max"), fillOf("v.min")]).toEqual(["-1", "-2", undefined]);
  });

  it("are planes of different names, and coordinates that are left out are told", () => {
    const two = `<data physDim="B">${variable("*;2", REAL8(2))}</data>`;
    const coord = (name: string, use: string) =>
      dimension(
        "coord",
        name,
        variable("-;2", "<values>1 2</values>", 'units="eV" semantic="real"').replace("center", use),
      );
    const header = dataset(
      "*;2",
      coord("energy", "center") + coord("angle", "center") + coord("bin", "min") + two + two,
    );
    const made = stream(header, record(doubles(1, 2, 3, 4)));
    expect(planesOf(made).map(({ name }) => name)).toEqual(["B", "B_2"]);
    expect(latin1(toDas2(made))).toMatch(/angle, bin min: left out|bin min, angle: left out/);
  });
});

describe("coordinates of tables that a record gives itself", () => {
  const header = dataset(
    "*;3",
    dimension("coord", "energy", variable("*;3", REAL8(3), 'units="eV" semantic="real"')) +
      dimension("data", "flux", variable("*;3", REAL8(3))),
  );

  it("define the packet type anew when they change", () => {
    const made = stream(
      header,
      record(doubles(10, 20, 30), doubles(1, 2, 3)),
      record(doubles(10, 20, 30), doubles(4, 5, 6)),
      record(doubles(11, 22, 33), doubles(7, 8, 9)),
    );
    const { packets, rows } = decodeStream(toDas2(made));
    expect(rows.map(({ values }) => values[1])).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    const tags = packets.map(({ planes }) => tagsOf(planes[1]));
    expect(tags).toEqual([
      [10, 20, 30],
      [11, 22, 33],
    ]);
    expect(packets[0]?.planes[1]?.yUnits).toBe("eV");
  });
});

describe("coordinates that are no numbers", () => {
  it("are refused, for das2 cannot tell them", () => {
    const header = dataset(
      "*;2",
      dimension("coord", "energy", variable("*;2", REAL8(2), 'units="eV" semantic="real"')) +
        dimension("data", "flux", variable("*;2", REAL8(2))),
    );
    const made = stream(header, record(doubles(1, Number.NaN), doubles(1, 2)));
    expect(codeOf(() => toDas2(made))).toBe("NOT_IMPLEMENTED");
  });
});

describe("more coordinates than a header of das2 can hold", () => {
  it("are refused by name, before any record", () => {
    const values = Array.from({ length: 100_000 }, (_, n) => (n + 0.123456).toString()).join(" ");
    const header = dataset(
      "*;100000",
      dimension(
        "coord",
        "f",
        variable("-;100000", `<values>${values}</values>`, 'units="Hz" semantic="real"'),
      ) + dimension("data", "p", variable("*;100000", REAL8(100_000))),
    );
    expect(codeOf(() => toDas2(stream(header)))).toBe("NOT_IMPLEMENTED");
  });
});

describe("records of any bytes", () => {
  it("never fail otherwise than with an error of their own", () => {
    const headers = [
      dataset("*;*;*", dimension("data", "e", variable("*;*;*", FREE("*", ' idxTerm="!,;"')))),
      dataset("*;*;*", dimension("data", "e", variable("*;*;*", REAL8("*")))),
      dataset("*;2;*", dimension("data", "e", variable("*;2;*", FREE("*", ' valTerm="," idxTerm=";"')))),
      dataset("*", dimension("data", "e", variable("*", FREE(1)))),
    ];
    const piece = fc.oneof(
      fc.constantFrom("[j|", "[k|2]", "[j|1]", ";", "!", ",", " ", "1.5", "[j|99999999]", "\0\0\0\0\0\0\0\0"),
      fc.string({ maxLength: 9 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...headers), fc.array(piece, { maxLength: 9 }), (header, parts) => {
        const code = codeOf(() => toDas2(stream(header, record(...parts))));
        expect(code).toMatch(/^(?:accepted|BAD_LENGTH|TOO_MANY_ITEMS|NOT_IMPLEMENTED)$/);
      }),
      { numRuns: 400 },
    );
  });
});
