import { DasError } from "../../errors/das-error.js";
import { readXUs2000, xUnits } from "../../stream/columns.js";
import type { Emit, PacketBatch, PacketHeader, StreamHeader, StreamItem } from "../../stream/model.js";
import { timeToUs2000, us2000ToTime } from "../../stream/time.js";
import { epochUnit } from "../../stream/units.js";
import { blockNumber, blockRange } from "../block-number.js";
import type { BlockPeriod } from "../level.js";
import type { BlockReducer, BlockUs } from "./block-reducer.js";
import { NumberRuns } from "./number-runs.js";

/** What is made of the packets of one level. */
export interface LevelTask {
  readonly period: BlockPeriod;
  /** Whether anything is made of a block. */
  readonly wants: (number: number) => boolean;
  /** Makes the reducer of a block. */
  readonly reduce: (number: number, us: BlockUs, emit: Emit) => BlockReducer;
  /** Takes an item of a block: stream header, packet headers, records. Batches may be re-used once it returns. */
  readonly take: (number: number, item: StreamItem) => void;
  /** A block has got its last packet; it is whole once `done` has resolved, where there is one. */
  readonly closed: (number: number, done: Promise<void> | undefined) => void;
  /** A packet came for a block that had been closed: what was made of it is not what its packets give. */
  readonly disordered: (number: number) => void;
  /** Whether a block is closed as soon as all of its ids are in a later one that has records, which whoever streams waits for. */
  readonly closesEarly: boolean;
}

/** Blocks of a level that are open at the same time: ids may cross a border at slightly different times. */
const MOST_OPEN = 4;

/**
 * One pass over the packets of a reader that makes the blocks of all levels. A packet belongs to the block that holds its x; a
 * packet without a position belongs to none. Blocks are opened with their first packet, and begin with the stream header and the
 * packet headers in force then. Memory does not grow with the number of blocks. Source: das2-server 15.7.
 */
export class LevelPass {
  readonly #levels: readonly LevelBlocks[];
  readonly #definitions = new Map<number, PacketHeader>();
  #stream: StreamHeader | undefined;
  #x = new Float64Array(0);
  #position = Number.NEGATIVE_INFINITY;

  constructor(tasks: readonly LevelTask[]) {
    this.#levels = tasks.map((task) => new LevelBlocks(task));
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
    if (item.kind === "stream") this.#stream ??= item.header;
    else if (item.kind === "packet") this.#define(item.header);
    else if (item.kind === "data") this.#data(item.batch);
  }

  /** To be waited for before more is pushed. */
  get busy(): Promise<unknown> | undefined {
    const waits = this.#levels.flatMap((level) => level.busy);
    return waits.length === 0 ? undefined : Promise.all(waits);
  }

  /** Blocks that are closed and not yet whole: programs work on them. To be asked for again once it has resolved. */
  get ending(): Promise<unknown> | undefined {
    const waits = this.#levels.flatMap((level) => level.ending);
    return waits.length === 0 ? undefined : Promise.all(waits);
  }

