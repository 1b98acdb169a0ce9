import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HistogramTransform, histo } from "../../reducers/histo/histo.js";
import { ValueCounts } from "../../reducers/histo/value-counts.js";
import { referenceData } from "../support/reference-data.js";
import { decodeStream, filterStream, packet, TEST_CONTEXT } from "../support/run-stream.js";

const run = (args: readonly string[], input: string | Uint8Array, pieceBytes?: number): Uint8Array =>
  filterStream(histo.open(args, TEST_CONTEXT), input, pieceBytes);

const header = (body = ""): string => packet("00", `<stream version="2.2">${body}</stream>\n`);
const line = (id: string, properties = ""): string =>
  packet(
    id,
    `<packet><x type="ascii9" units="s"/><y name="v" type="ascii9" units="nT">${properties}</y></packet>\n`,
  );
const samples = (id: string, values: readonly (number | string)[]): string =>
  values.map((v, i) => `:${id}:${String(i).padStart(8)} ${String(v).padStart(8)}\n`).join("");

/** Values of the example of reducers 8. */
const EXAMPLE = [1, 3, 5, 7, "-1e31", 11, 13, 20, 22, 100];
const ASCENDING = [1, 3, 5, 7, 11, 13, 20, 22, 100];

describe("worked example (reducers 8)", () => {
  const input =
    header('<properties title="T" yLabel="B (nT)" double:yValidMin="0"/>') +
    line("05") +
    samples("05", EXAMPLE);
  const pairs = (args: readonly string[]): number[][] =>
    decodeStream(run(args, input)).rows.map((row) => row.values.flat());

  it("counts nine values once each; fill is not counted", () => {
    expect(pairs([])).toEqual(ASCENDING.map((v) => [v, 1]));
  });

  it("gives the fraction at or below with -b, at or above with -a", () => {
    const below = ASCENDING.map((v, i) => [v, Math.fround((i + 1) / 9)]);
    const above = ASCENDING.map((v, i) => [v, Math.fround((9 - i) / 9)]);
    expect(pairs(["-b"])).toEqual(below);
    expect(pairs(["--frac-below"])).toEqual(below);
    expect(pairs(["-a"])).toEqual(above);
    expect(pairs(["--frac-above"])).toEqual(above);
  });

  it.each([
    [[], "T - Histogram", "Value Count"],
    [["-b"], "T - Normalized Cumulative Histogram", "Fraction at or below"],
    [["-a"], "T - Normalized Reverse Cumulative Histogram", "Fraction at or above"],
  ] as const)("titles and labels with %j", (args, title, label) => {
    const { stream, packets } = decodeStream(run(args, input));
    expect(stream!.properties).toEqual([
      { name: "title", type: "String", value: title },
      { name: "yFill", type: "double", value: "0" },
      { name: "zFill", type: "double", value: "0" },
      { name: "sourceId", type: "String", value: "das2_histo" },
    ]);
    const [x, y] = packets[0]!.planes;
    expect(packets[0]!.id).toBe(1);
    expect(x).toMatchObject({ role: "x", units: "nT", type: { name: "sun_real8" } });
    expect(y).toMatchObject({ role: "y", name: "v_hist", units: "", type: { name: "sun_real4" } });
    expect(x!.properties).toEqual([{ name: "xLabel", type: "String", value: "B (nT)" }]);
    expect(y!.properties).toEqual([{ name: "yLabel", type: "String", value: label }]);
  });

  it("gives the same bytes however the input is cut", () => {
    const whole = run([], input);
    for (const size of [1, 2, 3, 17]) expect(run([], input, size)).toEqual(whole);
  });
});

