import { describe, expect, it } from "vitest";
import { nearestPlace, readLines, readScans } from "../../browser/plot/cursor-values.js";
import { dataUrl } from "../../browser/plot/data-links.js";
import { labelText } from "../../browser/plot/label-text.js";
import { cellText, typedText, valueText } from "../../browser/plot/number-text.js";
import { rowTags } from "../../browser/plot/scan-rows.js";
import { ScanTable } from "../../browser/plot/scan-table.js";
import { findSources, listedSources } from "../../browser/plot/source-list.js";
import { StreamColumns } from "../../browser/plot/stream-columns.js";
import { keyWish } from "../../browser/plot/wishes.js";
import { parseTime, timeToUs2000 } from "../../stream/time.js";

const quantity = { key: "a", name: "a", units: "nT", label: "a" };
const span = { begin: timeToUs2000(parseTime("2021-06-30")), end: timeToUs2000(parseTime("2021-07-01")) };

describe("values at the cursor", () => {
  it("are those of the nearest record, and none where it is far", () => {
    const data = {
      x: [0, 10, 20],
      lines: [{ quantity, y: [1, null, 3], low: [0, null, 2], high: [2, null, 4] }],
    };
    expect(readLines(data, 4, 6)[0]).toMatchObject({ value: 1, low: 0, high: 2 });
    expect(readLines(data, 11, 6)[0]).not.toHaveProperty("value");
    expect(readLines(data, 40, 6)[0]).not.toHaveProperty("value");
    expect([-5, 4, 5, 6, 99].map((x) => nearestPlace([0, 10, 20], x))).toEqual([0, 0, 0, 1, 2]);
    expect(nearestPlace([], 1)).toBe(-1);
  });

  it("of a spectrogram are those of the nearest tag, whatever the order of tags, and none in a gap", () => {
    const columns = new StreamColumns({ begin: 0, end: 100e6 });
    const table = new ScanTable("t", quantity, quantity, Float64Array.of(300, 100, 200));
    table.add(
      Float64Array.of(0, 1e6, 2e6, 50e6),
      Float64Array.of(3, 1, 2, 6, 4, 5, 9, 7, Number.NaN, 0, 0, 0),
    );
    Object.defineProperty(columns, "scans", { value: [table] });
    const piece = { span: columns.span, widthUs: 1e6, columns, isWhole: true, isSampled: false };
    const read = (x: number, y: number) => readScans([{ piece, span: columns.span }], [table], x, y);
    expect(read(1.2e6, 110)).toEqual({ x: 1e6, tag: 100, value: 4 });
    expect(read(1.2e6, 1e9)).toEqual({ x: 1e6, tag: 300, value: 6 });
    expect(read(2e6, 200)).toBeUndefined();
    expect(read(20e6, 100)).toBeUndefined();
  });
});

describe("rows of a spectrogram", () => {
  it("show the tag whose band they lie in, on both scales", () => {
    const tags = Float64Array.of(1, 10, 100);
    const log = rowTags(tags, { low: 10 ** -0.5, high: 10 ** 2.5, scale: "log" }, 6);
    expect([...log.from].map((n) => tags[log.order[n]!])).toEqual([100, 100, 10, 10, 1, 1]);
    const linear = rowTags(Float64Array.of(30, 10, 20), { low: 5, high: 35, scale: "linear" }, 3);
    expect([...linear.from].map((n) => [30, 10, 20][linear.order[n]!])).toEqual([30, 20, 10]);
  });

  it("show all tags that lie in them, each once, where there are more tags than rows", () => {
    const tags = Float64Array.from({ length: 1000 }, (_, n) => n);
    const { from, to } = rowTags(tags, { low: -0.5, high: 999.5, scale: "linear" }, 7);
    const shown = [...from].flatMap((first, row) =>
      Array.from({ length: to[row]! - first }, (_, i) => first + i),
    );
    expect(shown.sort((a, b) => a - b)).toEqual([...tags.keys()]);
  });
});

describe("words and numbers of the page", () => {
  it("tell labels, values and units as people write them", () => {
    expect(labelText("V!u2!n m!u-2!n Hz!u-1!n")).toBe("V² m⁻² Hz⁻¹");
    expect(labelText("B!d0!n !!")).toBe("B₀ !");
    expect([0, 12.5, -0.001234567, 1.5e-11, 1234567].map((value) => valueText(value))).toEqual([
      "0",
      "12.5",
      "\u22120.00123457",
      "1.5×10⁻¹¹",
      "1.23457×10⁶",
    ]);
    expect(cellText(-Math.fround(1e-9))).toBe("\u22129.99999972×10⁻¹⁰");
    expect(typedText(Math.fround(-0.1))).toBe("-0.100000001");
  });

  it("find sources by all words, in ids first", () => {
    const sources = listedSources("A/|A folder\r\nA/Solar|X-ray flux\r\nB/Wind|Solar wind | speed\r\nC\r\n");
    expect(sources.map(({ id }) => id)).toEqual(["A/Solar", "B/Wind", "C"]);
    expect(findSources(sources, "SOLAR").map(({ id }) => id)).toEqual(["A/Solar", "B/Wind"]);
    expect(findSources(sources, "solar speed").map(({ id }) => id)).toEqual(["B/Wind"]);
    expect(findSources(sources, "  ")).toEqual([]);
  });

  it("know what keys ask for, and leave those of the browser alone", () => {
    const key = (name: string, more = {}) =>
      keyWish({ key: name, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, ...more });
    expect(key("ArrowLeft")).toMatchObject({ kind: "move", part: -0.1 });
    expect(key("ArrowRight", { shiftKey: true })).toMatchObject({ kind: "move", part: 0.5 });
    expect(key("+")).toMatchObject({ kind: "zoom", factor: 0.5 });
    expect(key("Home")).toEqual({ kind: "home" });
    expect(key("+", { ctrlKey: true })).toBeUndefined();
    expect(key("Tab")).toBeUndefined();
  });

  it("ask for data in the words of das2, or by the path where a band or another form of stream is wanted", () => {
    const facts = {
      id: "A/B",
      about: "",
      access: "das2",
      needsInterval: false,
      asksForLogin: false,
      examples: [],
    } as const;
    const request = {
      mount: "/das/server",
      facts,
      chosen: { id: "A/B", hidden: [], params: "x=1" },
      span,
      widthS: 60,
    };
    expect(dataUrl(request)).toBe(
      "/das/server?server=dataset&dataset=A/B&start_time=2021-06-30&end_time=2021-07-01&resolution=60&params=x%3D1",
    );
    expect(dataUrl({ ...request, hasBand: true })).toBe(
      "/das/server/source/A/B/flex?read.time.min=2021-06-30&read.time.max=2021-07-01&bin.time.max=60&bin.stats=min,max&read.opts=x%3D1&format.type=das&format.version=2",
    );
    expect(dataUrl({ ...request, facts: { ...facts, access: "path" } })).not.toContain("bin.stats");
    const computed = { ...request, facts: { ...facts, needsInterval: true } };
    expect(dataUrl(computed)).toContain("interval=60");
    expect(dataUrl(computed)).not.toContain("resolution");
    expect(dataUrl({ ...request, mount: "", format: "csv" })).toMatch(/^\/\?server=dataset.*format=csv$/);
  });
});
