import { DasError, isDasError } from "../../errors/das-error.js";
import type { ItemSource, StreamItem } from "../../stream/model.js";
import type { TimeRange } from "../../stream/time.js";
import { type BlockSpan, blockBegin } from "../block-number.js";
import { blockTimeText } from "../block-path.js";
import type { BlockRun } from "../block-state.js";
import type { Coverage } from "../index/block-index.js";
import { type Level, levelName } from "../level.js";
import { type BlocksPiece, type CachePlan, type GapPiece, planCover } from "../plan/plan-cover.js";
import type { BlockSeal } from "../store/block-seal.js";
import type { StoredBlock } from "../store/stored-block.js";
import { cutItems, withoutGiven } from "./block-rows.js";
import { BlocksAhead } from "./blocks-ahead.js";
import { Stitch } from "./stitch.js";

/** The records of a gap, from its beginning. */
export interface GapRun {
  /** Errors: that of the pipeline that failed, after the records that came before. */
  readonly items: ItemSource;
  /** To be asked after the items have ended: the block before which they ended, where something else has to be found. */
  readonly upTo: () => number;
  /** Likewise: how many blocks may be read at once after it. */
  readonly nextMost: () => number;
  /** Likewise: bytes that were read. */
  readonly bytesRead: () => number;
  /** Likewise: resolves, never rejects, when what is kept of it is in its place; why something is not kept. */
  readonly kept: () => Promise<DasError | undefined> | undefined;
}

/** Where the records of a level come from. */
export interface LevelSources {
  /** The newest state of some blocks; what the index does not know has been looked for on the disk. */
  readonly look: (span: BlockSpan) => Promise<Coverage>;
  /** A valid block; `undefined` where there is none. */
  readonly open: (number: number) => Promise<StoredBlock | undefined>;
  /** What it holds, in the layout that is wanted; `undefined` where this block cannot give it. */
  readonly itemsOf: (block: StoredBlock, number: number) => Promise<ItemSource | undefined>;
  /**
   * @param isUnusable the first block was found not to be one that can be used
   * @param most blocks that are read at once; {@link GapRun.nextMost} of the reading before
   */
  readonly readGap: (gap: GapPiece, isUnusable: boolean, most: number | undefined) => Promise<GapRun>;
}

/** What an answer was made from, for the log. */
export interface LevelFacts {
  blocks: number;
  gaps: number;
  bytesFromCache: number;
  bytesFromReaders: number;
  /** {@link GapRun.kept} of each gap. */
  readonly kept: Promise<DasError | undefined>[];
  /** Of all blocks; missing where these are many, or where one was not what it seemed to be. */
  seals: BlockSeal[] | undefined;
}

/** Nothing yet. */
export function noFacts(): LevelFacts {
  return { blocks: 0, gaps: 0, bytesFromCache: 0, bytesFromReaders: 0, kept: [], seals: [] };
}

/** Blocks of an answer of which the seals are given. */
const MOST_SEALS = 4;

/** How often what does not get on is tried again before the answer ends in error. */
const MOST_ATTEMPTS = 5;

/**
 * The records of a level in a range of time, as one stream: blocks pass through, gaps are read. What turns out not to be as the
 * plan says is planned anew from there on, and no record is given twice. Leaving early ends what is read.
 *
 * @param valid where the source has data at all
 * Errors: NO_DATA where there is not one record; those of the reader; BAD_BLOCK where a block stays unusable.
 * Source: das2-server 15.6.
 */
export async function* levelItems(
  first: CachePlan,
  sources: LevelSources,
  facts: LevelFacts,
  valid?: TimeRange,
): AsyncGenerator<readonly StreamItem[], void, undefined> {
  const walk = new Walk(first, sources, facts);
  let plan = first;
  for (let attempts = 1; ; attempts++) {
    const begin = walk.block;
    yield* walk.follow(plan);
    if (walk.isDone) break;
    if (walk.block > begin) attempts = 1;
    if (attempts >= MOST_ATTEMPTS) throw stuck(first.level, walk.block);
    const { runs } = await sources.look({ first: walk.block, end: first.blocks.end });
    plan = planCover(first.level, walk.rest, { runs: walk.isUnusable ? withoutFirst(runs) : runs }, valid);
  }
  walk.finish();
}

/** A way through the blocks of a plan, from the first to the last, across several plans where need be. */
class Walk {
  readonly #whole: CachePlan;
  readonly #sources: LevelSources;
  readonly #facts: LevelFacts;
  readonly #stitch = new Stitch();
  /** The block that comes next, and how many of its packets have been given already, by id. */
  #block: number;
  readonly #given = new Map<number, number>();
  #isStuck = false;
  #isUnusable = false;
  /** Blocks that are read at once: more, the longer the answer is, where reading is fast. */
  #most: number | undefined;

  constructor(whole: CachePlan, sources: LevelSources, facts: LevelFacts) {
    this.#whole = whole;
    this.#sources = sources;
    this.#facts = facts;
    this.#block = whole.blocks.first;
  }

  get block(): number {
    return this.#block;
  }

