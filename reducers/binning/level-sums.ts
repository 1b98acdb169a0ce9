import type { BatchBuilder } from "../../stream/batch-builder.js";
import type { PacketBatch, Plane } from "../../stream/model.js";
import {
  clearSums,
  columnsRead,
  copySums,
  fillResults,
  groupColumns,
  plainSums,
  resultKind,
  slotsOf,
  takeRun,
  writePlane,
} from "./column-sums.js";
import { type GroupResult, isWritable, LevelGroups } from "./kernels/level-groups.js";
import type { SlotSums } from "./kernels/slot-groups.js";
import { LoadedPackets, SLICE_BYTES } from "./loaded-packets.js";
import type { Column, OutputValue } from "./plane-plan.js";

/** A column that plain loops go through: its running numbers at each level. */
interface PlainColumn {
  readonly index: number;
  readonly column: Column;
  readonly levels: readonly SlotSums[];
}

/**
 * The statistics of the bins that are open at several levels for one packet type whose planes are all tables. Packets are loaded in
 * slices, once for all levels, then taken in runs that lie in one bin of each. Equal to what {@link OpenBin} has for each level alone, to
 * the last bit. Levels go from fine to coarse; bins that lie in each other are fastest. Source: reducers 1.4, 3.3.
 */
export class LevelSums {
  /** Most packets that `load` takes. */
  readonly slicePackets: number;
  readonly #columns: readonly Column[];
  readonly #groups: LevelGroups | undefined;
  /** By column: its place among the planes of the groups. */
  readonly #member: readonly (number | undefined)[];
  readonly #plain: readonly PlainColumn[];
  readonly #loaded: LoadedPackets;
  readonly #levels: number;
  readonly #scratch: Float64Array;
  /** The numbers of the level that is settled, where they are needed as such. */
  #shown: KeptSums | undefined;

  /**
   * @param written positions of the columns of which anything is wanted
   * @param stride bytes of a packet of the input
   * @param compiled whether kernels are made for the planes that they can take
   */
  constructor(
    columns: readonly Column[],
    written: ReadonlySet<number>,
    levels: number,
    stride: number,
    compiled: boolean,
  ) {
    this.slicePackets = Math.max(1, Math.floor(SLICE_BYTES / stride));
    this.#columns = columns;
    this.#levels = levels;
    this.#scratch = new Float64Array(Math.max(...columns.map(slotsOf)));
    const { specs, member } = groupColumns(columns, written);
    this.#groups = compiled
      ? LevelGroups.create(specs, levels, stride, this.slicePackets * stride)
      : undefined;
    this.#member = this.#groups === undefined ? columns.map(() => undefined) : member;
    this.#plain = columns.flatMap((column, index) => {
      if (!written.has(index) || this.#member[index] !== undefined) return [];
      const sums = Array.from({ length: levels }, () => plainSums(slotsOf(column), column));
      for (const one of sums) clearSums(one);
      return [{ index, column, levels: sums }];
    });
    this.#loaded = new LoadedPackets(
      columns,
      columnsRead(columns, new Set(this.#plain.map(({ column }) => column))),
    );
  }

  /** Gives the packets of which `take` speaks. Returns how many text fields are no number. */
  load(slice: PacketBatch): number {
    this.#groups?.load(slice.bytes);
    return this.#loaded.load(slice);
  }

  /** Takes the loaded packets from `from` up to and without `to` into the open bins of all levels. */
  take(from: number, to: number): void {
    this.#groups?.take(from, to);
    const loaded = this.#loaded.values;
    for (const { index, column, levels } of this.#plain) {
      const run = { values: loaded[index]!, slots: column.plane.items, from, to }; // needed by a column of plain loops
      for (const sums of levels) takeRun(this.#columns, column, sums, run, loaded);
    }
  }

  /** Makes the numbers of the open bin of a level complete: before {@link put} and {@link kept}. */
  settle(level: number): void {
    this.#groups?.settle(level);
    this.#shown = undefined;
  }

  /** Writes a result of the open bin of a level, which is settled, as a plane of the packet at `at` of `out`. */
  put(level: number, value: OutputValue, plane: Plane, out: BatchBuilder, at: number): void {
    const column = this.#columns[value.column]!; // made for these columns
    const place = this.#member[value.column];
    const groups = this.#groups;
    const { type } = plane;
    const result = resultKind(column, value.statistic);
    if (groups !== undefined && place !== undefined && isWritable(type) && isGroupResult(result)) {
      groups.put(level, place, result, value.fill, type, out.bytes, at + plane.offset);
      return;
    }
    this.#shown ??= this.kept(level);
    putSums(this.#scratch, column, this.#shown[value.column]!, value, plane, out, at);
  }

  /** The numbers of the open bin of a level, which is settled, by column, in memory of their own; for {@link resume}. */
  kept(level: number): KeptSums {
    const compiled = this.#groups?.kept(level);
    const all: (SlotSums | undefined)[] = this.#member.map((place) =>
      place === undefined ? undefined : compiled?.[place],
    );
    for (const { index, levels } of this.#plain) all[index] = copyOfSums(levels[level]!);
    return all;
  }

  /** Begins a new bin at a level. */
  next(level: number): void {
    this.#groups?.next(level);
    for (const { levels } of this.#plain) clearSums(levels[level]!);
  }

  /** Goes on with a bin of a level, just begun, that was left before. */
  resume(level: number, kept: KeptSums): void {
    const members = kept.filter((_, index) => this.#member[index] !== undefined);
    this.#groups?.resume(
      level,
      members.filter((sums) => sums !== undefined),
    );
    for (const { index, levels } of this.#plain) {
      const sums = kept[index];
      if (sums !== undefined) copySums(sums, levels[level]!);
    }
  }

  /** Takes over the open bins of all levels from another of the same columns. */
  adopt(other: LevelSums): void {
    for (let level = 0; level < this.#levels; level++) {
      other.settle(level);
      this.resume(level, other.kept(level));
    }
  }
}

/** Running numbers of a bin, by column; of columns that are not wanted nothing. */
export type KeptSums = readonly (SlotSums | undefined)[];

/** Writes a result from running numbers. @param scratch room for as many values as the column has */
export function putSums(
  scratch: Float64Array,
  column: Column,
  sums: SlotSums,
  value: OutputValue,
  plane: Plane,
  out: BatchBuilder,
  at: number,
): void {
  fillResults(scratch, column, sums, value);
  writePlane(out, at, plane, scratch);
}

/** The results that the kernels write. */
function isGroupResult(result: ReturnType<typeof resultKind>): result is GroupResult {
  return result !== "deviation" && result !== "pooled" && result !== "quadrature";
}

function copyOfSums({ sum, count, low, high, scatter }: SlotSums): SlotSums {
  return {
    sum: sum.slice(),
    count: count.slice(),
    low: low?.slice(),
    high: high?.slice(),
    scatter: scatter && {
      seen: scatter.seen.slice(),
      mean: scatter.mean.slice(),
      squares: scatter.squares.slice(),
    },
  };
}
