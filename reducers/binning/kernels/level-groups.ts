import type { ValueType } from "../../../stream/value-type.js";
import {
  BOUNDS,
  type GroupPlane,
  type LevelGroup,
  makeGroup,
  outBytes,
  SEEN_ARRAY,
  stateBytes,
} from "./level-group.js";
import {
  type GroupSpec,
  ORDERS,
  orderOf,
  type RealType,
  type SlotSums,
  setFillLimits,
  stateBegin,
  WINDOW_AT,
} from "./slot-groups.js";
import { type CopyKernel, type ResultKernel, type SlotKernels, slotKernels } from "./slot-kernels.js";

/** What is written of a plane; see {@link LevelGroups.put}. */
export type GroupResult = "mean" | "least" | "greatest" | "count" | "total";

/**
 * Sums over packets at several levels of ever wider bins by the compiled kernels: packets are copied into their memory once (`load`)
 * and taken run by run into the bins that are open at all levels (`take`). The bins need not lie in each other, it is only faster.
 * Equal to {@link SlotGroups} at each level alone, to the last bit.
 */
export class LevelGroups {
  readonly #kernels: SlotKernels;
  readonly #numbers: Float64Array;
  readonly #levels: number;
  readonly #groups: readonly LevelGroup[];
  readonly #planes: readonly GroupPlane[];
  readonly #stride: number;
  readonly #window: Uint8Array;
  /** Where results are laid out for a packet. */
  readonly #out: number;
  readonly #outBytes: Uint8Array;
  /** By level: whether something is pending; whether something has been handed up. */
  readonly #isPending: boolean[];
  readonly #hasOwn: boolean[];

