import { describe, expect, it } from "vitest";
import { lineData, valueRange } from "../../browser/plot/line-data.js";
import { LineTable } from "../../browser/plot/line-table.js";
import { panelsOf } from "../../browser/plot/panels.js";
import { chooseParts, coveredSpan, missingSpans, type Piece, PieceStore } from "../../browser/plot/pieces.js";
import { ScanTable } from "../../browser/plot/scan-table.js";
import { StreamColumns } from "../../browser/plot/stream-columns.js";
import { StreamParser } from "../../stream/stream-parser.js";
import { parseTime, timeToUs2000 } from "../../stream/time.js";

const us = (text: string) => timeToUs2000(parseTime(text));
const HOUR = 3600e6;
const SPAN = { begin: us("2021-06-30T00:00"), end: us("2021-06-30T06:00") };

function packet(id: string, body: string): string {
  return `[${id}]${String(body.length).padStart(6, "0")}${body}`;
}

/** A stream of two lines with an envelope around the first, a bin an hour; the third bin is fill, the fifth is not there. */
const LINES = [
  packet(
    "00",
    '<stream version="2.2"><properties title="Field !e!n of %{site}" site="here" Datum:xTagWidth="3600 s" Datum:xCacheResolution="3600 s" xCacheResInfo="(1.0 hour Averages)"/></stream>',
  ),
  packet(
    "01",
    '<packet><x name="time" type="time24" units="UTC"/>' +
      '<y name="b" type="ascii10" units="nT"><properties yLabel="Field (nT)" double:yFill="-99" source="b" operation="BIN_AVG"/></y>' +
      '<y name="b.min" type="ascii10" units="nT"><properties double:yFill="-99" source="b" operation="BIN_MIN"/></y>' +
      '<y name="b.max" type="ascii10" units="nT"><properties double:yFill="-99" source="b" operation="BIN_MAX"/></y>' +
      '<y name="n" type="ascii10" units="cm**-3"><properties yScaleType="log"/></y></packet>',
  ),
  ":01:2021-06-30T00:30:00.000      1.00     -1.00      3.00      10.0\n",
  ":01:2021-06-30T01:30:00.000      2.00      0.00      4.00     100.0\n",
  ":01:2021-06-30T02:30:00.000    -99.00    -99.00    -99.00    1000.0\n",
  ":01:2021-06-30T03:30:00.000      4.00      2.00      6.00      10.0\n",
  ":01:2021-06-30T05:30:00.000      5.00      3.00      7.00      10.0\n",
].join("");

function columnsOf(text: string, span = SPAN, pieceBytes = 1 << 20): StreamColumns {
  const columns = new StreamColumns(span);
  const parser = new StreamParser();
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length; at += pieceBytes)
    columns.take(parser.push(bytes.subarray(at, at + pieceBytes)));
  columns.take(parser.end());
  return columns;
}

function piece(columns: StreamColumns, more: Partial<Piece> = {}): Piece {
  return { span: columns.span, widthUs: HOUR, columns, isWhole: true, isSampled: false, ...more };
}

