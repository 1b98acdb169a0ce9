import type { BatchBuilder } from "../../stream/batch-builder.js";
import { readPlane, writeValue } from "../../stream/columns.js";
import type { PacketBatch, Plane } from "../../stream/model.js";
import {
  addSamples,
  addSquares,
  addWeighted,
  boundSamples,
  type PacketValues,
  poolDeviations,
  scatterSamples,
} from "./kernels/plain-loops.js";
import { type GroupSpec, SlotGroups, type SlotSums } from "./kernels/slot-groups.js";
import type { Column, OutputValue, PlanePlan, Statistic } from "./plane-plan.js";

/** One column in the open bin: its running numbers, one a slot. */
interface ColumnState {
  readonly column: Column;
  readonly slots: number;
  readonly sums: SlotSums;
  /** Whether the compiled kernels keep `sums`. */
  readonly compiled: boolean;
  /** The samples of the loaded packets as numbers; empty where only kernels look at them. */
  readonly values: () => Float64Array;
}

/** Packets that are loaded at a time, bytes: they stay in the processor's cache while all planes are gone through. */
const SLICE_BYTES = 65_536;

/**
 * The statistics of the bin that is open for one packet type. Packets are loaded in slices, then taken in runs that
 * lie in one bin; `write` puts the results into a record. Source: reducers 1.4, 3.3.
 */
export class OpenBin {
  /** Most packets that `load` takes. */
  readonly slicePackets: number;
  readonly #plan: PlanePlan;
  readonly #groups: SlotGroups | undefined;
  readonly #columns: readonly ColumnState[];
  /** Those of the columns that plain loops go through. */
  readonly #plain: readonly ColumnState[];
  /** By column, where plain loops need the samples as numbers. */
  readonly #values: (Float64Array | undefined)[];
  readonly #scratch: Float64Array;

  /**
   * @param stride bytes of a packet of the input
   * @param compiled whether kernels are made for the planes that they can take; the results are the same
   */
  constructor(plan: PlanePlan, stride: number, compiled: boolean) {
    this.#plan = plan;
    this.slicePackets = Math.max(1, Math.floor(SLICE_BYTES / stride));
    const isWritten = new Set(plan.values.map(({ column }) => column));
    const { specs, member } = groupColumns(plan.columns, isWritten);
    this.#groups = compiled ? SlotGroups.create(specs, stride, this.slicePackets * stride) : undefined;
    this.#values = plan.columns.map(() => undefined);
    this.#columns = plan.columns.map((column, index) => {
      const slots = slotsOf(column);
      const sums = this.#groups?.sums[member[index] ?? -1];
      return {
        column,
        slots,
        sums: sums ?? plainSums(slots, column),
        compiled: sums !== undefined,
        values: () => this.#values[index] ?? new Float64Array(0),
      };
    });
    this.#plain = this.#columns.filter(({ compiled }, index) => !compiled && isWritten.has(index));
    for (const { column } of this.#plain)
      for (const index of [plan.columns.indexOf(column), column.weights, column.centres])
        if (index !== undefined) this.#values[index] ??= new Float64Array(0);
    this.#scratch = new Float64Array(Math.max(...this.#columns.map(({ slots }) => slots)));
    this.clear();
  }

  /** Takes over what another bin of the same plan holds. */
  adopt(other: OpenBin): void {
    for (const [i, { sums }] of this.#columns.entries()) {
      const given = other.#columns[i]!.sums; // the same columns
      sums.sum.set(given.sum);
      sums.count.set(given.count);
      if (given.low !== undefined) sums.low?.set(given.low);
      if (given.high !== undefined) sums.high?.set(given.high);
      if (given.scatter === undefined) continue;
      sums.scatter?.seen.set(given.scatter.seen);
      sums.scatter?.mean.set(given.scatter.mean);
      sums.scatter?.squares.set(given.scatter.squares);
    }
  }

  /** Gives the packets of which `take` and `takeRun` speak. Returns how many text fields are no number. */
  load(slice: PacketBatch): number {
    this.#groups?.load(slice.bytes);
    let bad = 0;
    for (let i = 0; i < this.#values.length; i++) {
      let values = this.#values[i];
      if (values === undefined) continue;
      const { plane } = this.#plan.columns[i]!;
      // Grown as needed, for a stream that redefines its packets all the time has few of each.
      const most = plane.items * slice.count;
      if (values.length < most) values = this.#values[i] = new Float64Array(most);
      bad += readPlane(slice, plane, values);
    }
    return bad;
  }

  /** Takes the loaded packets from `from` up to and without `to`, all planes of them, into the bin. */
  take(from: number, to: number): void {
    this.#groups?.take(from, to);
    for (const state of this.#plain) {
      const { items } = state.column.plane;
      // All items of a collapsed plane are samples of its one slot.
      const factor = state.slots === items ? 1 : items;
      takeRun(
        state,
        { values: state.values(), slots: state.slots, from: from * factor, to: to * factor },
        this,
      );
    }
  }

  /**
   * Takes samples of one column alone: `from` up to and without `to` counted in samples of a slot, from the first
   * of the loaded packets on. Only for a bin made without kernels.
   */
  takeRun(index: number, from: number, to: number): void {
    const state = this.#columns[index]!; // asked for by position in the plan
    takeRun(state, { values: state.values(), slots: state.slots, from, to }, this);
  }

  /** The numbers of samples behind the values of a column, and their fill. */
  weightsOf(column: Column): { readonly values: Float64Array; readonly fill: Column["fill"] } | undefined {
    if (column.weights === undefined) return undefined;
    const { values, column: counts } = this.#columns[column.weights]!; // found in the plan
    return { values: values(), fill: counts.fill };
  }

  /** The means that deviations of a column are about. */
  centresOf(column: Column): Float64Array | undefined {
    return column.centres === undefined ? undefined : this.#columns[column.centres]!.values(); // found in the plan
  }

  /** Writes all planes after x into the packet at `at` of `out`. */
  write(out: BatchBuilder, at: number): void {
    const { header, values } = this.#plan;
    for (let i = 0; i < values.length; i++) this.#writePlane(out, at, header.planes[i + 1]!, values[i]!);
  }

  #writePlane(out: BatchBuilder, at: number, plane: Plane, output: OutputValue): void {
    const results = this.#scratch;
    const state = this.#columns[output.column]!; // made from the same plan
    fillResults(results, state, output);
    const { type, units, items } = plane;
    const begin = at + plane.offset;
    for (let i = 0; i < items; i++)
      writeValue(out.bytes, out.view, begin + i * type.width, type, results[i]!, units);
  }

  /** Begins a new bin. */
  clear(): void {
    this.#groups?.clear();
    for (const { sums } of this.#plain) {
      sums.sum.fill(0);
      sums.count.fill(0);
      sums.low?.fill(Number.POSITIVE_INFINITY);
      sums.high?.fill(Number.NEGATIVE_INFINITY);
      sums.scatter?.seen.fill(0);
      sums.scatter?.mean.fill(0);
      sums.scatter?.squares.fill(0);
    }
  }
}

