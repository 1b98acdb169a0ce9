import { BatchBuilder } from "../../stream/batch-builder.js";
import type { Emit, PacketBatch, PacketHeader } from "../../stream/model.js";
import { FARTHEST, type PositionAxis } from "../positions.js";
import { type BinGrid, binCentre, binIndex, type StreamGrids } from "./bins.js";
import { OpenBin } from "./open-bin.js";
import type { PlanePlan } from "./plane-plan.js";
import type { RecordWriter } from "./record-writer.js";

/** What may be odd about a packet: its x is no number; a text field of it is none. */
export type Oddity = "position" | "text";

/** What the packet types of one stream share. */
export interface BinSurroundings {
  readonly grids: StreamGrids;
  readonly writer: RecordWriter;
  /** Called for what the people who made the stream should know; the first of a kind is enough. */
  readonly warn: (topic: Oddity, id: number) => void;
  /** Bytes of one packet type after which compiled kernels take over from plain loops. */
  readonly kernelsAfterBytes: number;
}

/**
 * Compiled kernels need a memory of their own, 0.3 ms to make: worth it from here on, and not for a stream that
 * redefines its packets all the time.
 */
export const KERNELS_AFTER_BYTES = 262_144;

/** Room for records that wait; what comes next gathers more. */
const OUTPUT_BYTES = 16_384;

/**
 * The bins of one packet type: at most one is open; a packet that lies in another writes it and opens that one, also
 * when it lies before (records are neither merged nor sorted). Source: reducers 2, 3.4.
 */
export class PacketBins {
  readonly #axis: PositionAxis;
  readonly #plan: PlanePlan;
  readonly #shared: BinSurroundings;
  readonly #stride: number;
  /** Made with the first packets: many types may be defined and few used. */
  #bin: OpenBin | undefined;
  #positions = new Float64Array(0);
  /** Bytes to come before kernels are made; infinite once there is no more to it. */
  #plainBytes: number;
  /** For each column the offsets of its items in units of the axis, where it is spread over several bins. */
  readonly #offsets: readonly (Float64Array | undefined)[] | undefined;
  /** Made when there is something to write. */
  #out: BatchBuilder | undefined;
  #grid: BinGrid | undefined;
  #open = Number.NaN;

  constructor(input: PacketHeader, axis: PositionAxis, plan: PlanePlan, shared: BinSurroundings) {
    this.#axis = axis;
    this.#plan = plan;
    this.#shared = shared;
    const isSpread = plan.columns.some(({ geometry }) => geometry.kind === "spread");
    this.#stride = input.stride;
    this.#plainBytes = isSpread ? Number.POSITIVE_INFINITY : shared.kernelsAfterBytes;
    this.#offsets = isSpread
      ? plan.columns.map(({ geometry }) =>
          geometry.kind === "spread"
            ? geometry.offsetSeconds.map((s) => (axis.epoch ? s * 1e6 : s / (axis.unitSeconds ?? 1)))
            : undefined,
        )
      : undefined;
  }

