import { withCycleBreaks } from "./cycle-breaks.js";
import type { LineTable } from "./line-table.js";
import type { Part } from "./pieces.js";
import type { Quantity } from "./quantity.js";

/** A value; `null` where there is a gap, `undefined` where the record says nothing of this quantity. */
export type Cell = number | null | undefined;

/** One quantity over the x of a panel. */
export interface LineValues {
  readonly quantity: Quantity;
  readonly y: readonly Cell[];
  /** Least and greatest of each bin, where the stream tells them. */
  readonly low?: readonly Cell[];
  readonly high?: readonly Cell[];
}

/** What a panel of lines shows: for each x of `x`, ascending, us2000, a cell of each quantity. */
export interface LineData {
  readonly x: readonly number[];
  readonly lines: readonly LineValues[];
}

type Track = "y" | "low" | "high";

/** The records of one kind of packet from all parts, with a row without values in each gap. */
interface Rows {
  readonly x: number[];
  readonly cells: Map<string, Cell[]>;
  gap: number;
}

/**
 * Joins the records of the parts to what is drawn. Where two records are further apart than a gap, a row without values lies between them,
 * so that no line crosses it; fill is the same, and so is where a quantity begins again.
 */
export function lineData(parts: readonly Part[], quantities: readonly Quantity[]): LineData {
  const wanted = new Set(quantities.map(({ key }) => key));
  const kinds = new Map<string, Rows>();
  for (const { piece, span } of parts)
    for (const table of piece.columns.lines) {
      if (!table.columns.some(({ quantity }) => wanted.has(quantity.key))) continue;
      const rows = kinds.get(table.key) ?? { x: [], cells: new Map<string, Cell[]>(), gap: 0 };
      kinds.set(table.key, rows);
      append(rows, table, table.places(span), wanted);
    }
  const all = [...kinds.values()];
  const joined = all.length === 1 ? all[0]! : join(all);
  return withCycleBreaks({
    x: joined.x,
    lines: quantities.flatMap((quantity) => {
      const cells = (track: Track) => joined.cells.get(cellKey(track, quantity.key));
      const [low, high] = [cells("low"), cells("high")];
      const y = cells("y") ?? high ?? low;
      if (y === undefined) return [];
      return [
        {
          quantity,
          y,
          // Of peaks alone the band reaches from the average to them.
          ...(low === undefined && high === undefined ? {} : { low: low ?? y, high: high ?? y }),
        },
      ];
    }),
  });
}

function cellKey(track: Track, key: string): string {
  return `${track}\n${key}`;
}

function append(
  rows: Rows,
  table: LineTable,
  { from, to }: { readonly from: number; readonly to: number },
  wanted: ReadonlySet<string>,
): void {
  if (from >= to) return;
  const xs = table.x.values;
  const { gap } = table;
  // Between pieces of different bins the wider bins say what is a gap.
  let limit = Math.max(gap, rows.gap);
  rows.gap = gap;
  const columns = table.columns.flatMap(({ quantity, role }, n) => {
    if (!wanted.has(quantity.key)) return [];
    const key = cellKey(role === "value" ? "y" : role, quantity.key);
    let cells = rows.cells.get(key);
    if (cells === undefined) {
      cells = new Array<Cell>(rows.x.length).fill(undefined);
      rows.cells.set(key, cells);
    }
    return [{ cells, values: table.values[n]!.values }];
  });
  for (let i = from; i < to; i++) {
    const x = xs[i]!;
    const before = rows.x.at(-1);
    if (before !== undefined && x - before > limit) {
      rows.x.push(before + (x - before) / 2);
      for (const { cells } of columns) cells.push(null);
    }
    limit = gap;
    // No two rows have the same x: the picture could not show both.
    if (x === before) continue;
    rows.x.push(x);
    for (const { cells, values } of columns) {
      const value = values[i]!;
      cells.push(Number.isNaN(value) ? null : value);
    }
  }
}

/** Rows of different packets in one order of x. */
function join(all: readonly Rows[]): { readonly x: number[]; readonly cells: ReadonlyMap<string, Cell[]> } {
  const x = [...new Set(all.flatMap((rows) => rows.x))].sort((a, b) => a - b);
  const cells = new Map<string, Cell[]>();
  for (const rows of all) {
    const places = new Map(rows.x.map((one, i) => [one, i]));
    for (const [key, values] of rows.cells) {
      const into = cells.get(key) ?? new Array<Cell>(x.length).fill(undefined);
      cells.set(key, into);
      for (const [i, one] of x.entries()) {
        const place = places.get(one);
        const value = place === undefined ? undefined : values[place];
        if (value !== undefined) into[i] = value;
      }
    }
  }
  return { x, cells };
}

/** The least and greatest value of lines and bands, above 0 where `positive`; `undefined` where there is none. */
export function valueRange(
  { lines }: LineData,
  positive: boolean,
): { readonly low: number; readonly high: number } | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { y, low: lows, high: highs } of lines)
    for (const cells of [y, lows, highs]) {
      if (cells === undefined) continue;
      for (const value of cells) {
        if (typeof value !== "number" || (positive && value <= 0)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
  return low <= high ? { low, high } : undefined;
}