describe("counting", () => {
  it("keeps zeros and leaves out the fill of the input plane", () => {
    const input =
      header() +
      line("01", '<properties double:yFill="-99"/>') +
      samples("01", [0, -99, 0, "nan", "-0", "inf"]);
    expect(decodeStream(run([], input)).rows.map((row) => row.values.flat())).toEqual([
      [0, 3],
      [Number.POSITIVE_INFINITY, 1],
    ]);
  });

  it("counts text that is no number as fill, with one warning", () => {
    const input = header() + line("02") + samples("02", ["x", 1, "", 1]);
    const { rows, comments } = decodeStream(run([], input));
    expect(rows.map((row) => row.values.flat())).toEqual([[1, 2]]);
    expect(comments.map(({ value }) => value)).toEqual([
      "fields that are blank or no number count as fill (packet 2)",
    ]);
  });

  it("counts all items of a table together and gives each plane an id", () => {
    const body =
      '<packet><x type="ascii9" units="s"/><y type="ascii9" units="V"/>' +
      '<yscan name="s" type="ascii9" nitems="3" yUnits="Hz" zUnits="W"/></packet>\n';
    const rows =
      ":01:       0        4        1        2        1 :01:       1        4        2    -1e31        2 ";
    const { packets, rows: out } = decodeStream(run([], header() + packet("01", body) + rows));
    expect(packets.map((p) => [p.id, p.planes[1]!.name, p.planes[0]!.units])).toEqual([
      [1, "y_hist", "V"],
      [2, "s_hist", "W"],
    ]);
    expect(out.map((row) => [row.id, ...row.values.flat()])).toEqual([
      [1, 4, 2],
      [2, 1, 2],
      [2, 2, 3],
    ]);
  });

  it("writes what was counted when an id is redefined, and before an exception", () => {
    const input =
      header() +
      line("01") +
      samples("01", [1, 1]) +
      line("01") +
      samples("01", [2]) +
      packet("xx", '<comment type="log:info" source="t" value="hi"/>\n') +
      packet("xx", '<exception type="ServerError" message="stop"/>\n');
    const output = run([], input);
    const { rows, exceptions, comments } = decodeStream(output);
    expect(rows.map((row) => [row.id, ...row.values.flat()])).toEqual([
      [1, 1, 2],
      [2, 2, 1],
    ]);
    expect(comments).toHaveLength(1);
    expect(exceptions).toEqual([{ type: "ServerError", message: "stop" }]);
  });

  it("passes streams without data", () => {
    expect(decodeStream(run([], header()))).toMatchObject({ packets: [], rows: [] });
    const { packets, rows } = decodeStream(run(["-b"], header() + line("01")));
    expect([packets.length, rows.length]).toEqual([1, 0]);
  });

  it("refuses more distinct values than the limit", () => {
    const transform = () => new HistogramTransform("count", 3);
    expect(
      decodeStream(filterStream(transform(), header() + line("01") + samples("01", [1, 2, 3, 3, 2]))).rows,
    ).toHaveLength(3);
    expect(() => filterStream(transform(), header() + line("01") + samples("01", [1, 2, 3, 4]))).toThrow(
      'plane "v" has more than 3 distinct values, the limit of a histogram',
    );
  });

  it("writes counts above 2^24 in double precision", () => {
    const transform = new HistogramTransform("count");
    const body =
      '<packet><x type="sun_real4" units="s"/><yscan name="v" type="sun_real4" nitems="1000000" yUnits="" zUnits="V"/></packet>\n';
    const record = Buffer.alloc(4 + 4 + 4e6);
    record.write(":01:", 0);
    const parts = [Buffer.from(header() + packet("01", body))];
    for (let i = 0; i < 17; i++) parts.push(record);
    const { packets, rows } = decodeStream(filterStream(transform, Buffer.concat(parts), 4_000_008));
    expect(packets[0]!.planes[1]!.type.name).toBe("sun_real8");
    expect(rows[0]!.values).toEqual([[0], [17_000_000]]);
  });

  it("refuses -a with -b and other arguments", () => {
    for (const args of [["-a", "-b"], ["-c"], ["7"]]) expect(() => histo.open(args, TEST_CONTEXT)).toThrow();
  });
});

describe("table of values", () => {
  it("counts as a Map does and sorts by value", () => {
    const value = fc.oneof(fc.integer({ min: -50, max: 50 }), fc.double({ noNaN: true }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4000 }), (values) => {
        const table = new ValueCounts(10_000);
        const expected = new Map<number, number>();
        for (const v of values) {
          expect(table.add(v)).toBe(true);
          expected.set(v + 0, (expected.get(v + 0) ?? 0) + 1);
        }
        const sorted = table.sorted();
        expect([...sorted.values]).toEqual([...expected.keys()].sort((a, b) => a - b));
        expect([...sorted.counts]).toEqual([...sorted.values].map((v) => expected.get(v)));
      }),
      { numRuns: 50 },
    );
  });

  it("grows to its limit", () => {
    const table = new ValueCounts(100_000);
    for (let i = 0; i < 100_000; i++) expect(table.add(i / 7)).toBe(true);
    expect(table.add(5 / 7)).toBe(true);
    expect(table.add(-1)).toBe(false);
    expect(table.size).toBe(100_000);
  });
});

const real = ["das2/das2_histo_input1.d2t", "das2/das2_histo_output1.d2t"].map(referenceData);

describe.skipIf(real.includes(undefined))("Juno Waves raw values (reference data)", () => {
  it("agrees with an older program", () => {
    // Accepted difference, reducers 8: all items of a table are counted together; the older program counts each
    // item apart. Fill is 0 in the input and in its output, so both leave out the same. It prints five digits.
    const [input, output] = real.map((path) => readFileSync(path!));
    const ours = decodeStream(run([], input!));
    const theirs = decodeStream(output!);
    const summed = theirs.rows.map((row) => [row.values[0]![0]!, row.values[1]!.reduce((a, b) => a + b, 0)]);
    expect(ours.rows).toHaveLength(summed.length);
    expect(ours.rows.length).toBeGreaterThan(20);
    ours.rows.forEach((row, i) => {
      const [value, count] = summed[i]!;
      expect(Math.abs(row.values[0]![0]! / value! - 1)).toBeLessThan(5e-5);
      expect(Math.abs(row.values[1]![0]! / count! - 1)).toBeLessThan(5e-5);
    });
    expect(ours.stream!.properties[0]).toEqual(theirs.stream!.properties[0]);
    expect(ours.packets[0]!.planes[0]!.properties).toEqual(theirs.packets[0]!.planes[0]!.properties);
    expect(ours.packets[0]!.planes[1]!.name).toBe(theirs.packets[0]!.planes[1]!.name);
  });
});
