import { describe, expect, it } from "vitest";
import { nearestPoint } from "../../browser/plot/nearest-point.js";
import { panelsOf } from "../../browser/plot/panels.js";
import { type PointRun, pointPixels } from "../../browser/plot/point-picture.js";
import { PointTable } from "../../browser/plot/point-table.js";
import { StreamColumns } from "../../browser/plot/stream-columns.js";
import { mapColours } from "../../plot/colour-maps.js";
import { StreamParser } from "../../stream/stream-parser.js";

const quantity = { key: "z\n", name: "z", units: "", label: "z" };
const SPAN = { begin: 0, end: 100e6 };
const AXIS = { low: 0, high: 100, scale: "linear" } as const;

function tableOf(rows: readonly (readonly [x: number, y: number, value: number])[]): PointTable {
  const table = new PointTable("t", quantity, quantity);
  const column = (n: number) => Float64Array.from(rows, (row) => row[n]!);
  table.add(column(0), column(1), column(2));
  return table;
}
const runOf = (table: PointTable): PointRun => ({ table, ...table.places(SPAN) });
/** Times of a second, rows at 10, 20, 30. */
const GRID = Array.from({ length: 20 }, (_, n) =>
  [10, 20, 30].map((y): [number, number, number] => [n * 1e6, y, y + n]),
).flat();

describe("points of a stream", () => {
  const packet = (id: string, body: string) => `[${id}]${String(body.length).padStart(6, "0")}${body}`;
  const columnsOf = (planes: string, rows: readonly string[]) => {
    const columns = new StreamColumns(SPAN);
    const parser = new StreamParser();
    const head = packet("00", '<stream version="2.2"/>') + packet("01", `<packet>${planes}</packet>`);
    columns.take(parser.push(Buffer.from(head + rows.join(""))));
    columns.take(parser.end());
    return columns;
  };
  const X = '<x type="ascii12" units="us2000"/>';
  const record = (...values: number[]) => `:01:${values.map((value) => String(value).padStart(12)).join("")}`;

  it("are a panel of colours for each z, whose y is a coordinate and no line", () => {
    const columns = columnsOf(
      `${X}<y name="e" type="ascii12" units="keV"/><z name="a" type="ascii12" units="nT"/><z name="b" type="ascii12" units=""/>`,
      [record(1e6, 5, 7, 8), record(2e6, 6, -1e31, 9), record(3e6, -1e31, 1, 1)],
    );
    expect(columns.lines).toEqual([]);
    const piece = { span: SPAN, widthUs: 1, columns, isWhole: true, isSampled: false };
    const panels = panelsOf([piece]);
    expect(
      panels.map((panel) => [panel.kind, panel.kind === "lines" ? "" : panel.y.label + panel.z.label]),
    ).toEqual([
      ["points", "e (keV)a (nT)"],
      ["points", "e (keV)b"],
    ]);
    // What is fill in y or z is no point.
    expect(
      columns.points.map(({ x, ys, values }) => [[...x.values], [...ys.values], [...values.values]]),
    ).toEqual([
      [[1e6], [5], [7]],
      [
        [1e6, 2e6],
        [5, 6],
        [8, 9],
      ],
    ]);
  });

  it("without a z are lines as before", () => {
    const columns = columnsOf(`${X}<y name="a" type="ascii12" units=""/>`, [record(1e6, 5)]);
    expect([columns.lines.length, columns.points.length]).toEqual([1, 0]);
  });

  it("are a grid where the same rows come at most times, and scattered elsewhere", () => {
    expect([...(tableOf(GRID).rows ?? [])]).toEqual([10, 20, 30]);
    expect(tableOf(GRID.filter((_, n) => n % 4 !== 3)).rows).toBeDefined();
    expect(tableOf(GRID.map(([x, y, z], n) => [x + n * 1000, y, z])).rows).toBeUndefined();
    const scattered = Array.from({ length: 900 }, (_, n): [number, number, number] => [
      n * 1e5,
      Math.sin(n) * 50,
      n,
    ]);
    expect(tableOf(scattered).rows).toBeUndefined();
  });

  it("come in any order, and very many of them are thinned evenly, each of them a record", () => {
    const table = new PointTable("t", quantity, quantity);
    const yOf = (x: number) => 50 + 50 * Math.sin(x);
    for (let part = 0; part < 100; part++) {
      // The parts of the range come backwards.
      const xs = Float64Array.from({ length: 10_000 }, (_, n) => (99 - part) * 1e6 + n * 100);
      table.add(xs, xs.map(yOf), xs);
    }
    expect(table.count).toBe(1_000_000);
    const { from, to } = table.places(SPAN);
    expect([from, to]).toEqual([0, table.x.length]);
    expect(table.x.length).toBeLessThanOrEqual(150_000);
    const xs = table.x.values;
    const perTenth = new Array<number>(10).fill(0);
    for (let i = 0; i < xs.length; i++) {
      if (i > 0 && !(xs[i]! >= xs[i - 1]!)) throw new Error(`${xs[i]} does not ascend`);
      if (table.ys.values[i] !== yOf(xs[i]!) || table.values.values[i] !== xs[i])
        throw new Error(`${xs[i]} is no record`);
      perTenth[Math.floor(xs[i]! / 10e6)]!++;
    }
    expect(Math.max(...perTenth) / Math.min(...perTenth)).toBeLessThan(6);
  });
});

