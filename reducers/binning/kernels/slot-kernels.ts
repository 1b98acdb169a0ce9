import { ACCUMULATE_WASM } from "./accumulate.wasm.js";

/**
 * Takes the samples of neighbouring slots of some packets into their state; see accumulate.wat for the layout.
 * All pointers and lengths are in bytes, within the memory that came with it; `packets` and `slots` are at least 1.
 */
export type SlotKernel = (
  input: number,
  stride: number,
  packets: number,
  slots: number,
  state: number,
  pitch: number,
  order: number,
) => void;

/**
 * Takes averages of neighbouring slots of some packets, with the real8 at `counts` that say how many samples each is of, into their state,
 * as {@link SlotKernel} does.
 */
export type WeightedKernel = (
  means: number,
  counts: number,
  stride: number,
  packets: number,
  slots: number,
  state: number,
  pitch: number,
  order: number,
  countOrder: number,
) => void;

/** Takes the same samples into four sums at once, which are arrays at `sums`, `pitch` bytes apart. */
export type FourSumsKernel = (...args: [...Parameters<SlotKernel>, sums: number]) => void;

/** Counts, least and greatest values of samples become those of these and of earlier ones (`into`). */
export type MergeKernel = (from: number, into: number, pitch: number) => void;

/** Results with a fill where the count is 0, as bytes of a packet. */
export type ResultKernel = (
  values: number,
  counts: number,
  fill: number,
  slots: number,
  out: number,
  order: number,
) => void;

/** Values as bytes of a packet. */
export type CopyKernel = (values: number, slots: number, out: number, order: number) => void;

/** The compiled kernels with a memory of their own. */
export interface SlotKernels {
  readonly memory: ArrayBuffer;
  readonly addReal4: SlotKernel;
  readonly addAndBoundReal4: SlotKernel;
  readonly scatterReal4: SlotKernel;
  readonly addFourReal4: FourSumsKernel;
  readonly addWeightedReal4: WeightedKernel;
  readonly addReal8: SlotKernel;
  readonly addAndBoundReal8: SlotKernel;
  readonly scatterReal8: SlotKernel;
  readonly addFourReal8: FourSumsKernel;
  readonly addWeightedReal8: WeightedKernel;
  readonly mergeBounds: MergeKernel;
  readonly meanReal4: ResultKernel;
  readonly meanReal8: ResultKernel;
  readonly chooseReal4: ResultKernel;
  readonly chooseReal8: ResultKernel;
  readonly copyReal4: CopyKernel;
  readonly copyReal8: CopyKernel;
}

/** What is used of WebAssembly; the compiler's standard libraries declare it for browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (descriptor: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const PAGE_BYTES = 65536;

/** Compiled once a process; `null` where this machine cannot. */
let compiled: object | null | undefined;

/**
 * Kernels with at least `bytes` of memory, or `undefined` where the machine has no vector instructions or no room
 * for another memory: the caller then does the same in plain loops, with the same result to the last bit.
 */
export function slotKernels(bytes: number): SlotKernels | undefined {
  try {
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(ACCUMULATE_WASM), (c) => c.charCodeAt(0)));
  } catch {
    compiled = null;
  }
  if (compiled === null) return undefined;
  try {
    const pages = Math.ceil(bytes / PAGE_BYTES);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const { exports } = new WebAssembly.Instance(compiled, { heliostream: { memory } });
    // The exports are those of accumulate.wat, which the tests compare with the bytes loaded here.
    return { ...(exports as Omit<SlotKernels, "memory">), memory: memory.buffer };
  } catch {
    return undefined;
  }
}