  /** Takes the packets of a batch; records of bins that they close go to the writer. */
  push(batch: PacketBatch, emit: Emit): void {
    const { header, bytes, count } = batch;
    const bin = this.#binFor(bytes.length);
    const { slicePackets } = bin;
    for (let first = 0; first < count; first += slicePackets) {
      const packets = Math.min(slicePackets, count - first);
      const slice =
        packets === count
          ? batch
          : {
              header,
              bytes: bytes.subarray(first * header.stride, (first + packets) * header.stride),
              count: packets,
            };
      if (this.#positions.length < packets) this.#positions = new Float64Array(packets);
      this.#axis.read(slice, this.#positions);
      if (bin.load(slice) > 0) this.#shared.warn("text", header.id);
      if (this.#offsets === undefined) this.#takeSlice(bin, packets, emit);
      else this.#spreadSlice(bin, packets, this.#offsets, emit);
    }
  }

  /** Writes the open bin, if there is one. */
  flush(emit: Emit): void {
    if (Number.isNaN(this.#open) || this.#grid === undefined || this.#bin === undefined) return;
    this.#out ??= new BatchBuilder(this.#plan.header, OUTPUT_BYTES);
    const at = this.#shared.writer.next(this.#out, emit);
    this.#axis.write(this.#out.bytes, this.#out.view, at + 4, binCentre(this.#grid, this.#open));
    this.#bin.write(this.#out, at);
    this.#bin.clear();
    this.#open = Number.NaN;
  }

  /** The open bin, with kernels once enough has come that they pay. */
  #binFor(bytes: number): OpenBin {
    this.#plainBytes -= bytes;
    const compiled = this.#plainBytes < 0;
    if (this.#bin !== undefined && !compiled) return this.#bin;
    const bin = new OpenBin(this.#plan, this.#stride, compiled);
    if (this.#bin !== undefined) bin.adopt(this.#bin);
    if (compiled) this.#plainBytes = Number.POSITIVE_INFINITY;
    this.#bin = bin;
    return bin;
  }

  /** Takes runs of packets that lie in one bin. */
  #takeSlice(bin: OpenBin, packets: number, emit: Emit): void {
    const positions = this.#positions;
    for (let from = 0; from < packets; ) {
      const x = positions[from]!;
      if (!(Math.abs(x) < FARTHEST)) {
        this.#skip(x);
        from++;
        continue;
      }
      this.#grid ??= this.#shared.grids.gridOf(this.#axis, x);
      const grid = this.#grid;
      const index = binIndex(grid, x);
      let to = from + 1;
      while (to < packets && binIndex(grid, positions[to]!) === index) to++;
      this.#enter(index, emit);
      bin.take(from, to);
      from = to;
    }
  }

  /** Takes packets one by one, each item of a spread plane in the bin of x + its offset, in order of time. */
  #spreadSlice(
    bin: OpenBin,
    packets: number,
    offsets: readonly (Float64Array | undefined)[],
    emit: Emit,
  ): void {
    for (let packet = 0; packet < packets; packet++) {
      const x = this.#positions[packet]!;
      if (!(Math.abs(x) < FARTHEST)) {
        this.#skip(x);
        continue;
      }
      this.#grid ??= this.#shared.grids.gridOf(this.#axis, x);
      const grid = this.#grid;
      const runs = this.#plan.columns.flatMap(({ plane, geometry }, column) => {
        if (offsets[column] !== undefined) return itemRuns(grid, x, offsets[column], column, packet);
        const factor = geometry.kind === "collapsed" ? plane.items : 1;
        return { index: binIndex(grid, x), column, from: packet * factor, to: (packet + 1) * factor };
      });
      runs.sort((a, b) => a.index - b.index); // stable: planes of one bin stay in order
      for (const { index, column, from, to } of runs) {
        this.#enter(index, emit);
        bin.takeRun(column, from, to);
      }
    }
  }

  #enter(index: number, emit: Emit): void {
    if (index === this.#open) return;
    this.flush(emit);
    this.#open = index;
  }

  #skip(x: number): void {
    if (!Number.isFinite(x)) this.#shared.warn("position", this.#plan.header.id); // fill is left out without a word
  }
}

/** Items of one packet side by side in one bin; `from` and `to` count the items of all loaded packets. */
function itemRuns(grid: BinGrid, x: number, offsets: Float64Array, column: number, packet: number) {
  const runs: { index: number; column: number; from: number; to: number }[] = [];
  const first = packet * offsets.length;
  for (let from = 0; from < offsets.length; ) {
    const index = binIndex(grid, x + offsets[from]!);
    let to = from + 1;
    while (to < offsets.length && binIndex(grid, x + offsets[to]!) === index) to++;
    if (Number.isFinite(index)) runs.push({ index, column, from: first + from, to: first + to });
    from = to;
  }
  return runs;
}
