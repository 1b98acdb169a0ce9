import { DasError } from "../../errors/das-error.js";
import type { BinAveragesOptions } from "../../reducers/binning/bin-averages.js";
import { averagedStream } from "../../reducers/binning/bin-averages.js";
import type { KeptSums } from "../../reducers/binning/level-sums.js";
import type { PacketBatch, PacketHeader, StreamHeader } from "../../stream/model.js";
import { BinnedType } from "./binned-type.js";
import { blockHeader } from "./block-header.js";
import { type LevelTask, PassedBlocks } from "./level-task.js";
import { type BlockUs, OpenBlocks } from "./open-blocks.js";
import type { TypeOutput } from "./type-output.js";

/** A bin that is left for the time being: packets of its type lie in another block. */
export interface LeftBin {
  readonly index: number;
  readonly sums: KeptSums;
}

/** A block of a level of averages. */
export interface BinnedBlock {
  readonly number: number;
  readonly us: BlockUs;
  /** Types whose definition was given, by id. */
  readonly announced: Map<number, BinnedType>;
  readonly left: Map<BinnedType, LeftBin>;
  /** Where its last records wait. */
  pending: TypeOutput | undefined;
  hasRecords: boolean;
}

/** A level of averages. */
export interface BinnedLevel {
  readonly task: LevelTask;
  readonly options: BinAveragesOptions;
  readonly widthUs: number;
  readonly blocks: OpenBlocks<BinnedBlock>;
  readonly passed: PassedBlocks;
}

/**
 * The blocks of all levels of averages over bins, made together: packets are loaded and looked at once, each level keeps sums of its
 * own, and counts, least and greatest values are handed up from bin to bin. Each block is what {@link BinAverages} gives for its packets,
 * to the last bit.
 */
export class BinnedBlocks {
  readonly #levels: readonly BinnedLevel[];
  readonly #stream: StreamHeader;
  /** In force, by id. */
  readonly #types = new Map<number, BinnedType>();
  readonly busy = [];
  readonly ending = [];

  constructor(tasks: readonly LevelTask[], stream: StreamHeader) {
    this.#stream = stream;
    this.#levels = tasks
      .map((task): BinnedLevel => {
        const options = task.binsOf?.(0);
        if (options === undefined) throw new DasError("INTERNAL", "a level without bins");
        const { period, wants } = task;
        const level: BinnedLevel = {
          task,
          options,
          widthUs: options.bins.width * 1e6,
          blocks: new OpenBlocks<BinnedBlock>({
            period,
            wants,
            begin: (number, us, again) => this.#begin(level, number, us, again),
            close: (block) => this.#close(level, block),
          }),
          passed: new PassedBlocks(),
        };
        return level;
      })
      // Counts and bounds go from fine to coarse.
      .sort((a, b) => a.widthUs - b.widthUs);
  }

  define(header: PacketHeader): void {
    this.#types.set(header.id, new BinnedType(header, this.#stream, this.#levels));
  }

  /** @param x positions of the packets, us2000 */
  push(batch: PacketBatch, x: Float64Array): void {
    const { id } = batch.header;
    const type = this.#types.get(id);
    if (type === undefined) throw new DasError("UNDEFINED_ID", `data of packet id ${id} without a header`);
    type.push(batch, x);
    for (const level of this.#levels) {
      for (const block of level.blocks.all) giveRecords(level, block);
      if (level.task.closesEarly) this.#closePassed(level);
    }
  }

  closeBefore(number: number, task?: LevelTask): void {
    for (const level of this.#levels)
      if (task === undefined || level.task === task) level.blocks.closeBefore(number);
  }

  abandon(): void {
    for (const { blocks } of this.#levels) blocks.drop();
  }

  #begin(level: BinnedLevel, number: number, us: BlockUs, again: boolean): BinnedBlock {
    const { task, options } = level;
    if (again) task.disordered(number);
    const block: BinnedBlock = {
      number,
      us,
      announced: new Map(),
      left: new Map(),
      pending: undefined,
      hasRecords: false,
    };
    const stream = blockHeader(this.#stream, number, task.period);
    task.take(number, { kind: "stream", header: averagedStream(stream, options) });
    for (const type of this.#types.values()) type.announce(level, block);
    return block;
  }

  /** Ids in ascending order, as a reducer writes them at the end. */
  #close(level: BinnedLevel, block: BinnedBlock): void {
    for (const [, type] of [...block.announced].sort(([a], [b]) => a - b)) type.finish(level, block);
    giveRecords(level, block);
    level.task.closed(block.number, undefined);
  }

  #closePassed({ blocks, passed }: BinnedLevel): void {
    const latest = Math.max(...blocks.all.filter(({ hasRecords }) => hasRecords).map(({ number }) => number));
    for (const block of blocks.all)
      if (block.number < latest && passed.hasPassed(block.number, block.announced.keys()))
        blocks.close(block);
  }
}

/** Gives the records of a block that wait. */
export function giveRecords({ task }: BinnedLevel, block: BinnedBlock): void {
  const output = block.pending;
  block.pending = undefined;
  const records = output?.take();
  if (output !== undefined && records !== undefined)
    task.take(block.number, { kind: "records", headers: output.headers, ...records });
}
