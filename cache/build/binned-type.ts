import { LevelSums, putSums } from "../../reducers/binning/level-sums.js";
import { KERNELS_AFTER_BYTES } from "../../reducers/binning/packet-bins.js";
import type { OutputValue } from "../../reducers/binning/plane-plan.js";
import { planParts, type RecordPart, type RecordPlan } from "../../reducers/binning/record-layout.js";
import { type PositionAxis, timeAxis } from "../../reducers/positions.js";
import { BatchBuilder } from "../../stream/batch-builder.js";
import { readXUs2000 } from "../../stream/columns.js";
import type { PacketBatch, PacketHeader, Plane, StreamHeader } from "../../stream/model.js";
import { type BinnedBlock, type BinnedLevel, giveRecords, type LeftBin } from "./binned-blocks.js";
import { type RecordHeaders, recordHeaders } from "./level-item.js";
import type { BlockUs } from "./open-blocks.js";

/** Room for records that wait, bytes; what comes next gathers more. */
const OUTPUT_BYTES = 16_384;

/** Writes a value of a record as a plane of the packet at `at` of `out`. */
type PutValue = (value: OutputValue, plane: Plane, out: BatchBuilder, at: number) => void;

/** Records of one type at one level on their way to a block. */
export class TypeOutput {
  readonly headers: RecordHeaders;
  readonly axis: PositionAxis;
  readonly #parts: readonly { readonly part: RecordPart; readonly builder: BatchBuilder }[];
  /** Whose records wait. */
  owner: BinnedBlock | undefined;
  /** One packet, to see where its x comes to lie; missing where that is known. */
  readonly #trial: BatchBuilder | undefined;
  readonly #shown = new Float64Array(1);

  constructor({ main, companion }: RecordPlan, axis: PositionAxis) {
    this.axis = axis;
    this.headers = recordHeaders(main.header, companion?.header);
    const parts = companion === undefined ? [main] : [main, companion];
    this.#parts = parts.map((part) => ({
      part,
      // As many records in both.
      builder: new BatchBuilder(
        part.header,
        part.header.stride * Math.max(1, Math.floor(OUTPUT_BYTES / main.header.stride)),
      ),
    }));
    const { type, units } = axis.plane;
    const isExact = type.kind === "real" && type.width === 8 && units === "us2000";
    this.#trial = isExact ? undefined : new BatchBuilder(main.header, 1);
  }

  get full(): boolean {
    return this.#parts[0]!.builder.full;
  }

  /** Where a record with that position says it is: text, for example, has few digits. */
  shownAt(position: number): number {
    const trial = this.#trial;
    if (trial === undefined) return position;
    this.axis.write(trial.bytes, trial.view, trial.next() + 4, position);
    const batch = trial.take();
    if (batch !== undefined) readXUs2000(batch, this.#shown);
    return this.#shown[0]!;
  }

  /** Writes a record. @param put writes a value of it */
  write(position: number, put: PutValue): void {
    for (const { part, builder } of this.#parts) {
      const at = builder.next();
      this.axis.write(builder.bytes, builder.view, at + 4, position);
      for (let i = 0; i < part.values.length; i++)
        put(part.values[i]!, part.header.planes[i + 1]!, builder, at);
    }
  }

  /** The records that wait, as views that hold until the next is written; `undefined` if there are none. */
  take(): { readonly main: PacketBatch; readonly companion: PacketBatch | undefined } | undefined {
    this.owner = undefined;
    const [main, companion] = this.#parts.map(({ builder }) => builder.take());
    return main === undefined ? undefined : { main, companion };
  }
}

/** The bin that is open at a level. */
class OpenBin {
  /** `undefined` where nothing is made of its block. */
  block: BinnedBlock | undefined;
  /** NaN where no bin is open. */
  number = Number.NaN;
  index = Number.NaN;
  /** Of the block. */
  begin = 0;
  end = 0;
  /** Positions that lie in the bin for certain, without the arithmetic of the reducers. */
  from = Number.POSITIVE_INFINITY;
  to = Number.NEGATIVE_INFINITY;
  readonly #widthUs: number;

  constructor(widthUs: number) {
    this.#widthUs = widthUs;
  }

  open(block: BinnedBlock | undefined, number: number, { begin, end }: BlockUs, index: number): void {
    this.block = block;
    this.number = number;
    this.index = index;
    this.begin = begin;
    this.end = end;
    const edge = begin + index * this.#widthUs;
    // Wider than all rounding of the arithmetic of bins.
    const margin = this.#widthUs * 1e-6 + Math.abs(edge) * 1e-15;
    this.from = edge + margin;
    this.to = Math.min(edge + this.#widthUs - margin, end);
  }

  close(): void {
    this.block = undefined;
    this.number = Number.NaN;
    this.index = Number.NaN;
    this.from = Number.POSITIVE_INFINITY;
    this.to = Number.NEGATIVE_INFINITY;
  }

  /** Whether a position lies in the bin. */
  holds(position: number): boolean {
    if (position >= this.from && position < this.to) return true;
    if (!(position >= this.begin && position < this.end)) return false;
    return Math.floor((position - this.begin) / this.#widthUs) === this.index;
  }
}

/** The bins of one packet type at all levels. */
export class BinnedType {
  readonly #input: PacketHeader;
  readonly #stream: StreamHeader;
  readonly #levels: readonly BinnedLevel[];
  readonly #open: readonly OpenBin[];
  /** Made when it is asked for: many types may be defined and few used. */
  readonly #outputs: (TypeOutput | undefined)[];
  #columns: RecordPlan["columns"] = [];
  #sums: LevelSums | undefined;
  #plainBytes: number;
  #scratch = new Float64Array(0);
  /** Levels that need another bin; used again. */
  readonly #changed: number[] = [];
  /** Levels whose bins may change within the packets at hand. */
  readonly #changing: OpenBin[] = [];

  constructor(input: PacketHeader, stream: StreamHeader, levels: readonly BinnedLevel[]) {
    this.#input = input;
    this.#stream = stream;
    this.#levels = levels;
    this.#open = levels.map(({ widthUs }) => new OpenBin(widthUs));
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