describe("the picture of points", () => {
  const word = ([r, g, b]: readonly number[]) => ((255 << 24) | (b! << 16) | (g! << 8) | r!) >>> 0;
  const colours = mapColours("even");
  const look = { width: 100, height: 100, span: SPAN, y: AXIS, map: "even", radius: 2 } as const;

  it("has a round mark at each, in the colour of its value, and nothing elsewhere", () => {
    const table = tableOf([
      [20e6, 25, 0],
      [60e6, 75, 10],
    ]);
    const pixels = pointPixels([runOf(table)], { ...look, z: { low: 0, high: 10, scale: "linear" } });
    const at = (x: number, y: number) => pixels[y * 100 + x];
    expect(at(20, 75)).toBe(word(colours[0]!));
    expect(at(60, 25)).toBe(word(colours.at(-1)!));
    expect(at(22, 75)).toBe(word(colours[0]!));
    expect([at(22, 77), at(23, 75), at(40, 50)]).toEqual([0, 0, 0]);
    // A disc of a radius of 2: rows of 1, 3, 5, 3 and 1 pixels.
    expect(pixels.filter((pixel) => pixel !== 0).length).toBe(2 * 13);
  });

  it("has cells of a grid beside each other, each as wide as records are apart", () => {
    const table = tableOf(GRID);
    const z = { low: 0, high: 60, scale: "linear" } as const;
    const pixels = pointPixels([runOf(table)], { ...look, z, span: { begin: 0, end: 20e6 } });
    // Rows reach from 5 to 35 of 100, cells over all columns but the half of one at the end.
    const painted = pixels.filter((pixel) => pixel !== 0).length;
    expect(painted).toBeGreaterThan(30 * 95);
    expect(painted).toBeLessThanOrEqual(30 * 100);
    const value = 20 + 10;
    expect(pixels[80 * 100 + 50]).toBe(word(colours[Math.floor((value / 60) * colours.length)]!));
  });
});

describe("the point at the cursor", () => {
  it("is the nearest as it is seen, and none where none is near", () => {
    const run = runOf(
      tableOf([
        [20e6, 25, 1],
        [21e6, 75, 2],
      ]),
    );
    const near = (x: number, y?: number) => nearestPoint([run], x, y, { reach: 2e6, axis: AXIS })?.value;
    // Keys have no y.
    expect([near(20.4e6), near(20.6e6), near(30e6)]).toEqual([1, 2, undefined]);
    expect([near(20.4e6, 27), near(20.4e6, 73), near(20e6, 50), near(30e6, 25)]).toEqual([
      1,
      2,
      undefined,
      undefined,
    ]);
  });

  it("of a grid is that of the cell", () => {
    const run = runOf(tableOf(GRID));
    const near = (x: number, y: number) => nearestPoint([run], x, y, { reach: 1, axis: AXIS });
    expect(near(5.4e6, 24)).toEqual({ x: 5e6, y: 20, value: 25 });
    expect(near(5.6e6, 26)).toEqual({ x: 6e6, y: 30, value: 36 });
    expect(near(50e6, 20)).toBeUndefined();
  });
});
