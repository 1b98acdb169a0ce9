import {
  type GroupSpec,
  ORDERS,
  orderOf,
  pitchOf,
  type SlotSums,
  setFillLimits,
  slotsOf,
  stateBegin,
  WINDOW_AT,
} from "./slot-groups.js";
import { type FourSumsKernel, type SlotKernel, type SlotKernels, slotKernels } from "./slot-kernels.js";

/** How many samples there were, and the least and the greatest, one a slot. */
interface Bounds {
  readonly count: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/**
 * One group of neighbouring planes at all levels. Sums are kept for each level on their own, since they have to take their samples in
 * stream order. Counts and bounds are taken for the first level alone and handed up, which gives the same: `pending[l]` holds what
 * level l has and l + 1 does not know yet, `own[l]` what l has and has handed up already.
 */
interface LevelGroup {
  readonly spec: GroupSpec;
  readonly input: number;
  readonly slots: number;
  readonly state: number;
  readonly pitch: number;
  readonly order: number;
  readonly add: SlotKernel;
  readonly addFour: FourSumsKernel;
  readonly scatter: SlotKernel | undefined;
  /** Sums of the levels above the first, in fours. */
  readonly fours: readonly number[];
  /** Where the deviations of each level are kept. */
  readonly scatterAt: readonly number[];
  readonly sums: readonly Float64Array[];
  readonly pending: readonly Bounds[];
  readonly own: readonly Bounds[];
  readonly total: Bounds;
  /** Seen, mean and squares of a level. */
  readonly deviations: readonly (readonly Float64Array[])[];
}

/** Arrays of the state of a group before the sums of higher levels: fill limits, sum, count, least and greatest. */
const FIRST_ARRAYS = 6;
/** Arrays of the state of the kernels for deviations; those in the middle are not used. */
const SCATTER_ARRAYS = 9;

/**
 * Sums over packets at several levels of ever wider bins by the compiled kernels: packets are copied into their memory once (`load`)
 * and taken run by run into the bins that are open at all levels (`take`). The bins need not lie in each other, it is only faster.
 * Equal to {@link SlotGroups} at each level alone, to the last bit.
 */
export class LevelGroups {
  readonly #levels: number;
  readonly #groups: readonly LevelGroup[];
  readonly #stride: number;
  readonly #window: Uint8Array;
  /** By level: whether something is pending; whether something has been handed up. */
  readonly #isPending: boolean[];
  readonly #hasOwn: boolean[];
  readonly #totals: readonly (readonly SlotSums[])[];