describe("the columns of a stream", () => {
  it.each([1, 7, 1000])("are the same whatever pieces of %i bytes its bytes come in", (bytes) => {
    const columns = columnsOf(LINES, SPAN, bytes);
    const [table] = columns.lines;
    expect(columns.records).toBe(5);
    expect(columns.title).toBe("Field !e!n of here");
    expect(columns.about).toBe("(1.0 hour Averages)");
    expect(columns.binUs).toBe(HOUR);
    expect(columns.latest).toBe(us("2021-06-30T05:30"));
    expect(table?.columns.map(({ role, quantity }) => `${quantity.name} ${role}`)).toEqual([
      "b value",
      "b low",
      "b high",
      "n value",
    ]);
    expect([...(table?.values[0]?.values ?? [])]).toEqual([1, 2, Number.NaN, 4, 5]);
    expect([...(table?.values[2]?.values ?? [])]).toEqual([3, 4, Number.NaN, 6, 7]);
    expect(table?.gap).toBeGreaterThan(HOUR);
    expect(table?.gap).toBeLessThan(2 * HOUR);
  });

  it("become lines with a band, a row without values in a gap, and none where there is fill", () => {
    const columns = columnsOf(LINES);
    const parts = chooseParts([piece(columns)], SPAN, HOUR);
    const panels = panelsOf([piece(columns)]);
    expect(panels.map((panel) => (panel.kind === "lines" ? [panel.label, panel.scale] : []))).toEqual([
      ["Field (nT)", undefined],
      ["n (cm!u-3!n)", "log"],
    ]);
    const [first] = panels;
    const data = lineData(parts, first?.kind === "lines" ? first.quantities : []);
    expect(data.x).toEqual(
      ["00:30", "01:30", "02:30", "03:30", "04:30", "05:30"].map((clock) => us(`2021-06-30T${clock}`)),
    );
    expect(data.lines.map(({ y, low, high }) => [y, low, high])).toEqual([
      [
        [1, 2, null, 4, null, 5],
        [-1, 0, null, 2, null, 3],
        [3, 4, null, 6, null, 7],
      ],
    ]);
    expect(valueRange(data, false)).toEqual({ low: -1, high: 7 });
    expect(valueRange(data, true)).toEqual({ low: 1, high: 7 });
  });

  it("keep the exception that ends a stream", () => {
    const columns = columnsOf(
      `${LINES}${packet("xx", '<exception type="ServerError" message="the disk is full"/>')}`,
    );
    expect(columns.exception).toEqual({ type: "ServerError", message: "the disk is full" });
    expect(columns.records).toBe(5);
  });

  it("leave out an x that is no time", () => {
    const text =
      packet("00", '<stream version="2.2"/>') +
      packet("01", '<packet><x type="ascii8" units="Hz"/><y name="a" type="ascii8" units=""/></packet>') +
      ":01:      1       2\n";
    const columns = columnsOf(text);
    expect(columns.hasOtherX).toBe(true);
    expect(columns.lines).toEqual([]);
  });

  it("tell of a waveform as a line through all its samples", () => {
    const text =
      packet("00", '<stream version="2.2"><properties renderer="waveform"/></stream>') +
      packet(
        "01",
        '<packet><x type="time24" units="UTC"/><yscan name="wave" type="ascii8" nitems="3" yTags="0,250,500" yUnits="ms" zUnits="V"/></packet>',
      ) +
      ":01:2021-06-30T01:00:00.000       1       2       3\n";
    const [table] = columnsOf(text).lines;
    const start = us("2021-06-30T01:00");
    expect([...(table?.x.values ?? [])]).toEqual([start, start + 250e3, start + 500e3]);
    expect([...(table?.values[0]?.values ?? [])]).toEqual([1, 2, 3]);
  });
});

