import type { ItemSource } from "../../stream/model.js";
import type { BlockIndex } from "../index/block-index.js";
import type { Level } from "../level.js";
import { type BlockFault, openBlock, type StoredBlock } from "../store/stored-block.js";
import { touchBlock } from "../store/touch-block.js";
import type { AnswerPlan, Look } from "./answer-plan.js";
import { blockItems } from "./block-rows.js";
import type { GapReading } from "./gap-run.js";
import { type LevelFacts, levelItems } from "./level-items.js";

/** How the records of a level are laid out: as its reducer gives them, or with what is kept beside them, for wider bins. */
export type Layout = "reduced" | "joined";

/** What answers are made with. */
export interface AnswerSurroundings extends Omit<GapReading, "level" | "layout" | "signal" | "isUsable"> {
  readonly index: BlockIndex;
  readonly look: Look;
}

/** The layout that a plan needs. */
export function layoutOf({ choice }: AnswerPlan): Layout {
  return choice.use === "reduce" && choice.level.seconds > 0 ? "joined" : "reduced";
}

/**
 * The records of the level of a plan, from blocks and gaps, in its layout.
 * @param signal aborted when nobody wants them any more, which ends the way through blocks and gaps that give nothing
 * Errors: those of {@link levelItems}, that of `signal`.
 */
export function answerItems(
  plan: AnswerPlan,
  around: AnswerSurroundings,
  facts: LevelFacts,
  signal?: AbortSignal,
): ItemSource {
  const { level } = plan.choice;
  const layout = layoutOf(plan);
  const { index } = around;
  return levelItems(
    plan.cover,
    {
      look: async (span) => {
        signal?.throwIfAborted();
        return await around.look(level, span);
      },
      open: async (number) => {
        signal?.throwIfAborted();
        let fault: BlockFault | undefined;
        const block = await openBlock(level, number, { onFault: (what) => (fault = what) });
        if (block !== undefined) void touchBlock(block);
        else if (fault === "other checksum") await setAside(index, level, number, layout);
        // A look at the disk tells what is there instead.
        else await index.forget(level, [number]).catch(() => undefined);
        return block;
      },
      itemsOf: async (block, number) => {
        if (layout === "reduced" || block.sidecar.noData) return blockItems(block);
        const joined = await joinedOf(block);
        if (joined !== undefined) return joined;
        // Half of it is gone: it can only be built anew.
        await setAside(index, level, number, layout);
        return undefined;
      },
      readGap: async (gap, isUnusable, most) => {
        const { gapRun } = await import("./gap-run.js");
        signal?.throwIfAborted();
        const isUsable = (number: number) => canGive(level, number, layout);
        return gapRun(gap, { ...around, level, layout, signal, isUsable }, isUnusable, most);
      },
    },
    facts,
    plan.valid,
  );
}

/** As `joinedItems`, which is loaded when it is asked for: a process of one request pays for what it uses. */
async function joinedOf(block: StoredBlock): Promise<ItemSource | undefined> {
  const { joinedItems } = await import("../build/joined-items.js");
  return await joinedItems(block);
}

/** Whether a block is whole, and has what a layout needs. */
async function canGive(level: Level, number: number, layout: Layout): Promise<boolean> {
  const block = await openBlock(level, number);
  try {
    if (block === undefined) return false;
    return layout === "reduced" || block.sidecar.noData || (await joinedOf(block)) !== undefined;
  } finally {
    await block?.close();
  }
}

/**
 * Has the index take a block for stale that looks well until it is read through, so that it is built anew. Nothing is removed: somebody may
 * have put a good one in its place at this moment.
 */
async function setAside(index: BlockIndex, level: Level, number: number, layout: Layout): Promise<void> {
  // Who is putting another in its place is waited for; a look at the wrong moment sees half of each.
  const building = await index.claimed(level, [number]).catch(() => [number]);
  if (building.length > 0 || (await canGive(level, number, layout))) return;
  // Where the index is away, this reader knows by itself, and others find out.
  await index.markChanged(level, { first: number, end: number + 1 }).catch(() => undefined);
}
