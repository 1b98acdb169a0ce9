import { colourScale } from "../../plot/colour-scale.js";
import type { MapName } from "../../plot/page-state.js";
import { type Span, spanLength } from "../../plot/span.js";
import type { AxisRange, ScaleType } from "../../plot/ticks.js";
import { colourWords } from "./colour-words.js";
import { rowTags } from "./scan-rows.js";
import type { ScanTable } from "./scan-table.js";

/** Columns of a picture: no screen has more. */
const MOST_COLUMNS = 4096;

/** How values become colours and tags become rows. */
export interface ScanLook {
  readonly y: AxisRange;
  readonly z: AxisRange;
  readonly map: MapName;
  /** Rows of the picture: pixels of the panel. */
  readonly rows: number;
}

/**
 * A table of scans as a picture of one column for each bin of the screen: means of the records in a column; between records that are no
 * gap apart the nearer; transparent where there is a gap or no value. It grows with the table: only new columns are painted.
 */
export class ScanPicture {
  readonly span: Span;
  readonly columns: number;
  readonly #table: ScanTable;
  #look: ScanLook | undefined;
  #records = 0;
  /** How far each of them reaches to both sides, microseconds. */
  #reach = 0;
  #image: ImageData | undefined;
  readonly canvas: HTMLCanvasElement = document.createElement("canvas");

  /** @param widthUs of a column */
  constructor(table: ScanTable, span: Span, widthUs: number) {
    this.#table = table;
    this.span = span;
    this.columns = Math.min(MOST_COLUMNS, Math.max(1, Math.round(spanLength(span) / widthUs)));
  }

  /** Paints what is new, or everything in a new look. */
  paint(look: ScanLook): void {
    const kept = this.#table.x.length;
    const reach = this.#table.width / 2;
    // How far a record reaches may be known better by now: then everything is painted anew.
    const isSame =
      this.#image !== undefined &&
      isSameLook(this.#look, look) &&
      kept >= this.#records &&
      reach === this.#reach;
    if (isSame && kept === this.#records) return;
    const firstNew = isSame ? Math.max(0, this.#records - 1) : 0;
    if (!isSame) {
      this.canvas.width = this.columns;
      this.canvas.height = look.rows;
      this.#image = new ImageData(this.columns, look.rows);
    }
    this.#look = look;
    this.#records = kept;
    this.#reach = reach;
    const image = this.#image!; // made above
    const xs = this.#table.x.values;
    const from = isSame ? Math.max(0, this.#column(xs[firstNew]! - 2 * reach)) : 0;
    const to = Math.min(this.columns, this.#column((xs[kept - 1] ?? this.span.begin) + reach) + 1);
    paintColumns(this.#table, image, look, { from, to, begin: this.span.begin, width: this.#width });
    const context = this.canvas.getContext("2d");
    context?.putImageData(image, 0, 0, from, 0, Math.max(1, to - from), look.rows);
  }

  get #width(): number {
    return spanLength(this.span) / this.columns;
  }

  #column(x: number): number {
    return Math.floor((x - this.span.begin) / this.#width);
  }
}

function isSameLook(a: ScanLook | undefined, b: ScanLook): boolean {
  if (a === undefined || a.map !== b.map || a.rows !== b.rows) return false;
  const isSameAxis = (one: AxisRange, other: AxisRange) =>
    one.low === other.low && one.high === other.high && one.scale === (other.scale satisfies ScaleType);
  return isSameAxis(a.y, b.y) && isSameAxis(a.z, b.z);
}

interface ColumnRange {
  readonly from: number;
  readonly to: number;
  readonly begin: number;
  readonly width: number;
}

/** Paints columns `from` to `to` (excluded) of a picture. */
function paintColumns(table: ScanTable, image: ImageData, look: ScanLook, range: ColumnRange): void {
  const pixels = new Uint32Array(image.data.buffer);
  const colours = colourWords(look.map);
  const { order, from: rowFrom, to: rowTo } = rowTags(table.tags, look.y, look.rows);
  const means = new Float64Array(table.tags.length);
  const tagColours = new Uint32Array(order.length);
  const place = colourScale(look.z, look.map, colours.length);
  const xs = table.x.values;
  const reach = table.width / 2;
  let first = 0;
  for (let column = range.from; column < range.to; column++) {
    const begin = range.begin + column * range.width;
    const end = begin + range.width;
    while (first < xs.length && xs[first]! < begin) first++;
    let last = first;
    while (last < xs.length && xs[last]! < end) last++;
    let hasData = last > first;
    if (hasData) meanOfRecords(table, first, last, means);
    else {
      const centre = (begin + end) / 2;
      const near = nearest(xs, first, centre);
      hasData = near >= 0 && Math.abs(xs[near]! - centre) <= Math.max(reach, range.width / 2);
      if (hasData) meanOfRecords(table, near, near + 1, means);
    }
    if (!hasData) {
      for (let row = 0, at = column; row < look.rows; row++, at += image.width) pixels[at] = 0;
      continue;
    }
    // A tag is mostly shown by several rows: its colour is found once.
    for (let n = 0; n < order.length; n++) {
      const colour = place(means[order[n]!]!);
      tagColours[n] = colour < 0 ? 0 : colours[colour]!;
    }
    for (let row = 0, at = column; row < look.rows; row++, at += image.width) {
      const first = rowFrom[row]!;
      const end = rowTo[row]!;
      if (end - first === 1) pixels[at] = tagColours[first]!;
      else {
        const colour = place(rowMean(means, order, first, end));
        pixels[at] = colour < 0 ? 0 : colours[colour]!;
      }
    }
  }
}

/** The nearer of the records before and at a place; -1 for none. */
function nearest(xs: Float64Array, place: number, x: number): number {
  const before = place - 1;
  if (place >= xs.length) return before;
  if (before < 0) return place;
  return x - xs[before]! <= xs[place]! - x ? before : place;
}

function meanOfRecords(table: ScanTable, from: number, to: number, means: Float64Array): void {
  const width = table.tags.length;
  const { values } = table;
  for (let n = 0; n < width; n++) {
    let sum = 0;
    let count = 0;
    for (let i = from; i < to; i++) {
      const value = values[i * width + n]!;
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
    means[n] = count === 0 ? Number.NaN : sum / count;
  }
}

function rowMean(means: Float64Array, order: Int32Array, from: number, to: number): number {
  let sum = 0;
  let count = 0;
  for (let n = from; n < to; n++) {
    const value = means[order[n]!]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? Number.NaN : sum / count;
}