describe("very many records", () => {
  it("keep the least and greatest of each part, and every one that is kept is a record", () => {
    const range = { begin: 0, end: 1e6 };
    const quantity = { key: "a\n", name: "a", units: "", label: "a" };
    const table = new LineTable("a", [{ quantity, role: "value" }], range, 100);
    const value = (x: number) => Math.sin(x / 321) + (x === 123_457 ? 50 : 0) - (x === 777_777 ? 50 : 0);
    for (let at = 0; at < 1e6; at += 1000) {
      const xs = Float64Array.from({ length: 1000 }, (_, i) => at + i);
      table.add(xs, [xs.map(value)]);
    }
    expect(table.count).toBe(1e6);
    expect(table.x.length).toBeLessThan(210_000);
    const xs = table.x.values;
    const ys = table.values[0]!.values;
    for (let i = 0; i < xs.length; i++) {
      if (i > 0 && !(xs[i]! > xs[i - 1]!)) throw new Error(`${xs[i]} does not ascend`);
      if (ys[i] !== value(xs[i]!)) throw new Error(`${xs[i]} is no record`);
    }
    expect(xs.includes(123_457)).toBe(true);
    expect(xs.includes(777_777)).toBe(true);
  });

  it("of a spectrogram become means of neighbours, fill left out", () => {
    const quantity = { key: "z", name: "z", units: "", label: "z" };
    const tags = Float64Array.from({ length: 4096 }, (_, n) => n);
    const table = new ScanTable("z", quantity, quantity, tags);
    const count = 8000;
    for (let i = 0; i < count; i++) {
      // Channel 0 is the number of the record; channel 1 is fill in every second.
      const values = new Float64Array(tags.length).fill(7);
      values[0] = i;
      values[1] = i % 2 === 0 ? 3 : Number.NaN;
      table.add(Float64Array.of(i * 1e6), values);
    }
    expect(table.count).toBe(count);
    expect(table.x.length * tags.length).toBeLessThanOrEqual(16_000_000 + tags.length);
    // Twice halved: four records in each that is kept, none of them lost.
    const width = tags.length;
    const { values } = table;
    expect(table.x.length).toBe(count / 4);
    for (const n of [0, 1, 700, 1953, 1999]) {
      expect(table.x.values[n]).toBeCloseTo((4 * n + 1.5) * 1e6, 3);
      expect(values[n * width]).toBeCloseTo(4 * n + 1.5, 3);
      expect(values[n * width + 1]).toBe(3);
      expect(values[n * width + 2]).toBe(7);
    }
  });
});

describe("pieces of a source", () => {
  const empty = (span = SPAN) => new StreamColumns(span);
  const part = (from: number, to: number, widthUs: number, more: Partial<Piece> = {}): Piece => {
    const columns = empty({ begin: from, end: to });
    columns.binUs = widthUs;
    return piece(columns, { widthUs, ...more });
  };

  it("show the suitable where there is one, and the coarse one elsewhere", () => {
    const coarse = part(0, 100, 10);
    const fine = part(40, 60, 1);
    const shown = chooseParts([coarse, fine], { begin: 20, end: 80 }, 1);
    expect(shown.map(({ piece: of, span }) => [of.widthUs, span.begin, span.end])).toEqual([
      [10, 20, 40],
      [1, 40, 60],
      [10, 60, 80],
    ]);
    expect(missingSpans([coarse, fine], { begin: 20, end: 80 }, 1)).toEqual([
      { begin: 20, end: 40 },
      { begin: 60, end: 80 },
    ]);
  });

  it("ask again for what is much finer than the screen", () => {
    const fine = part(0, 100, 1);
    expect(missingSpans([fine], { begin: 0, end: 100 }, 8)).toEqual([]);
    expect(missingSpans([fine], { begin: 0, end: 100 }, 9)).toEqual([{ begin: 0, end: 100 }]);
  });

  it("cover what has come, while more of it comes", () => {
    const columns = empty({ begin: 0, end: 100 });
    columns.latest = 30;
    expect(coveredSpan(piece(columns, { isWhole: false }))).toEqual({ begin: 0, end: 30 });
    expect(coveredSpan(piece(empty({ begin: 0, end: 100 }), { isWhole: false }))).toBeUndefined();
    expect(coveredSpan(piece(columns, { isWhole: true }))).toEqual({ begin: 0, end: 100 });
  });

  it("of a source that nothing reduces suit every width, those of one that computes points do not", () => {
    const every = part(0, 100, 0, { widthUs: 5 });
    expect(missingSpans([every], { begin: 0, end: 100 }, 0.01)).toEqual([]);
    expect(missingSpans([{ ...every, isSampled: true }], { begin: 0, end: 100 }, 0.01)).toEqual([
      { begin: 0, end: 100 },
    ]);
  });

  it("that were not used for longest are forgotten first", () => {
    const store = new PieceStore();
    const pieces = Array.from({ length: 40 }, (_, n) => part(n, n + 1, 1));
    for (const one of pieces) store.add(one);
    store.use(new Set([pieces[0]!]));
    store.add(part(100, 101, 1));
    expect(store.all.length).toBe(40);
    expect(store.all.includes(pieces[0]!)).toBe(true);
    expect(store.all.includes(pieces[1]!)).toBe(false);
  });
});
