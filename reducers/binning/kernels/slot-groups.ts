import type { FillTest } from "../../../stream/fill.js";
import type { ValueType } from "../../../stream/value-type.js";
import { real4From, real4UpTo } from "./real4-limits.js";
import { type SlotKernel, type SlotKernels, slotKernels, type WeightedKernel } from "./slot-kernels.js";

/** A type that the kernels read. */
export type RealType = Extract<ValueType, { kind: "real" | "int" | "uint" }>;

/** A run of neighbouring planes of one binary type that the compiled kernels take together. */
export interface GroupSpec {
  /** A binary real type. */
  readonly type: RealType;
  /** Bytes from the start of a packet to the first value. */
  readonly offset: number;
  /** The planes in the order of the bytes. */
  readonly planes: readonly { readonly slots: number; readonly fill: FillTest }[];
  /** Whether the least and the greatest sample are wanted too. */
  readonly bounds: boolean;
  /** Whether the scatter about the mean is wanted too. */
  readonly deviation: boolean;
  /** Where the numbers of samples behind the values lie, real8 with a fill below 0; neither bounds nor scatter then. */
  readonly counts?: Pick<GroupSpec, "type" | "offset"> | undefined;
}

/** The running numbers of one plane, one a slot; see accumulate.wat. What is not wanted is `undefined`. */
export interface SlotSums {
  readonly sum: Float64Array;
  readonly count: Float64Array;
  readonly low: Float64Array | undefined;
  readonly high: Float64Array | undefined;
  readonly scatter: Scatter | undefined;
}

/** Welford's recurrence: samples so far, their mean, and the sum of squared distances from it. */
export interface Scatter {
  readonly seen: Float64Array;
  readonly mean: Float64Array;
  readonly squares: Float64Array;
}

/** The three ways in which bytes are put in order, at the begin of the memory: real4 and real8 big endian, as they are. */
export const ORDERS = Uint8Array.of(
  ...[3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12],
  ...[7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8],
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
);
export const WINDOW_AT = 64;
/** Kernels read whole vectors, so some bytes behind the last value. */
const SLACK_BYTES = 16;

/** Arrays up to this length are filled faster by a loop than by the engine's call. */
const LOOPED = 32;

interface Group {
  readonly offset: number;
  readonly slots: number;
  readonly state: number;
  readonly pitch: number;
  readonly order: number;
  /** Sums and counts, with bounds where they are wanted. */
  readonly add: SlotKernel;
  readonly scatter: SlotKernel | undefined;
  readonly weighted: WeightedGroup | undefined;
  /** What the running numbers are at the begin of a bin. */
  readonly begins: readonly { readonly numbers: Float64Array; readonly value: number }[];
}

/** How values are added with the numbers of samples behind them. */
interface WeightedGroup {
  readonly add: WeightedKernel;
  readonly offset: number;
  readonly order: number;
}

/**
 * Sums over packets by the compiled kernels: packets are copied into their memory (`load`) and taken run by run
 * (`take`). Equal to the plain loops to the last bit.
 */
export class SlotGroups {
  readonly #groups: readonly Group[];
  readonly #stride: number;
  readonly #window: Uint8Array;
  /** One for each plane of each group, in the order given. */
  readonly sums: readonly SlotSums[];

  private constructor(
    kernels: SlotKernels,
    specs: readonly GroupSpec[],
    stride: number,
    windowBytes: number,
  ) {
    new Uint8Array(kernels.memory).set(ORDERS);
    this.#stride = stride;
    this.#window = new Uint8Array(kernels.memory, WINDOW_AT, windowBytes);
    const sums: SlotSums[] = [];
    let at = stateBegin(windowBytes);
    this.#groups = specs.map((spec) => {
      const group = makeGroup(kernels, spec, at, sums);
      at += stateBytes(spec);
      return group;
    });
    this.sums = sums;
    this.clear();
  }

  /** Groups with room for `windowBytes` of packets; `undefined` where there are no kernels (see {@link slotKernels}). */
  static create(specs: readonly GroupSpec[], stride: number, windowBytes: number): SlotGroups | undefined {
    if (specs.length === 0) return undefined;
    const bytes = specs.reduce((sum, spec) => sum + stateBytes(spec), stateBegin(windowBytes));
    const kernels = slotKernels(bytes);
    return kernels === undefined ? undefined : new SlotGroups(kernels, specs, stride, windowBytes);
  }

  /** Gives the packets of which `take` speaks, at most as many bytes as there is room for. */
  load(packets: Uint8Array): void {
    this.#window.set(packets);
  }

  /** Takes the packets from `from` up to and without `to` (at least one) into the sums. */
  take(from: number, to: number): void {
    const stride = this.#stride;
    const first = WINDOW_AT + from * stride;
    for (const group of this.#groups) {
      const { slots, state, pitch, order, add, scatter, weighted } = group;
      if (weighted !== undefined) {
        const means = first + group.offset;
        const counts = first + weighted.offset;
        weighted.add(means, counts, stride, to - from, slots, state, pitch, order, weighted.order);
        continue;
      }
      add(first + group.offset, stride, to - from, slots, state, pitch, order);
      if (scatter !== undefined) scatter(first + group.offset, stride, to - from, slots, state, pitch, order);
    }
  }

  /** Begins a new bin. */
  clear(): void {
    for (const { begins } of this.#groups)
      for (const { numbers, value } of begins)
        if (numbers.length > LOOPED) numbers.fill(value);
        else for (let i = 0; i < numbers.length; i++) numbers[i] = value;
  }
}

