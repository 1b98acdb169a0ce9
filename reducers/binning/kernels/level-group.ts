import { type GroupSpec, orderOf, pitchOf, slotsOf } from "./slot-groups.js";
import type { FourSumsKernel, SlotKernel, SlotKernels } from "./slot-kernels.js";

/**
 * One group of neighbouring planes at all levels; everything is an offset into the memory of the kernels. Sums are kept for each level
 * on their own, since they have to take their samples in stream order. Counts and bounds are taken for the first level alone and
 * handed up, which gives the same: `pending[l]` has what level l knows and l + 1 does not yet, `own[l]` what l knows and has handed
 * up already. Both are three arrays: count, least, greatest.
 */
export interface LevelGroup {
  readonly spec: GroupSpec;
  readonly slots: number;
  readonly state: number;
  readonly pitch: number;
  readonly order: number;
  readonly add: SlotKernel;
  readonly addFour: FourSumsKernel;
  readonly scatter: SlotKernel | undefined;
  /** Sums of the levels above the first, in fours. */
  readonly fours: readonly number[];
  readonly sums: readonly number[];
  readonly pending: readonly number[];
  readonly own: readonly number[];
  /** Where `own` and `pending` are put together. */
  readonly total: number;
  /** The state of the kernel for deviations of each level. */
  readonly scatterAt: readonly number[];
}

/** A plane of a group. */
export interface GroupPlane {
  readonly group: LevelGroup;
  readonly slots: number;
  /** Bytes from the begin of an array of the group to the first value of the plane. */
  readonly first: number;
}

/** Arrays of the state of the kernels: fill limits, sum, and count, least and greatest, which are those pending at the first level. */
const FIRST_ARRAYS = 6;
const SUM_ARRAY = 2;
const BOUNDS_ARRAY = 3;
/** Arrays of the state of the kernels for deviations; those in the middle are not used. */
const SCATTER_ARRAYS = 9;
export const SEEN_ARRAY = 6;
/** Count, least, greatest. */
export const BOUNDS = 3;

/** Bytes of the running numbers of a group. */
export function stateBytes(spec: GroupSpec, levels: number): number {
  const bounds = BOUNDS * (2 * levels); // one of them is that of the first state, and there is the total
  const arrays = FIRST_ARRAYS + foursOf(levels) * 4 + bounds + (spec.deviation ? SCATTER_ARRAYS * levels : 0);
  return pitchOf(spec) * arrays;
}

function foursOf(levels: number): number {
  return Math.ceil((levels - 1) / 4);
}

/** Room for one plane of a packet, of 8-byte values: kernels write whole vectors of four. */
export function outBytes(specs: readonly GroupSpec[]): number {
  return Math.max(...specs.map((spec) => pitchOf(spec))) + 16;
}

/** Lays out the running numbers of a group from `state` on. */
export function makeGroup(kernels: SlotKernels, spec: GroupSpec, levels: number, state: number): LevelGroup {
  const { type, deviation } = spec;
  const isShort = type.width === 4;
  const pitch = pitchOf(spec);
  let at = state + FIRST_ARRAYS * pitch;
  const room = (arrays: number): number => {
    const begin = at;
    at += arrays * pitch;
    return begin;
  };
  const fours = Array.from({ length: foursOf(levels) }, () => room(4));
  const all = Array.from({ length: levels }, (_, level) => level);
  return {
    spec,
    slots: slotsOf(spec),
    state,
    pitch,
    order: orderOf(spec),
    add: isShort ? kernels.addAndBoundReal4 : kernels.addAndBoundReal8,
    addFour: isShort ? kernels.addFourReal4 : kernels.addFourReal8,
    scatter: deviation ? (isShort ? kernels.scatterReal4 : kernels.scatterReal8) : undefined,
    fours,
    sums: all.map((level) =>
      level === 0
        ? state + SUM_ARRAY * pitch
        : fours[Math.floor((level - 1) / 4)]! + ((level - 1) % 4) * pitch,
    ),
    pending: all.map((level) => (level === 0 ? state + BOUNDS_ARRAY * pitch : room(BOUNDS))),
    own: all.map(() => room(BOUNDS)),
    total: room(BOUNDS),
    scatterAt: deviation ? all.map(() => room(SCATTER_ARRAYS)) : [],
  };
}