/** Values that a column writes for one record. */
function slotsOf(column: Column): number {
  return column.geometry.kind === "table" ? column.plane.items : 1;
}

function plainSums(slots: number, { bounds, deviation, reduction }: Column): SlotSums {
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

/** A group while it is being put together. */
interface GrowingGroup extends GroupSpec {
  readonly planes: { readonly slots: number; readonly fill: Column["fill"] }[];
}

/** Neighbouring columns that the kernels can take together; `member[i]`: the place of column i among all their planes. */
function groupColumns(
  columns: readonly Column[],
  isWritten: ReadonlySet<number>,
): { specs: GroupSpec[]; member: (number | undefined)[] } {
  const specs: GrowingGroup[] = [];
  let members = 0;
  let previous: GrowingGroup | undefined;
  const member = columns.map((column, index) => {
    const { plane, geometry, reduction, weights, fill, bounds, deviation } = column;
    const { type } = plane;
    const isSummed = geometry.kind === "table" && reduction !== "quadrature" && weights === undefined;
    if (type.kind !== "real" || !isSummed || !isWritten.has(index)) {
      previous = undefined;
      return undefined;
    }
    if (previous?.type !== type || previous.bounds !== bounds || previous.deviation !== deviation) {
      previous = { type, offset: plane.offset, planes: [], bounds, deviation };
      specs.push(previous);
    }
    previous.planes.push({ slots: plane.items, fill });
    return members++;
  });
  return { specs, member };
}

function takeRun({ column, sums }: ColumnState, run: PacketValues, bin: OpenBin): void {
  const { fill } = column;
  const { sum, count, low, high, scatter } = sums;
  const weights = bin.weightsOf(column);
  const centres = bin.centresOf(column);
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
function fillResults(results: Float64Array, state: ColumnState, output: OutputValue): void {
  const { sum, count, low, high } = state.sums;
  const { fill } = output;
  switch (resultKind(state.column, output.statistic)) {
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
      const { seen, squares } = state.sums.scatter!; // the plan asks for it of columns that have it
      for (let i = 0; i < seen.length; i++) {
        const k = seen[i]!;
        results[i] = k > 1 ? Math.sqrt(squares[i]! / (k - 1)) : k === 1 ? 0 : fill;
      }
    }
  }
}

function resultKind(column: Column, statistic: Statistic): Column["reduction"] | Exclude<Statistic, "own"> {
  return statistic === "own" ? column.reduction : statistic;
}
