import type { BatchBuilder } from "../../stream/batch-builder.js";
import type { PacketBatch } from "../../stream/model.js";
import {
  clearSums,
  columnsRead,
  copySums,
  fillResults,
  groupColumns,
  plainSums,
  slotsOf,
  takeRun,
  writePlane,
} from "./column-sums.js";
import { SlotGroups, type SlotSums } from "./kernels/slot-groups.js";
import { LoadedPackets, SLICE_BYTES } from "./loaded-packets.js";
import type { Column, PlanePlan } from "./plane-plan.js";

/** One column in the open bin: its running numbers, one a slot. */
interface ColumnState {
  readonly index: number;
  readonly column: Column;
  readonly slots: number;
  readonly sums: SlotSums;
  /** Whether the compiled kernels keep `sums`. */
  readonly compiled: boolean;
}

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
  readonly #loaded: LoadedPackets;
  readonly #scratch: Float64Array;

  /**
   * @param stride bytes of a packet of the input
   * @param compiled whether kernels are made for the planes that they can take; the results are the same
   */
  constructor(plan: PlanePlan, stride: number, compiled: boolean) {
    this.#plan = plan;
    this.slicePackets = Math.max(1, Math.floor(SLICE_BYTES / stride));
    const isWritten = new Set(plan.values.map(({ column }) => column));
    const { specs, member } = groupColumns(plan.columns, isWritten, true);
    this.#groups = compiled ? SlotGroups.create(specs, stride, this.slicePackets * stride) : undefined;
    this.#columns = plan.columns.map((column, index) => {
      const slots = slotsOf(column);
      const sums = this.#groups?.sums[member[index] ?? -1];
      return { index, column, slots, sums: sums ?? plainSums(slots, column), compiled: sums !== undefined };
    });
    this.#plain = this.#columns.filter(({ compiled }, index) => !compiled && isWritten.has(index));
    this.#loaded = new LoadedPackets(
      plan.columns,
      columnsRead(plan.columns, new Set(this.#plain.map(({ column }) => column))),
    );
    this.#scratch = new Float64Array(Math.max(...this.#columns.map(({ slots }) => slots)));
    this.clear();
  }

  /** Takes over what another bin of the same plan holds. */
  adopt(other: OpenBin): void {
    for (const [i, { sums }] of this.#columns.entries()) copySums(other.#columns[i]!.sums, sums); // the same columns
  }

  /** Gives the packets of which `take` and `takeRun` speak. Returns how many text fields are no number. */
  load(slice: PacketBatch): number {
    this.#groups?.load(slice.bytes);
    return this.#loaded.load(slice);
  }

  /** Takes the loaded packets from `from` up to and without `to`, all planes of them, into the bin. */
  take(from: number, to: number): void {
    this.#groups?.take(from, to);
    for (const state of this.#plain) {
      const { items } = state.column.plane;
      // All items of a collapsed plane are samples of its one slot.
      const factor = state.slots === items ? 1 : items;
      this.#takeRun(state, from * factor, to * factor);
    }
  }

  /**
   * Takes samples of one column alone: `from` up to and without `to` counted in samples of a slot, from the first
   * of the loaded packets on. Only for a bin made without kernels.
   */
  takeRun(index: number, from: number, to: number): void {
    this.#takeRun(this.#columns[index]!, from, to); // asked for by position in the plan
  }

  /** Writes all planes after x into the packet at `at` of `out`. */
  write(out: BatchBuilder, at: number): void {
    const { header, values } = this.#plan;
    for (const [i, output] of values.entries()) {
      const { column, sums } = this.#columns[output.column]!; // made from the same plan
      fillResults(this.#scratch, column, sums, output);
      writePlane(out, at, header.planes[i + 1]!, this.#scratch);
    }
  }

  /** Begins a new bin. */
  clear(): void {
    this.#groups?.clear();
    for (const { sums } of this.#plain) clearSums(sums);
  }

  #takeRun({ index, column, slots, sums }: ColumnState, from: number, to: number): void {
    const loaded = this.#loaded.values;
    const values = loaded[index]!; // needed by a column of plain loops
    takeRun(this.#plan.columns, column, sums, { values, slots, from, to }, loaded);
  }
}