/** Where running numbers may begin, behind the packets. */
export function stateBegin(windowBytes: number): number {
  return WINDOW_AT + Math.ceil((windowBytes + SLACK_BYTES) / 16) * 16;
}

/** Values of one packet that a group takes. */
export function slotsOf(spec: GroupSpec): number {
  return spec.planes.reduce((sum, { slots }) => sum + slots, 0);
}

/** Bytes of one array of the state: a whole number of vectors of real4. */
export function pitchOf(spec: GroupSpec): number {
  return Math.ceil(slotsOf(spec) / 4) * 4 * 8;
}

function stateBytes(spec: GroupSpec): number {
  return pitchOf(spec) * (spec.deviation ? 9 : spec.bounds ? 6 : 4);
}

/** The least and greatest value that is fill, as the kernels of a type compare them. */
export function setFillLimits(
  { type }: GroupSpec,
  { lo, hi }: FillTest,
  los: Float64Array,
  his: Float64Array,
): void {
  const short = type.width === 4;
  los.fill(short ? real4From(lo) : lo);
  his.fill(short ? real4UpTo(hi) : hi);
}

/** Where it is said how the bytes of a type are put in order. */
export function orderOf({ type }: Pick<GroupSpec, "type">): number {
  return type.littleEndian ? 32 : type.width === 4 ? 0 : 16;
}

function makeGroup(kernels: SlotKernels, spec: GroupSpec, state: number, sums: SlotSums[]): Group {
  const { type, offset, planes, bounds, deviation, counts } = spec;
  const short = type.width === 4;
  const slots = slotsOf(spec);
  const pitch = pitchOf(spec);
  const arrayOf = (index: number, first = 0, length = pitch / 8) =>
    new Float64Array(kernels.memory, state + index * pitch + first * 8, length);
  let first = 0;
  for (const plane of planes) {
    setFillLimits(spec, plane.fill, arrayOf(0, first, plane.slots), arrayOf(1, first, plane.slots));
    sums.push({
      sum: arrayOf(2, first, plane.slots),
      count: arrayOf(3, first, plane.slots),
      low: bounds ? arrayOf(4, first, plane.slots) : undefined,
      high: bounds ? arrayOf(5, first, plane.slots) : undefined,
      scatter: deviation
        ? {
            seen: arrayOf(6, first, plane.slots),
            mean: arrayOf(7, first, plane.slots),
            squares: arrayOf(8, first, plane.slots),
          }
        : undefined,
    });
    first += plane.slots;
  }
  const add = short ? kernels.addReal4 : kernels.addReal8;
  const addAndBound = short ? kernels.addAndBoundReal4 : kernels.addAndBoundReal8;
  return {
    offset,
    slots,
    state,
    pitch,
    order: orderOf(spec),
    add: bounds ? addAndBound : add,
    scatter: deviation ? (short ? kernels.scatterReal4 : kernels.scatterReal8) : undefined,
    weighted: counts && {
      add: short ? kernels.addWeightedReal4 : kernels.addWeightedReal8,
      offset: counts.offset,
      order: orderOf(counts),
    },
    begins: [
      { numbers: arrayOf(2, 0, (pitch / 8) * 2), value: 0 }, // sum and count
      ...(bounds
        ? [
            { numbers: arrayOf(4), value: Number.POSITIVE_INFINITY },
            { numbers: arrayOf(5), value: Number.NEGATIVE_INFINITY },
          ]
        : []),
      ...(deviation ? [{ numbers: arrayOf(6, 0, (pitch / 8) * 3), value: 0 }] : []), // seen, mean and squares
    ],
  };
}
