import { DasError } from "../../errors/das-error.js";
import type { PacketBatch, PacketHeader, StreamHeader } from "../../stream/model.js";
import { blockHeader } from "./block-header.js";
import type { BlockReducer } from "./block-reducer.js";
import type { EmitLevel } from "./level-item.js";
import { type LevelTask, PassedBlocks } from "./level-task.js";
import { OpenBlocks } from "./open-blocks.js";

/** A block with a reducer of its own. */
interface ReducedBlock {
  readonly number: number;
  readonly reducer: BlockReducer;
  /** Definitions that were passed on, by id. */
  readonly announced: Map<number, PacketHeader>;
  hasRecords: boolean;
}

/** The blocks of one level, each made by a reducer of its own. */
export class ReducedBlocks {
  readonly #task: LevelTask;
  readonly #stream: StreamHeader;
  readonly #definitions: ReadonlyMap<number, PacketHeader>;
  readonly #blocks: OpenBlocks<ReducedBlock>;
  readonly #passed = new PassedBlocks();
  /** Blocks that are closed and not yet whole. */
  readonly #ending = new Set<Promise<void>>();

  /** @param definitions in force, by id, as they are when packets come */
  constructor(task: LevelTask, stream: StreamHeader, definitions: ReadonlyMap<number, PacketHeader>) {
    this.#task = task;
    this.#stream = stream;
    this.#definitions = definitions;
    const { period, wants, disordered, reduce, take } = task;
    this.#blocks = new OpenBlocks<ReducedBlock>({
      period,
      wants,
      begin: (number, us, again) => {
        if (again) disordered(number);
        const emit: EmitLevel = (item) => {
          if (item.kind === "records") block.hasRecords = true;
          take(number, item);
        };
        const reducer = reduce(number, us, emit);
        const block = { number, reducer, announced: new Map(definitions), hasRecords: false };
        reducer.push({ kind: "stream", header: blockHeader(this.#stream, number, period) });
        for (const header of definitions.values()) reducer.push({ kind: "packet", header });
        return block;
      },
      close: (block) => this.#close(block),
    });
  }

  /** To be waited for before more is pushed. */
  get busy(): readonly Promise<void>[] {
    const waits = this.#blocks.all.flatMap(({ reducer }) => reducer.busy ?? []);
    return this.#ending.size > 4 ? [...waits, ...this.#ending] : waits;
  }

  /** Blocks that are closed and not yet whole. */
  get ending(): readonly Promise<void>[] {
    return [...this.#ending];
  }

  /** @param x positions of the packets, us2000 */
  push(batch: PacketBatch, x: Float64Array): void {
    const { header, bytes, count } = batch;
    const blocks = this.#blocks;
    for (let from = 0; from < count; ) {
      if (!blocks.find(x[from]!)) {
        from++;
        continue;
      }
      const { begin, end } = blocks.us;
      let to = from + 1;
      while (to < count && x[to]! >= begin && x[to]! < end) to++;
      if (blocks.isWanted) {
        const part =
          to - from === count
            ? batch
            : { header, bytes: bytes.subarray(from * header.stride, to * header.stride), count: to - from };
        this.#pushTo(blocks.current(), part);
      }
      from = to;
    }
  }

  closeBefore(number: number): void {
    this.#blocks.closeBefore(number);
  }

  abandon(): void {
    for (const { reducer } of this.#blocks.drop()) reducer.abandon();
  }

  #pushTo(block: ReducedBlock, batch: PacketBatch): void {
    const { id } = batch.header;
    const header = this.#definitions.get(id);
    if (header === undefined) throw new DasError("UNDEFINED_ID", `data of packet id ${id} without a header`);
    if (block.announced.get(id) !== header) {
      block.announced.set(id, header);
      block.reducer.push({ kind: "packet", header });
    }
    block.reducer.push({ kind: "data", batch });
    if (!this.#task.closesEarly) return;
    this.#passed.came(id, block.number);
    if (!block.hasRecords) return;
    for (const other of this.#blocks.all)
      if (other.number < block.number && this.#passed.hasPassed(other.number, other.announced.keys()))
        this.#blocks.close(other);
  }

  #close({ number, reducer }: ReducedBlock): void {
    const done = reducer.end();
    if (done !== undefined) {
      const settled = done.catch(() => undefined);
      this.#ending.add(settled);
      void settled.then(() => this.#ending.delete(settled));
    }
    this.#task.closed(number, done);
  }
}