  /** There are no more packets: closes all blocks. */
  end(): void {
    for (const level of this.#levels) level.closeAll();
  }

  /** Closes the blocks of a task before one of them. */
  closeBefore(task: number, number: number): void {
    this.#levels[task]?.closeBefore(number);
  }

  /** Nothing is wanted any more. */
  abandon(): void {
    for (const level of this.#levels) level.abandon();
  }

  #define(header: PacketHeader): void {
    const x = header.planes[0]!; // a packet header has an x plane, the first
    if (epochUnit(xUnits(x)) === undefined)
      throw new DasError(
        "UNSUITED_STREAM",
        `x of packet ${header.id} is in "${x.units.slice(0, 40)}", expected a time: it belongs to no block`,
      );
    this.#definitions.set(header.id, header);
  }

  #data(batch: PacketBatch): void {
    if (this.#stream === undefined)
      throw new DasError("NO_STREAM_HEADER", "a data packet before the stream header");
    if (this.#x.length < batch.count) this.#x = new Float64Array(batch.count);
    readXUs2000(batch, this.#x);
    this.#position = this.#x[batch.count - 1] ?? this.#position;
    for (const level of this.#levels) level.push(batch, this.#x, this.#stream, this.#definitions);
  }
}

/** A block that gets packets. */
interface OpenBlock {
  readonly number: number;
  readonly us: BlockUs;
  readonly reducer: BlockReducer;
  /** Definitions that were passed on, by id. */
  readonly announced: Map<number, PacketHeader>;
  hasRecords: boolean;
}

/** The blocks of one level. */
class LevelBlocks {
  readonly #task: LevelTask;
  /** The one used last is the last. */
  #open: OpenBlock[] = [];
  readonly #closed = new NumberRuns();
  /** By id, the last block that had packets of it. */
  readonly #lastOf = new Map<number, number>();
  /** Blocks that are closed and not yet whole. */
  readonly #ending = new Set<Promise<void>>();
  /** The part of time that was looked at last, and whether its block is wanted. */
  #us: BlockUs = { begin: 0, end: 0 };
  #number = 0;
  #isWanted = false;

  constructor(task: LevelTask) {
    this.#task = task;
  }

  get busy(): readonly Promise<void>[] {
    const waits = this.#open.flatMap(({ reducer }) => reducer.busy ?? []);
    return this.#ending.size > MOST_OPEN ? [...waits, ...this.#ending] : waits;
  }

  get ending(): readonly Promise<void>[] {
    return [...this.#ending];
  }

  push(
    batch: PacketBatch,
    x: Float64Array,
    stream: StreamHeader,
    definitions: ReadonlyMap<number, PacketHeader>,
  ): void {
    const { header, bytes, count } = batch;
    for (let from = 0; from < count; ) {
      const position = x[from]!;
      if (!(position >= this.#us.begin && position < this.#us.end) && !this.#find(position)) {
        from++;
        continue;
      }
      const { begin, end } = this.#us;
      let to = from + 1;
      while (to < count && x[to]! >= begin && x[to]! < end) to++;
      if (this.#isWanted) {
        const part =
          to - from === count
            ? batch
            : { header, bytes: bytes.subarray(from * header.stride, to * header.stride), count: to - from };
        this.#pushTo(this.#blockFor(stream, definitions), part, definitions);
      }
      from = to;
    }
  }

  closeAll(): void {
    this.closeBefore(Number.POSITIVE_INFINITY);
  }

  closeBefore(number: number): void {
    const ending = this.#open.filter((block) => block.number < number);
    for (const block of ending.sort((a, b) => a.number - b.number)) this.#close(block);
  }

  abandon(): void {
    for (const { reducer } of this.#open) reducer.abandon();
    this.#open = [];
  }

  /** Looks for the block of a position; `false` for what is no position. */
  #find(position: number): boolean {
    if (!(Math.abs(position) < FARTHEST_US)) return false;
    const { period, wants } = this.#task;
    // By the nearest nanosecond: a position just before a border may be taken for the border.
    let number = blockNumber(us2000ToTime(position), period);
    let us = blockUs(number, period);
    if (position < us.begin) us = blockUs(--number, period);
    else if (position >= us.end) us = blockUs(++number, period);
    this.#us = us;
    this.#number = number;
    this.#isWanted = wants(number);
    return true;
  }

  #blockFor(stream: StreamHeader, definitions: ReadonlyMap<number, PacketHeader>): OpenBlock {
    const number = this.#number;
    const last = this.#open.at(-1);
    if (last?.number === number) return last;
    let block = this.#open.find((open) => open.number === number);
    if (block === undefined) block = this.#begin(stream, definitions);
    else this.#open.splice(this.#open.indexOf(block), 1);
    this.#open.push(block);
    if (this.#open.length > MOST_OPEN) this.#close(this.#open[0]!);
    return block;
  }

  #begin(stream: StreamHeader, definitions: ReadonlyMap<number, PacketHeader>): OpenBlock {
    const number = this.#number;
    const { reduce, take, disordered } = this.#task;
    if (this.#closed.has(number)) disordered(number);
    const emit: Emit = (item) => {
      if (item.kind === "data") block.hasRecords = true;
      take(number, item);
    };
    const block: OpenBlock = {
      number,
      us: this.#us,
      reducer: reduce(number, this.#us, emit),
      announced: new Map(definitions),
      hasRecords: false,
    };
    block.reducer.push({ kind: "stream", header: stream });
    for (const header of definitions.values()) block.reducer.push({ kind: "packet", header });
    return block;
  }

  #pushTo(block: OpenBlock, batch: PacketBatch, definitions: ReadonlyMap<number, PacketHeader>): void {
    const { id } = batch.header;
    const header = definitions.get(id);
    if (header === undefined) throw new DasError("UNDEFINED_ID", `data of packet id ${id} without a header`);
    if (block.announced.get(id) !== header) {
      block.announced.set(id, header);
      block.reducer.push({ kind: "packet", header });
    }
    block.reducer.push({ kind: "data", batch });
    if (!this.#task.closesEarly) return;
    this.#lastOf.set(id, block.number);
    if (block.hasRecords) this.#closePassed(block.number);
  }

  /** Closes the blocks before one that all of their ids have left. */
  #closePassed(number: number): void {
    for (const block of this.#open) if (block.number < number && this.#isPassed(block)) this.#close(block);
  }

  #isPassed({ number, announced }: OpenBlock): boolean {
    for (const id of announced.keys()) if (this.#lastOf.get(id) === number) return false;
    return true;
  }

  #close(block: OpenBlock): void {
    this.#open = this.#open.filter((open) => open !== block);
    this.#closed.add(block.number);
    const done = block.reducer.end();
    if (done !== undefined) {
      const settled = done.then(
        () => undefined,
        () => undefined,
      );
      this.#ending.add(settled);
      void settled.then(() => this.#ending.delete(settled));
    }
    this.#task.closed(block.number, done);
  }
}

/** Years far beyond 1 to 9999. */
const FARTHEST_US = 1e18;

/** The part of time of a block. */
export function blockUs(number: number, period: BlockPeriod): BlockUs {
  const { begin, end } = blockRange(number, period);
  return { begin: timeToUs2000(begin), end: timeToUs2000(end) };
}
