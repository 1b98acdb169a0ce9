import { LevelSums, putSums } from "../../reducers/binning/level-sums.js";
import { KERNELS_AFTER_BYTES } from "../../reducers/binning/packet-bins.js";
import { planParts, type RecordPlan } from "../../reducers/binning/record-layout.js";
import { timeAxis } from "../../reducers/positions.js";
import type { PacketBatch, PacketHeader, StreamHeader } from "../../stream/model.js";
import { type BinnedBlock, type BinnedLevel, giveRecords, type LeftBin } from "./binned-blocks.js";
import { LevelBin } from "./level-bin.js";
import { type PutValue, TypeOutput } from "./type-output.js";

/** The bins of one packet type at all levels. */
export class BinnedType {
  readonly #input: PacketHeader;
  readonly #stream: StreamHeader;
  readonly #levels: readonly BinnedLevel[];
  readonly #open: readonly LevelBin[];
  /** Made when it is asked for: many types may be defined and few used. */
  readonly #outputs: (TypeOutput | undefined)[];
  #columns: RecordPlan["columns"] = [];
  #sums: LevelSums | undefined;
  #plainBytes: number;
  #scratch = new Float64Array(0);
  /** Levels that need another bin; used again. */
  readonly #changed: number[] = [];
  /** Levels whose bins may change within the packets at hand. */
  readonly #changing: LevelBin[] = [];

  constructor(input: PacketHeader, stream: StreamHeader, levels: readonly BinnedLevel[]) {
    this.#input = input;
    this.#stream = stream;
    this.#levels = levels;
    this.#open = levels.map(({ widthUs }) => new LevelBin(widthUs));
    this.#outputs = levels.map(() => undefined);
    // Plain loops take their time for each level.
    this.#plainBytes = levels[0]?.options.kernelsAfterBytes ?? KERNELS_AFTER_BYTES / levels.length;
    // What cannot be binned is told when it is defined.
    this.#output(0);
  }

  /** Gives the definition of its records to a block, unless that was done. */
  announce(level: BinnedLevel, block: BinnedBlock): void {
    const { id } = this.#input;
    const before = block.announced.get(id);
    if (before === this) return;
    before?.finish(level, block);
    giveRecords(level, block);
    block.announced.set(id, this);
    const { headers } = this.#output(this.#levels.indexOf(level));
    level.task.take(block.number, { kind: "packet", headers });
  }