  private constructor(
    kernels: SlotKernels,
    specs: readonly GroupSpec[],
    levels: number,
    stride: number,
    windowBytes: number,
  ) {
    new Uint8Array(kernels.memory).set(ORDERS);
    this.#kernels = kernels;
    this.#numbers = new Float64Array(kernels.memory, 0, Math.floor(kernels.memory.byteLength / 8));
    this.#levels = levels;
    this.#stride = stride;
    this.#window = new Uint8Array(kernels.memory, WINDOW_AT, windowBytes);
    let at = stateBegin(windowBytes);
    this.#groups = specs.map((spec) => {
      const group = makeGroup(kernels, spec, levels, at);
      at += stateBytes(spec, levels);
      return group;
    });
    this.#out = at;
    this.#outBytes = new Uint8Array(kernels.memory, at, outBytes(specs));
    this.#planes = this.#groups.flatMap((group) => {
      let first = 0;
      return group.spec.planes.map(({ slots }) => {
        const plane = { group, slots, first };
        first += slots * 8;
        return plane;
      });
    });
    this.#isPending = new Array<boolean>(levels).fill(false);
    this.#hasOwn = new Array<boolean>(levels).fill(false);
    for (const group of this.#groups) {
      this.#setFillLimits(group);
      for (const bounds of [...group.pending, ...group.own]) this.#clearBounds(group, bounds);
    }
  }

  /** Groups with room for `windowBytes` of packets; `undefined` where there are no kernels (see {@link slotKernels}). */
  static create(
    specs: readonly GroupSpec[],
    levels: number,
    stride: number,
    windowBytes: number,
  ): LevelGroups | undefined {
    if (specs.length === 0) return undefined;
    const states = specs.reduce((sum, spec) => sum + stateBytes(spec, levels), stateBegin(windowBytes));
    const kernels = slotKernels(states + outBytes(specs));
    return kernels === undefined ? undefined : new LevelGroups(kernels, specs, levels, stride, windowBytes);
  }

  /** Gives the packets of which `take` speaks, at most as many bytes as there is room for. */
  load(packets: Uint8Array): void {
    this.#window.set(packets);
  }

  /** Takes the packets from `from` up to and without `to` (at least one) into the open bins of all levels. */
  take(from: number, to: number): void {
    const stride = this.#stride;
    const first = WINDOW_AT + from * stride;
    const packets = to - from;
    for (const { spec, slots, state, pitch, order, add, addFour, scatter, fours, scatterAt } of this
      .#groups) {
      const input = first + spec.offset;
      add(input, stride, packets, slots, state, pitch, order);
      for (const sums of fours) addFour(input, stride, packets, slots, state, pitch, order, sums);
      if (scatter !== undefined)
        for (const at of scatterAt) scatter(input, stride, packets, slots, at, pitch, order);
    }
    this.#isPending[0] = true;
  }

  /** Brings everything to a level that belongs to its open bin; before {@link put} and {@link kept}. */
  settle(level: number): void {
    this.#handUp(level);
    if (this.#hasOwn[level] !== true) return;
    for (const { own, pending, total, pitch } of this.#groups) {
      this.#copyBounds(own[level]!, total, pitch);
      this.#kernels.mergeBounds(pending[level]!, total, pitch);
    }
  }

  /**
   * Writes a result of the open bin of a level, which is settled, as a plane of a packet.
   * @param place of the plane among all planes of all groups
   * @param to where in `bytes`
   */
  put(
    level: number,
    place: number,
    result: GroupResult,
    fill: number,
    type: RealType,
    bytes: Uint8Array,
    to: number,
  ): void {
    const { group, slots, first } = this.#planes[place]!;
    const { sums, pitch } = group;
    const kernels = this.#kernels;
    const isShort = type.width === 4;
    const order = orderOf({ type });
    const bounds = this.#boundsOf(group, level);
    const write = (kernel: ResultKernel, values: number) =>
      kernel(values + first, bounds + first, fill, slots, this.#out, order);
    const copy = (kernel: CopyKernel, values: number) => kernel(values + first, slots, this.#out, order);
    if (result === "mean") write(isShort ? kernels.meanReal4 : kernels.meanReal8, sums[level]!);
    else if (result === "least" || result === "greatest")
      write(
        isShort ? kernels.chooseReal4 : kernels.chooseReal8,
        bounds + (result === "least" ? pitch : 2 * pitch),
      );
    else copy(isShort ? kernels.copyReal4 : kernels.copyReal8, result === "count" ? bounds : sums[level]!);
    const length = slots * type.width;
    const out = this.#outBytes;
    if (length === out.length) bytes.set(out, to);
    else bytes.set(out.subarray(0, length), to);
  }

  /** The numbers of the open bin of a level, which is settled, by plane, in memory of their own. */
  kept(level: number): readonly SlotSums[] {
    return this.#planes.map(({ group, slots, first }): SlotSums => {
      const part = (array: number) => this.#numbers.slice((array + first) / 8, (array + first) / 8 + slots);
      const bounds = this.#boundsOf(group, level);
      const { sums, pitch, scatterAt } = group;
      const scatter = scatterAt[level];
      const deviation = (index: number) => part(scatter! + (SEEN_ARRAY + index) * pitch);
      return {
        sum: part(sums[level]!),
        count: part(bounds),
        low: part(bounds + pitch),
        high: part(bounds + 2 * pitch),
        scatter:
          scatter === undefined
            ? undefined
            : { seen: deviation(0), mean: deviation(1), squares: deviation(2) },
      };
    });
  }

  /** Begins a new bin at a level; what wider bins do not know yet of the old one they are told. */
  next(level: number): void {
    this.#handUp(level);
    if (this.#isPending[level] === true && level + 1 < this.#levels) {
      for (const { pending, pitch } of this.#groups)
        this.#kernels.mergeBounds(pending[level]!, pending[level + 1]!, pitch);
      this.#isPending[level + 1] = true;
    }
    for (const group of this.#groups) {
      const { sums, pending, scatterAt, pitch } = group;
      this.#fill(sums[level]!, pitch, 0);
      this.#clearBounds(group, pending[level]!);
      const scatter = scatterAt[level];
      if (scatter !== undefined) this.#fill(scatter + SEEN_ARRAY * pitch, BOUNDS * pitch, 0);
    }
    this.#isPending[level] = false;
    this.#hasOwn[level] = false;
  }

  /** Goes on with a bin of a level, just begun, that was left before: `sums` as {@link kept} gave them. */
  resume(level: number, sums: readonly SlotSums[]): void {
    for (const group of this.#groups) this.#clearBounds(group, group.own[level]!);
    for (const [place, { group, first }] of this.#planes.entries()) {
      const { sum, count, low, high, scatter } = sums[place]!;
      const { pitch, own, scatterAt } = group;
      const set = (numbers: Float64Array | undefined, array: number): void => {
        if (numbers !== undefined) this.#numbers.set(numbers, (array + first) / 8);
      };
      set(sum, group.sums[level]!);
      set(count, own[level]!);
      set(low, own[level]! + pitch);
      set(high, own[level]! + 2 * pitch);
      const at = scatterAt[level];
      if (at === undefined) continue;
      set(scatter?.seen, at + SEEN_ARRAY * pitch);
      set(scatter?.mean, at + (SEEN_ARRAY + 1) * pitch);
      set(scatter?.squares, at + (SEEN_ARRAY + 2) * pitch);
    }
    this.#hasOwn[level] = true;
  }

  /** Count, least and greatest of the open bin of a level, which is settled. */
  #boundsOf({ total, pending }: LevelGroup, level: number): number {
    return this.#hasOwn[level] === true ? total : pending[level]!;
  }

  /** Hands everything up to a level that finer ones have of its bin, where theirs goes on. */
  #handUp(level: number): void {
    for (let finer = 0; finer < level; finer++) {
      if (this.#isPending[finer] !== true) continue;
      for (const group of this.#groups) {
        const { pending, own, pitch } = group;
        if (this.#hasOwn[finer] === true) this.#kernels.mergeBounds(pending[finer]!, own[finer]!, pitch);
        else this.#copyBounds(pending[finer]!, own[finer]!, pitch);
        this.#kernels.mergeBounds(pending[finer]!, pending[finer + 1]!, pitch);
        this.#clearBounds(group, pending[finer]!);
      }
      this.#isPending[finer] = false;
      this.#hasOwn[finer] = true;
      this.#isPending[finer + 1] = true;
    }
  }

  #setFillLimits({ spec, state, scatterAt, pitch }: LevelGroup): void {
    for (const at of [state, ...scatterAt]) {
      let first = at / 8;
      for (const { slots, fill } of spec.planes) {
        const los = this.#numbers.subarray(first, first + slots);
        const his = this.#numbers.subarray(first + pitch / 8, first + pitch / 8 + slots);
        setFillLimits(spec, fill, los, his);
        first += slots;
      }
    }
  }

  #clearBounds({ pitch }: LevelGroup, bounds: number): void {
    this.#fill(bounds, pitch, 0);
    this.#fill(bounds + pitch, pitch, Number.POSITIVE_INFINITY);
    this.#fill(bounds + 2 * pitch, pitch, Number.NEGATIVE_INFINITY);
  }

  #copyBounds(from: number, to: number, pitch: number): void {
    this.#numbers.copyWithin(to / 8, from / 8, (from + BOUNDS * pitch) / 8);
  }

  #fill(at: number, bytes: number, value: number): void {
    this.#numbers.fill(value, at / 8, (at + bytes) / 8);
  }
}

/** Whether {@link LevelGroups.put} writes a type. */
export function isWritable(type: ValueType): type is RealType {
  return type.kind === "real";
}
