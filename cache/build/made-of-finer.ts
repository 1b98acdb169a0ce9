import { cutRange } from "../../reducers/range-cut.js";
import { printPacketHeader } from "../../stream/header-xml.js";
import type { PacketHeader, StreamHeader, StreamItem } from "../../stream/model.js";
import { type BlockSpan, blockBegin } from "../block-number.js";
import { type Level, levelName } from "../level.js";
import { openBlock, type StoredBlock } from "../store/stored-block.js";
import { blockHeader } from "./block-header.js";
import { joinedItems } from "./joined-items.js";
import type { CommonFacts } from "./kept-block.js";
import type { KeptLevel } from "./kept-level.js";
import { asLevelItems } from "./level-item.js";
import { blockUs } from "./open-blocks.js";
import { reduceJoined } from "./reduce-joined.js";
import { keepsWithinOneUnit } from "./unit-bound.js";

/**
 * Makes a block of the blocks of a finer level, which cover it: equal to what the reducer gives for the packets within one unit in the
 * last place of the output type at the largest |value| of a bin, for each step away from the packets. The block is closed with what it
 * was made of.
 *
 * @param keeper takes the block
 * @param finer the level and those of its blocks that are in the block, as far as there can be data
 * @returns `false` where the finer blocks cannot be used for it: one is missing or broken, has no companion, or its values have so many
 *   digits that the bound would not hold. What was taken then is not to be kept.
 * Errors: those of reading.
 */
export async function makeOfFiner(
  keeper: KeptLevel,
  number: number,
  finer: { readonly level: Level; readonly blocks: BlockSpan },
  pause: () => Promise<void>,
): Promise<boolean> {
  const { level } = keeper;
  const { period, seconds } = level;
  const bins = reduceJoined({ seconds, origin: blockBegin(number, period), layout: "joined" });
  const cut = cutRange(blockUs(number, period));
  const give = asLevelItems((item) => keeper.take(number, item));
  const emit = (item: StreamItem): void => bins.push(item, (made) => cut.push(made, give));
  const made = new MadeOf(finer.level);
  const defined = new Map<number, PacketHeader>();
  let stream: StreamHeader | undefined;
  for (let source = finer.blocks.first; source < finer.blocks.end; source++) {
    const block = await openBlock(finer.level, source);
    if (block === undefined) return false;
    try {
      const items = await joinedItems(block);
      if (items === undefined) return false;
      made.add(block);
      for await (const portion of items) {
        for (const item of portion) {
          if (item.kind === "stream") {
            if (stream !== undefined) continue;
            stream = blockHeader(item.header, number, period);
            emit({ kind: "stream", header: stream });
          } else if (item.kind === "packet") {
            if (!keepsWithinOneUnit(item.header)) return false;
            // The same definition again would end the bins.
            if (!isSame(defined.get(item.header.id), item.header)) emit(item);
            defined.set(item.header.id, item.header);
          } else if (item.kind === "data") emit(item);
        }
        await pause();
      }
    } finally {
      await block.close();
    }
  }
  bins.end((item) => cut.push(item, give));
  keeper.closed(number, undefined, made.facts);
  return true;
}

/** What some blocks tell of the block that is made of them. */
class MadeOf {
  readonly #finer: Level;
  #builtMs = Number.POSITIVE_INFINITY;
  #sourceMtimeMs: number | undefined;
  #steps = 0;

  constructor(finer: Level) {
    this.#finer = finer;
  }

  add({ sidecar }: StoredBlock): void {
    this.#builtMs = Math.min(this.#builtMs, Date.parse(sidecar.builtAt));
    if (sidecar.sourceMtime !== undefined)
      this.#sourceMtimeMs = Math.max(this.#sourceMtimeMs ?? 0, Date.parse(sidecar.sourceMtime));
    if (sidecar.madeFrom.kind === "level") this.#steps = Math.max(this.#steps, sidecar.madeFrom.steps);
  }

  /** The oldest reading counts: what changed after it may not be in the block. */
  get facts(): CommonFacts {
    return {
      builtMs: this.#builtMs,
      ...(this.#sourceMtimeMs !== undefined && { sourceMtimeMs: this.#sourceMtimeMs }),
      madeFrom: { kind: "level", level: levelName(this.#finer), steps: this.#steps + 1 },
    };
  }
}

function isSame(a: PacketHeader | undefined, b: PacketHeader): boolean {
  return a !== undefined && Buffer.from(printPacketHeader(a)).equals(printPacketHeader(b));
}
