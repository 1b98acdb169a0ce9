import type { ItemSource } from "../../stream/model.js";
import { joinedItems } from "../build/joined-items.js";
import type { BlockIndex } from "../index/block-index.js";
import { removeBlock } from "../store/remove-block.js";
import { openBlock } from "../store/stored-block.js";
import { touchBlock } from "../store/touch-block.js";
import type { AnswerPlan, Look } from "./answer-plan.js";
import { blockItems } from "./block-rows.js";
import { type GapReading, gapRun } from "./gap-run.js";
import { type LevelFacts, levelItems } from "./level-items.js";

/** How the records of a level are laid out: as its reducer gives them, or with what is kept beside them, for wider bins. */
export type Layout = "reduced" | "joined";

/** What answers are made with. */
export interface AnswerSurroundings extends Omit<GapReading, "level" | "layout"> {
  readonly index: BlockIndex;
  readonly look: Look;
}

/** The layout that a plan needs. */
export function layoutOf({ choice }: AnswerPlan): Layout {
  return choice.use === "reduce" && choice.level.seconds > 0 ? "joined" : "reduced";
}

/** The records of the level of a plan, from blocks and gaps, in its layout. Errors: those of {@link levelItems}. */
export function answerItems(plan: AnswerPlan, around: AnswerSurroundings, facts: LevelFacts): ItemSource {
  const { level } = plan.choice;
  const layout = layoutOf(plan);
  const { index } = around;
  return levelItems(
    plan.cover,
    {
      look: (span) => around.look(level, span),
      open: async (number) => {
        const block = await openBlock(level, number);
        if (block === undefined) await index.forget(level, [number]).catch(() => undefined);
        else void touchBlock(block).catch(() => undefined);
        return block;
      },
      itemsOf: async (block) => {
        if (layout === "reduced" || block.sidecar.noData) return blockItems(block);
        const joined = await joinedItems(block);
        if (joined !== undefined) return joined;
        // Half of it is gone: it can only be built anew.
        await removeBlock(block.path);
        return undefined;
      },
      readGap: (gap) => gapRun(gap, { ...around, level, layout }),
    },
    facts,
    plan.valid,
  );
}
