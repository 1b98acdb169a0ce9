import type { BatchBuilder } from "../../stream/batch-builder.js";
import { writeValue } from "../../stream/columns.js";
import type { Plane } from "../../stream/model.js";
import {
  addSamples,
  addSquares,
  addWeighted,
  boundSamples,
  type PacketValues,
  poolDeviations,
  scatterSamples,
} from "./kernels/plain-loops.js";
import type { GroupSpec, SlotSums } from "./kernels/slot-groups.js";
import type { Column, OutputValue, Statistic } from "./plane-plan.js";

const NONE = new Float64Array(0);

/** Values that a column writes for one record. */
export function slotsOf(column: Column): number {
  return column.geometry.kind === "table" ? column.plane.items : 1;
}

/** Running numbers at the begin of a bin, for plain loops. */
export function plainSums(slots: number, { bounds, deviation, reduction }: Column): SlotSums {
  const numbers = () => new Float64Array(slots);
  return {
    sum: numbers(),
    count: numbers(),
    low: bounds ? numbers() : undefined,
    high: bounds ? numbers() : undefined,
    scatter:
      deviation || reduction === "pooled"
        ? { seen: numbers(), mean: numbers(), squares: numbers() }
        : undefined,
  };
}

/** Begins a new bin. */
export function clearSums({ sum, count, low, high, scatter }: SlotSums): void {
  sum.fill(0);
  count.fill(0);
  low?.fill(Number.POSITIVE_INFINITY);
  high?.fill(Number.NEGATIVE_INFINITY);
  scatter?.seen.fill(0);
  scatter?.mean.fill(0);
  scatter?.squares.fill(0);
}

/** Takes over running numbers of the same column. */
export function copySums(from: SlotSums, to: SlotSums): void {
  to.sum.set(from.sum);
  to.count.set(from.count);
  if (from.low !== undefined) to.low?.set(from.low);
  if (from.high !== undefined) to.high?.set(from.high);
  if (from.scatter === undefined) return;
  to.scatter?.seen.set(from.scatter.seen);
  to.scatter?.mean.set(from.scatter.mean);
  to.scatter?.squares.set(from.scatter.squares);
}

/** Positions of the columns whose samples some columns need: their own, numbers of samples and means behind them. */
export function columnsRead(columns: readonly Column[], of: ReadonlySet<Column>): ReadonlySet<number> {
  const read = new Set<number>();
  for (const [index, column] of columns.entries())
    if (of.has(column))
      for (const position of [index, column.weights, column.centres])
        if (position !== undefined) read.add(position);
  return read;
}

/** A group while it is being put together. */
interface GrowingGroup extends GroupSpec {
  readonly planes: { readonly slots: number; readonly fill: Column["fill"] }[];
}

/**
 * Neighbouring columns that the kernels can take together; `member[i]`: the place of column i among all their planes.
 * @param takesCounts whether averages with their numbers of samples are taken as well, each by itself
 */
export function groupColumns(
  columns: readonly Column[],
  isWritten: ReadonlySet<number>,
  takesCounts = false,
): { specs: GroupSpec[]; member: (number | undefined)[] } {
  const specs: GrowingGroup[] = [];
  let members = 0;
  let previous: GrowingGroup | undefined;
  const member = columns.map((column, index) => {
    const { plane, geometry, reduction, weights, fill, bounds, deviation } = column;
    const { type } = plane;
    const counts = takesCounts ? countsBehind(column, columns) : undefined;
    const isSummed =
      geometry.kind === "table" &&
      reduction !== "quadrature" &&
      (weights === undefined || counts !== undefined);
    if (type.kind !== "real" || !isSummed || !isWritten.has(index)) {
      previous = undefined;
      return undefined;
    }
    if (
      counts !== undefined ||
      previous?.counts !== undefined ||
      previous?.type !== type ||
      previous.bounds !== bounds ||
      previous.deviation !== deviation
    ) {
      previous = { type, offset: plane.offset, planes: [], bounds, deviation, counts };
      specs.push(previous);
    }
    previous.planes.push({ slots: plane.items, fill });
    return members++;
  });
  return { specs, member };
}