  /** @param x positions of the packets, us2000 */
  push(batch: PacketBatch, x: Float64Array): void {
    const { header, bytes, count } = batch;
    const sums = this.#sumsFor(bytes.length);
    const { slicePackets } = sums;
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
      sums.load(slice);
      this.#takeSlice(sums, x.subarray(first, first + packets));
    }
  }

  /** Writes what is open in a block: no more of this type comes for it. */
  finish(level: BinnedLevel, block: BinnedBlock): void {
    const place = this.#levels.indexOf(level);
    const bin = this.#open[place]!;
    if (bin.block === block && this.#sums !== undefined) {
      this.#writeOpen(this.#sums, place, block, bin.index);
      this.#sums.next(place);
      bin.close();
      return;
    }
    const left = block.left.get(this);
    if (left === undefined) return;
    block.left.delete(this);
    this.#writeLeft(place, block, left);
  }

  #takeSlice(sums: LevelSums, x: Float64Array): void {
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < x.length; i++) {
      const at = x[i]!;
      // Not a number makes both NaN, and then nothing is certain.
      least = at < least ? at : at >= least ? least : Number.NaN;
      greatest = at > greatest ? at : at <= greatest ? greatest : Number.NaN;
    }
    for (let from = 0; from < x.length; ) {
      if (!this.#enter(sums, x[from]!)) {
        from++;
        continue;
      }
      this.#changing.length = 0;
      for (const bin of this.#open) if (!(least >= bin.from && greatest < bin.to)) this.#changing.push(bin);
      let to = from + 1;
      while (to < x.length && this.#stays(x[to]!)) to++;
      sums.take(from, to);
      from = to;
    }
  }

  /** Whether a position lies in the open bins of all levels. */
  #stays(position: number): boolean {
    for (let i = 0; i < this.#changing.length; i++) if (!this.#changing[i]!.holds(position)) return false;
    return true;
  }

  /** Opens the bins of a position at all levels; `false` for what is no position. */
  #enter(sums: LevelSums, position: number): boolean {
    const levels = this.#levels;
    const changed = this.#changed;
    changed.length = 0;
    for (let place = 0; place < levels.length; place++) {
      if (!levels[place]!.blocks.find(position)) return false;
      if (!this.#open[place]!.holds(position)) changed.push(place);
    }
    // What is open is left at all levels before anything new is begun, from fine to coarse.
    for (const place of changed) this.#leave(sums, place, levels[place]!.blocks.number);
    for (const place of changed) this.#begin(sums, place, position);
    return true;
  }

  /** @param next the block that comes next */
  #leave(sums: LevelSums, place: number, next: number): void {
    const { block, number, index } = this.#open[place]!;
    if (Number.isNaN(number)) return;
    if (block !== undefined) {
      if (number === next) this.#writeOpen(sums, place, block, index);
      else {
        sums.settle(place);
        block.left.set(this, { index, sums: sums.kept(place) });
      }
    }
    sums.next(place);
    this.#open[place]!.close();
  }

  #begin(sums: LevelSums, place: number, position: number): void {
    const level = this.#levels[place]!;
    const { blocks, widthUs, passed, task } = level;
    const { number, us } = blocks;
    const index = Math.floor((position - us.begin) / widthUs);
    const block = blocks.isWanted ? blocks.current() : undefined;
    if (block !== undefined) {
      this.announce(level, block);
      if (task.closesEarly) passed.came(this.#input.id, number);
      const left = block.left.get(this);
      if (left !== undefined) {
        block.left.delete(this);
        if (left.index === index) sums.resume(place, left.sums);
        else this.#writeLeft(place, block, left);
      }
    }
    this.#open[place]!.open(block, number, us, index);
  }

  #writeOpen(sums: LevelSums, place: number, block: BinnedBlock, index: number): void {
    sums.settle(place);
    this.#write(place, block, index, (value, plane, out, at) => sums.put(place, value, plane, out, at));
  }

  #writeLeft(place: number, block: BinnedBlock, { index, sums }: LeftBin): void {
    this.#write(place, block, index, (value, plane, out, at) =>
      putSums(this.#scratch, this.#columns[value.column]!, sums[value.column]!, value, plane, out, at),
    );
  }

  #write(place: number, block: BinnedBlock, index: number, put: PutValue): void {
    const level = this.#levels[place]!;
    const output = this.#output(place);
    const position = block.us.begin + (index + 0.5) * level.widthUs;
    const shown = output.shownAt(position);
    if (!(shown >= block.us.begin && shown < block.us.end)) return;
    if (output.owner !== undefined && output.owner !== block) giveRecords(level, output.owner);
    if (block.pending !== output || output.full) giveRecords(level, block);
    block.pending = output;
    output.owner = block;
    block.hasRecords = true;
    output.write(position, put);
  }

  #output(place: number): TypeOutput {
    let output = this.#outputs[place];
    if (output === undefined) {
      const { bins, derived, mostPlanes } = this.#levels[place]!.options;
      const axis = timeAxis(this.#input, bins.width);
      const plan = planParts(this.#input, {
        stream: this.#stream,
        axis,
        derived,
        mostPlanes,
        lineWidthSeconds: bins.width,
      });
      // The same at all levels.
      if (this.#columns.length === 0) this.#columns = plan.columns;
      output = new TypeOutput(plan, axis);
      this.#outputs[place] = output;
    }
    return output;
  }

  /** The sums, with kernels once enough has come that they pay. */
  #sumsFor(bytes: number): LevelSums {
    this.#plainBytes -= bytes;
    const compiled = this.#plainBytes < 0;
    const before = this.#sums;
    if (before !== undefined && !compiled) return before;
    const columns = this.#columns;
    if (before === undefined)
      this.#scratch = new Float64Array(Math.max(...columns.map(({ plane }) => plane.items)));
    const written = new Set(columns.keys());
    const sums = new LevelSums(columns, written, this.#levels.length, this.#input.stride, compiled);
    if (before !== undefined) sums.adopt(before);
    if (compiled) this.#plainBytes = Number.POSITIVE_INFINITY;
    this.#sums = sums;
    return sums;
  }
}
