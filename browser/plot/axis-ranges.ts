import { bandsOf } from "../../plot/cell-grid.js";
import type { AxisChoice } from "../../plot/page-state.js";
import { type AxisRange, niceRange, type ScaleType } from "../../plot/ticks.js";
import { type LineData, valueRange } from "./line-data.js";
import type { LinePanel, ScanPanel } from "./panels.js";
import type { Part } from "./pieces.js";
import type { ScanTable } from "./scan-table.js";

/** Most values that are looked at for a range of colours. */
const SAMPLE = 40_000;
/** Parts of the values below and above which colours no longer change: single outliers would hide all others. */
const LOW_PART = 0.005;
const HIGH_PART = 0.995;
/** Where there is nothing to be shown. */
const NOTHING = { linear: { low: 0, high: 1 }, log: { low: 0.1, high: 10 } } as const;

/** A range that was chosen; `undefined` where none was, or where it cannot be on a logarithmic axis. */
function chosenRange({ low, high }: AxisChoice, scale: ScaleType): AxisRange | undefined {
  if (low === undefined || high === undefined || (scale === "log" && low <= 0)) return undefined;
  return { low, high, scale };
}

/** The axis of lines: what was chosen, else what holds all that is shown. */
export function lineAxis(panel: LinePanel, data: LineData, choice: AxisChoice = {}): AxisRange {
  const wanted = choice.scale ?? panel.scale ?? "linear";
  const values = valueRange(data, wanted === "log");
  const isEmptyLog = wanted === "log" && values === undefined && valueRange(data, false) !== undefined;
  const scale = isEmptyLog ? "linear" : wanted;
  const chosen = chosenRange(choice, scale);
  if (chosen !== undefined) return chosen;
  const shown = isEmptyLog ? valueRange(data, false) : values;
  return shown === undefined ? { ...NOTHING[scale], scale } : niceRange(shown.low, shown.high, scale);
}

/** The tables that a panel of scans shows. */
export function scanTables(panel: ScanPanel, parts: readonly Part[]): readonly ScanTable[] {
  const tables = parts.flatMap(({ piece }) => piece.columns.scans);
  return [...new Set(tables)].filter(({ quantity, y }) => `${quantity.key}\n${y.units}` === panel.key);
}

/** The axis of tags: what was chosen, else the bands of all of them. */
export function scanAxis(panel: ScanPanel, tables: readonly ScanTable[], choice: AxisChoice = {}): AxisRange {
  const scale = choice.scale ?? panel.y.scale ?? "linear";
  const chosen = chosenRange(choice, scale);
  if (chosen !== undefined) return chosen;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { tags } of tables) {
    const bands = bandsOf(tags, scale);
    for (const edge of bands.low) if (edge < low) low = edge;
    for (const edge of bands.high) if (edge > high) high = edge;
  }
  if (!(low < high)) return { ...NOTHING[scale], scale };
  return scale === "log" ? { low: 10 ** low, high: 10 ** high, scale } : { low, high, scale };
}

/** The range of colours: what was chosen, else what the stream suggests, else nearly all of what is shown. */
export function colourAxis(
  { z }: ScanPanel,
  tables: readonly ScanTable[],
  parts: readonly Part[],
  choice: AxisChoice = {},
): AxisRange {
  const given = choice.scale ?? z.scale;
  if (given !== undefined) {
    const known =
      chosenRange(choice, given) ??
      (choice.scale === undefined ? chosenRange(z.range ?? {}, given) : undefined);
    if (known !== undefined) return known;
  }
  const all = sampleOf(tables, parts).sort();
  const positive = all.filter((value) => value > 0);
  const scale = given ?? suitableScale(all, positive);
  const known = chosenRange(choice, scale) ?? chosenRange(z.range ?? {}, scale);
  if (known !== undefined) return known;
  const values = scale === "log" ? positive : all;
  if (values.length === 0) return { ...NOTHING[scale], scale };
  const low = values[Math.floor((values.length - 1) * LOW_PART)]!;
  const high = values[Math.ceil((values.length - 1) * HIGH_PART)]!;
  return low < high ? { low, high, scale } : niceRange(low, high, scale);
}

/** Values of one sign over several powers of ten are told apart only logarithmically. */
function suitableScale(all: Float64Array, positive: Float64Array): ScaleType {
  if (all.length === 0 || positive.length < 0.9 * all.length) return "linear";
  const low = positive[Math.floor(positive.length * 0.05)]!;
  const high = positive[Math.floor((positive.length - 1) * 0.95)]!;
  return high / low > 30 ? "log" : "linear";
}

function sampleOf(tables: readonly ScanTable[], parts: readonly Part[]): Float64Array {
  const wanted = new Set(tables);
  const ranges = parts.flatMap(({ piece, span }) =>
    piece.columns.scans.flatMap((table) => {
      if (!wanted.has(table)) return [];
      const { from, to } = table.places(span);
      return [{ table, from: from * table.tags.length, to: to * table.tags.length }];
    }),
  );
  const total = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  // A step without common factors with the usual numbers of tags, so that all tags come up.
  const step = Math.max(1, Math.floor(total / SAMPLE) | 1);
  const sample: number[] = [];
  for (const { table, from, to } of ranges)
    for (let i = from; i < to; i += step) {
      const value = table.values[i]!;
      if (!Number.isNaN(value)) sample.push(value);
    }
  return Float64Array.from(sample);
}