  private constructor(
    kernels: SlotKernels,
    specs: readonly GroupSpec[],
    levels: number,
    stride: number,
    windowBytes: number,
  ) {
    new Uint8Array(kernels.memory).set(ORDERS);
    this.#levels = levels;
    this.#stride = stride;
    this.#window = new Uint8Array(kernels.memory, WINDOW_AT, windowBytes);
    let at = stateBegin(windowBytes);
    this.#groups = specs.map((spec) => {
      const group = makeGroup(kernels, spec, levels, at);
      at += stateBytes(spec, levels);
      return group;
    });
    this.#isPending = new Array<boolean>(levels).fill(false);
    this.#hasOwn = new Array<boolean>(levels).fill(false);
    this.#totals = Array.from({ length: levels }, (_, level) =>
      this.#groups.flatMap((group) => sumsOf(group, level)),
    );
  }

  /** Groups with room for `windowBytes` of packets; `undefined` where there are no kernels (see {@link slotKernels}). */
  static create(
    specs: readonly GroupSpec[],
    levels: number,
    stride: number,
    windowBytes: number,
  ): LevelGroups | undefined {
    if (specs.length === 0) return undefined;
    const bytes = specs.reduce((sum, spec) => sum + stateBytes(spec, levels), stateBegin(windowBytes));
    const kernels = slotKernels(bytes);
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
    for (const group of this.#groups) {
      const { slots, state, pitch, order, add, addFour, scatter, fours, scatterAt } = group;
      const input = first + group.input;
      add(input, stride, packets, slots, state, pitch, order);
      for (const sums of fours) addFour(input, stride, packets, slots, state, pitch, order, sums);
      if (scatter !== undefined)
        for (const at of scatterAt) scatter(input, stride, packets, slots, at, pitch, order);
    }
    this.#isPending[0] = true;
  }

  /**
   * The running numbers of the open bin of a level, one for each plane of each group in the order given. They hold until the next
   * call of any method.
   */
  totals(level: number): readonly SlotSums[] {
    this.#settle(level);
    const hasOwn = this.#hasOwn[level] === true;
    for (const { pending, own, total } of this.#groups) {
      copyBounds(pending[level]!, total);
      if (hasOwn) mergeBounds(own[level]!, pending[level]!, total);
    }
    return this.#totals[level]!;
  }

  /** Begins a new bin at a level; what wider bins do not know yet of the old one they are told. */
  next(level: number): void {
    this.#settle(level);
    if (this.#isPending[level] === true && level + 1 < this.#levels) {
      for (const { pending } of this.#groups)
        mergeBounds(pending[level + 1]!, pending[level]!, pending[level + 1]!);
      this.#isPending[level + 1] = true;
    }
    for (const { sums, pending, deviations } of this.#groups) {
      sums[level]!.fill(0);
      clearBounds(pending[level]!);
      for (const numbers of deviations[level] ?? []) numbers.fill(0);
    }
    this.#isPending[level] = false;
    this.#hasOwn[level] = false;
  }

  /** Goes on with a bin of a level, just begun, that was left before: `sums` as {@link totals} gave them. */
  resume(level: number, sums: readonly SlotSums[]): void {
    let plane = 0;
    for (const group of this.#groups) {
      const own = group.own[level]!;
      clearBounds(own);
      let first = 0;
      for (const { slots } of group.spec.planes) {
        const { sum, count, low, high, scatter } = sums[plane++]!;
        group.sums[level]!.set(sum, first);
        own.count.set(count, first);
        if (low !== undefined) own.low.set(low, first);
        if (high !== undefined) own.high.set(high, first);
        if (scatter !== undefined)
          for (const [i, numbers] of [scatter.seen, scatter.mean, scatter.squares].entries())
            group.deviations[level]?.[i]?.set(numbers, first);
        first += slots;
      }
    }
    this.#hasOwn[level] = true;
  }

  /** Hands everything up to a level that finer ones have of its bin, where theirs goes on. */
  #settle(level: number): void {
    for (let finer = 0; finer < level; finer++) {
      if (this.#isPending[finer] !== true) continue;
      for (const { pending, own } of this.#groups) {
        const given = pending[finer]!;
        if (this.#hasOwn[finer] === true) mergeBounds(own[finer]!, given, own[finer]!);
        else copyBounds(given, own[finer]!);
        mergeBounds(pending[finer + 1]!, given, pending[finer + 1]!);
        clearBounds(given);
      }
      this.#isPending[finer] = false;
      this.#hasOwn[finer] = true;
      this.#isPending[finer + 1] = true;
    }
  }
}

function stateBytes(spec: GroupSpec, levels: number): number {
  const arrays =
    FIRST_ARRAYS + 4 * Math.ceil((levels - 1) / 4) + (spec.deviation ? SCATTER_ARRAYS * levels : 0);
  return pitchOf(spec) * arrays;
}

function makeGroup(kernels: SlotKernels, spec: GroupSpec, levels: number, state: number): LevelGroup {
  const { type, offset, planes, deviation } = spec;
  const short = type.width === 4;
  const pitch = pitchOf(spec);
  const length = pitch / 8;
  const arrayAt = (at: number, index: number) => new Float64Array(kernels.memory, at + index * pitch, length);
  const fours = Array.from(
    { length: Math.ceil((levels - 1) / 4) },
    (_, four) => state + (FIRST_ARRAYS + 4 * four) * pitch,
  );
  const scattersAt = state + (FIRST_ARRAYS + 4 * fours.length) * pitch;
  const scatterAt = deviation
    ? Array.from({ length: levels }, (_, level) => scattersAt + SCATTER_ARRAYS * level * pitch)
    : [];
  for (const at of [state, ...scatterAt]) {
    let first = 0;
    for (const { slots, fill } of planes) {
      const part = (index: number) => arrayAt(at, index).subarray(first, first + slots);
      setFillLimits(spec, fill, part(0), part(1));
      first += slots;
    }
  }
  const bounds = (count = new Float64Array(length)): Bounds =>
    clearBounds({ count, low: new Float64Array(length), high: new Float64Array(length) });
  const first = clearBounds({ count: arrayAt(state, 3), low: arrayAt(state, 4), high: arrayAt(state, 5) });
  return {
    spec,
    input: offset,
    slots: slotsOf(spec),
    state,
    pitch,
    order: orderOf(spec),
    add: short ? kernels.addAndBoundReal4 : kernels.addAndBoundReal8,
    addFour: short ? kernels.addFourReal4 : kernels.addFourReal8,
    scatter: deviation ? (short ? kernels.scatterReal4 : kernels.scatterReal8) : undefined,
    fours,
    scatterAt,
    sums: Array.from({ length: levels }, (_, level) =>
      level === 0 ? arrayAt(state, 2) : arrayAt(state, FIRST_ARRAYS + level - 1),
    ),
    pending: Array.from({ length: levels }, (_, level) => (level === 0 ? first : bounds())),
    own: Array.from({ length: levels }, () => bounds()),
    total: bounds(),
    deviations: scatterAt.map((at) => [arrayAt(at, 6), arrayAt(at, 7), arrayAt(at, 8)]),
  };
}

/** The numbers of each plane of a group at a level. */
function sumsOf({ spec, sums, total, deviations }: LevelGroup, level: number): readonly SlotSums[] {
  let first = 0;
  return spec.planes.map(({ slots }) => {
    const part = (numbers: Float64Array) => numbers.subarray(first, first + slots);
    const [seen, mean, squares] = deviations[level] ?? [];
    const plane: SlotSums = {
      sum: part(sums[level]!),
      count: part(total.count),
      low: part(total.low),
      high: part(total.high),
      scatter:
        seen === undefined || mean === undefined || squares === undefined
          ? undefined
          : { seen: part(seen), mean: part(mean), squares: part(squares) },
    };
    first += slots;
    return plane;
  });
}

function clearBounds(bounds: Bounds): Bounds {
  bounds.count.fill(0);
  bounds.low.fill(Number.POSITIVE_INFINITY);
  bounds.high.fill(Number.NEGATIVE_INFINITY);
  return bounds;
}

function copyBounds(from: Bounds, to: Bounds): void {
  to.count.set(from.count);
  to.low.set(from.low);
  to.high.set(from.high);
}

/** `out` = both together, the samples of `a` having come first; `out` may be one of them. */
function mergeBounds(a: Bounds, b: Bounds, out: Bounds): void {
  const { count, low, high } = out;
  for (let i = 0; i < count.length; i++) {
    count[i] = a.count[i]! + b.count[i]!;
    low[i] = b.low[i]! < a.low[i]! ? b.low[i]! : a.low[i]!;
    high[i] = b.high[i]! > a.high[i]! ? b.high[i]! : a.high[i]!;
  }
}
