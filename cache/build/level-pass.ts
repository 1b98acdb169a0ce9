import { DasError } from "../../errors/das-error.js";
import { isWaveformStream } from "../../reducers/binning/waveform.js";
import { readXUs2000, xUnits } from "../../stream/columns.js";
import type { PacketBatch, PacketHeader, StreamHeader, StreamItem } from "../../stream/model.js";
import { timeToUs2000 } from "../../stream/time.js";
import { epochUnit } from "../../stream/units.js";
import { BinnedBlocks } from "./binned-blocks.js";
import type { LevelTask } from "./level-task.js";
import { blockUs } from "./open-blocks.js";
import { ReducedBlocks } from "./reduced-blocks.js";

/** What makes blocks of packets, at one level or at several. */
interface BlockMaker {
  readonly busy: readonly Promise<void>[];
  readonly ending: readonly Promise<void>[];
  define?(header: PacketHeader): void;
  push(batch: PacketBatch, x: Float64Array): void;
  closeBefore(number: number, task?: LevelTask): void;
  abandon(): void;
}

/**
 * One pass over the packets of a reader that makes the blocks of all levels. A packet belongs to the block that holds its x; a
 * packet without a position belongs to none. Blocks are opened with their first packet, and begin with the stream header and the
 * packet headers in force then. Levels of averages share what they can of the work, and give the same as each would alone. Memory does
 * not grow with the number of blocks. Source: das2-server 15.7.
 */
export class LevelPass {
  readonly #tasks: readonly LevelTask[];
  readonly #definitions = new Map<number, PacketHeader>();
  /** Made when the stream header has come; those of several tasks stand once. */
  #makers: readonly BlockMaker[] = [];
  readonly #makerOf = new Map<LevelTask, BlockMaker>();
  #stream: StreamHeader | undefined;
  #x = new Float64Array(0);
  #position = Number.NEGATIVE_INFINITY;

  constructor(tasks: readonly LevelTask[]) {
    this.#tasks = tasks;
  }

  /** The header of the stream, once it has come. */
  get stream(): StreamHeader | undefined {
    return this.#stream;
  }

  /** The position of the last packet, us2000. */
  get position(): number {
    return this.#position;
  }

  /** Takes the next item. Errors: UNSUITED_STREAM where x is no time, those of reducers. */
  push(item: StreamItem): void {
    if (item.kind === "stream") this.#begin(item.header);
    else if (item.kind === "packet") this.#define(item.header);
    else if (item.kind === "data") this.#data(item.batch);
  }

  /** To be waited for before more is pushed. */
  get busy(): Promise<unknown> | undefined {
    return together(this.#makers.flatMap((maker) => maker.busy));
  }

  /** Blocks that are closed and not yet whole: programs work on them. To be asked for again once it has resolved. */
  get ending(): Promise<unknown> | undefined {
    return together(this.#makers.flatMap((maker) => maker.ending));
  }

  /** There are no more packets: closes all blocks. */
  end(): void {
    for (const maker of this.#makers) maker.closeBefore(Number.POSITIVE_INFINITY);
  }

  /** Closes the blocks of a task before one of them. */
  closeBefore(place: number, number: number): void {
    const task = this.#tasks[place];
    if (task !== undefined) this.#makerOf.get(task)?.closeBefore(number, task);
  }

  /** Nothing is wanted any more. */
  abandon(): void {
    for (const maker of this.#makers) maker.abandon();
  }

  #begin(stream: StreamHeader): void {
    if (this.#stream !== undefined) return;
    this.#stream = stream;
    // How waveforms are binned depends on the width, so there is nothing to share.
    const binned = isWaveformStream(stream) ? [] : this.#tasks.filter(canBeShared);
    const makers: BlockMaker[] = [];
    if (binned.length > 0) {
      const maker = new BinnedBlocks(binned, stream);
      for (const task of binned) this.#makerOf.set(task, maker);
      makers.push(maker);
    }
    for (const task of this.#tasks) {
      if (this.#makerOf.has(task)) continue;
      const maker = new ReducedBlocks(task, stream, this.#definitions);
      this.#makerOf.set(task, maker);
      makers.push(maker);
    }
    this.#makers = makers;
  }

  #define(header: PacketHeader): void {
    const x = header.planes[0]!; // a packet header has an x plane, the first
    if (epochUnit(xUnits(x)) === undefined)
      throw new DasError(
        "UNSUITED_STREAM",
        `x of packet ${header.id} is in "${x.units.slice(0, 40)}", expected a time: it belongs to no block`,
      );
    this.#definitions.set(header.id, header);
    for (const maker of this.#makers) maker.define?.(header);
  }

  #data(batch: PacketBatch): void {
    if (this.#stream === undefined)
      throw new DasError("NO_STREAM_HEADER", "a data packet before the stream header");
    if (this.#x.length < batch.count) this.#x = new Float64Array(batch.count);
    readXUs2000(batch, this.#x);
    this.#position = this.#x[batch.count - 1] ?? this.#position;
    for (const maker of this.#makers) maker.push(batch, this.#x);
  }
}

/** Whether a level is averages whose bins begin with its blocks. */
function canBeShared({ binsOf, period }: LevelTask): boolean {
  const begin = binsOf?.(0).bins.begin;
  return begin !== undefined && timeToUs2000(begin) === blockUs(0, period).begin;
}

function together(waits: readonly Promise<void>[]): Promise<unknown> | undefined {
  return waits.length === 0 ? undefined : Promise.all(waits);
}