/** The numbers of samples behind averages of which only sums are made, as the kernels take them. */
function countsBehind(
  { reduction, weights, bounds, deviation }: Column,
  columns: readonly Column[],
): GroupSpec["counts"] {
  const counts = weights === undefined ? undefined : columns[weights];
  if (counts === undefined || reduction !== "mean" || bounds || deviation) return undefined;
  const { type, offset } = counts.plane;
  // A fill below 0 is no number of samples anyway.
  return type.kind === "real" && type.width === 8 && counts.fill.hi < 0 ? { type, offset } : undefined;
}

/**
 * Takes samples of one column into its running numbers.
 * @param loaded the samples of all columns that are known as numbers, by column
 */
export function takeRun(
  columns: readonly Column[],
  column: Column,
  sums: SlotSums,
  run: PacketValues,
  loaded: readonly (Float64Array | undefined)[],
): void {
  const { fill } = column;
  const { sum, count, low, high, scatter } = sums;
  const counted = column.weights === undefined ? undefined : columns[column.weights];
  const weights =
    counted === undefined ? undefined : { values: loaded[column.weights!] ?? NONE, fill: counted.fill }; // found together
  const centres = column.centres === undefined ? undefined : loaded[column.centres];
  if (centres !== undefined && weights !== undefined && scatter !== undefined) {
    poolDeviations(run, fill, centres, weights, scatter);
    return;
  }
  if (column.reduction === "quadrature") addSquares(run, fill, sum, count);
  else if (weights !== undefined) addWeighted(run, fill, weights, sum, count);
  else addSamples(run, fill, sum, count);
  if (low !== undefined && high !== undefined) boundSamples(run, fill, low, high);
  if (scatter !== undefined) scatterSamples(run, fill, scatter);
}

/** The values of one plane of the output, from the running numbers of its column. */
export function fillResults(
  results: Float64Array,
  column: Column,
  sums: SlotSums,
  output: OutputValue,
): void {
  const { sum, count, low, high } = sums;
  const { fill } = output;
  switch (resultKind(column, output.statistic)) {
    case "mean":
      for (let i = 0; i < count.length; i++) results[i] = count[i]! > 0 ? sum[i]! / count[i]! : fill;
      return;
    case "quadrature":
      for (let i = 0; i < count.length; i++)
        results[i] = count[i]! > 0 ? Math.sqrt(sum[i]! / count[i]!) : fill;
      return;
    case "least":
      for (let i = 0; i < count.length; i++) results[i] = count[i]! > 0 ? low![i]! : fill;
      return;
    case "greatest":
      for (let i = 0; i < count.length; i++) results[i] = count[i]! > 0 ? high![i]! : fill;
      return;
    case "total":
      results.set(sum);
      return;
    case "count":
      results.set(count);
      return;
    case "pooled":
    case "deviation": {
      const { seen, squares } = sums.scatter!; // the plan asks for it of columns that have it
      for (let i = 0; i < seen.length; i++) {
        const k = seen[i]!;
        results[i] = k > 1 ? Math.sqrt(squares[i]! / (k - 1)) : k === 1 ? 0 : fill;
      }
    }
  }
}

/** How a result comes about. */
export function resultKind(
  column: Column,
  statistic: Statistic,
): Column["reduction"] | Exclude<Statistic, "own"> {
  return statistic === "own" ? column.reduction : statistic;
}

/** Writes the first values of `results` into a plane of the packet at `at` of `out`. */
export function writePlane(out: BatchBuilder, at: number, plane: Plane, results: Float64Array): void {
  const { type, units, items } = plane;
  const { view, bytes } = out;
  const { width } = type;
  let to = at + plane.offset;
  if (type.kind !== "real")
    for (let i = 0; i < items; i++, to += width) writeValue(bytes, view, to, type, results[i]!, units);
  else if (width === 4)
    for (let i = 0; i < items; i++, to += 4) view.setFloat32(to, results[i]!, type.littleEndian);
  else for (let i = 0; i < items; i++, to += 8) view.setFloat64(to, results[i]!, type.littleEndian);
}