  get isDone(): boolean {
    return this.#block >= this.#whole.blocks.end;
  }

  /** The next block was found not to be one that can be used: it is a gap, whatever the index says. */
  get isUnusable(): boolean {
    return this.#isUnusable;
  }

  /** The part of the range that is left. */
  get rest() {
    const { level, range, blocks } = this.#whole;
    return {
      begin: this.#block === blocks.first ? range.begin : blockBegin(this.#block, level.period),
      end: range.end,
    };
  }

  /** Goes along a plan, until something in it is not so. */
  async *follow(plan: CachePlan): AsyncGenerator<readonly StreamItem[], void, undefined> {
    this.#isStuck = false;
    for (const piece of plan.pieces) {
      if (piece.kind === "blocks") yield* this.#followBlocks(piece);
      else yield* this.#followGap(piece);
      if (this.#isStuck) return;
    }
    this.#reach(this.#whole.blocks.end);
  }

  /** Errors: NO_DATA where nothing was given. */
  finish(): void {
    if (!this.#stitch.hasData) throw new DasError("NO_DATA", "No data in this interval");
  }

  async *#followBlocks(piece: BlocksPiece): AsyncGenerator<readonly StreamItem[], void, undefined> {
    const ahead = new BlocksAhead(this.#sources.open, piece.end);
    try {
      for (let number = piece.first; number < piece.end; number++) {
        this.#reach(number);
        const block = await ahead.take(number);
        if (block === undefined) return this.#useless();
        // The first records of all are to come soon: what follows them is prepared behind them.
        if (number > piece.first) ahead.prepare(number + 1);
        for await (const portion of this.#blockItems(block, number, piece)) {
          yield portion;
          ahead.prepare(number + 1);
        }
        if (this.#isStuck) return;
      }
      this.#reach(piece.end);
    } finally {
      await ahead.close();
    }
  }

  /** The records of a block, which is closed after them. */
  async *#blockItems(
    block: StoredBlock,
    number: number,
    { uncut, range }: BlocksPiece,
  ): AsyncGenerator<readonly StreamItem[], void, undefined> {
    try {
      const items = await this.#sources.itemsOf(block, number);
      if (items === undefined) return this.#useless();
      yield* this.#give(number >= uncut.first && number < uncut.end ? items : cutItems(items, range));
      this.#facts.blocks++;
      if (this.#facts.blocks > MOST_SEALS) this.#facts.seals = undefined;
      this.#facts.seals?.push(block.seal);
      this.#facts.bytesFromCache += block.sidecar.bytes;
    } catch (error) {
      // It changed under our hands: what was given of it was checked, the rest is read.
      if (!isDasError(error, "BAD_BLOCK")) throw error;
      return this.#useless();
    } finally {
      await block.close();
    }
  }

  async *#followGap(piece: GapPiece): AsyncGenerator<readonly StreamItem[], void, undefined> {
    this.#reach(piece.first);
    const run = await this.#sources.readGap(piece, this.#isUnusable, this.#most);
    this.#isUnusable = false;
    let end: "left" | "failed" | "whole" = "left";
    try {
      yield* this.#give(cutItems(run.items, piece.range));
      end = "whole";
    } catch (error) {
      end = "failed";
      throw error;
    } finally {
      const kept = run.kept();
      // What is left may go on for others.
      if (kept !== undefined && end !== "left") this.#facts.kept.push(kept);
      // One that was only waited for is none.
      if (end !== "whole" || run.upTo() > piece.first) this.#facts.gaps++;
      this.#facts.bytesFromReaders += run.bytesRead();
    }
    this.#most = run.nextMost();
    const upTo = run.upTo();
    this.#isStuck = upTo < piece.end;
    this.#reach(upTo);
  }

  async *#give(items: ItemSource): AsyncGenerator<readonly StreamItem[], void, undefined> {
    const source = this.#given.size === 0 ? items : withoutGiven(items, new Map(this.#given));
    for await (const portion of source) {
      const given = portion.filter((item) => this.#stitch.takes(item));
      for (const item of given)
        if (item.kind === "data") {
          const { header, count } = item.batch;
          this.#given.set(header.id, (this.#given.get(header.id) ?? 0) + count);
        }
      if (given.length > 0) yield given;
    }
  }

  #reach(block: number): void {
    if (block <= this.#block) return;
    this.#block = block;
    this.#given.clear();
  }

  #useless(): void {
    this.#isStuck = true;
    this.#isUnusable = true;
    this.#facts.seals = undefined;
  }
}

/** What is known of some blocks, but for the first of them. */
function withoutFirst(runs: readonly BlockRun[]): readonly BlockRun[] {
  const [first, ...others] = runs;
  return first === undefined ? [] : [{ ...first, first: first.first + 1 }, ...others];
}

function stuck(level: Level, number: number): DasError {
  const name = `${levelName(level)} ${blockTimeText(number, level.period)}`;
  return new DasError("BAD_BLOCK", `a block of the cache cannot be used and not be built anew (${name})`, {
    folder: level.folder,
  });
}
