import type { DataSource } from "../../dsdf/data-source.js";
import { isDasError } from "../../errors/das-error.js";
import type { TimeRange } from "../../stream/time.js";
import type { BlockSpan } from "../block-number.js";
import type { Coverage } from "../index/block-index.js";
import type { Level } from "../level.js";
import { binsIn, centreSlack, rangeOfBins } from "../plan/block-bins.js";
import { type LevelQuery, type LevelUse, levelChoices } from "../plan/level-choice.js";
import { type LevelReading, levelReading } from "../plan/level-reading.js";
import { type CachePlan, neededBlocks, planCover } from "../plan/plan-cover.js";
import { hasAdopted } from "../store/adopted-mark.js";

/** How a request is answered from a level. */
export interface AnswerPlan {
  readonly choice: LevelUse;
  readonly reading: LevelReading;
  /** What must be allowed to be read for it: whole bins. */
  readonly extent: TimeRange;
  readonly cover: CachePlan;
  /** Where the source has data at all. */
  readonly valid: TimeRange | undefined;
  /** Of the blocks, for ETags; {@link Coverage.version}. */
  readonly version: string;
  /** When the newest block was built, milliseconds since 1970. */
  readonly newestMs: number;
}

/** What decides on the plan besides the levels. */
export interface AnswerQuery extends LevelQuery {
  readonly range: TimeRange;
  /** Where the source has data at all. */
  readonly valid?: TimeRange;
  /** The levels of the definition. */
  readonly declared: DataSource["cacheLevels"];
}

/** The newest state of some blocks of a level. Errors: INDEX_AWAY, TOO_MANY_BLOCKS. */
export type Look = (level: Level, span: BlockSpan) => Promise<Coverage>;

/**
 * The best level for a request and how it covers it; `undefined` where no level serves it. Where one has more blocks in the range than
 * can be looked over, the next finer or coarser does. Errors: INDEX_AWAY. Source: das2-server 15.3 to 15.6.
 */
export async function planAnswer(
  levels: readonly Level[],
  query: AnswerQuery,
  look: Look,
): Promise<AnswerPlan | undefined> {
  for (const found of levelChoices(levels, query)) {
    try {
      const choice = await usable(found);
      const plan = await planWith(choice, query, look);
      // The look may have been the first that found blocks of an older server.
      const now = await usable(choice);
      return now === choice ? plan : await planWith(now, query, look);
    } catch (error) {
      if (!isDasError(error, "TOO_MANY_BLOCKS")) throw error;
    }
  }
  return undefined;
}

async function planWith(choice: LevelUse, query: AnswerQuery, look: Look): Promise<AnswerPlan | undefined> {
  const { level } = choice;
  const reading = levelReading(choice, query.range, query.declared);
  const blocks = reading === undefined ? undefined : neededBlocks(level, reading.range);
  if (reading === undefined || blocks === undefined) return undefined;
  const coverage = await look(level, blocks);
  const cover = planCover(level, reading.range, coverage, query.valid);
  const { version, newestMs } = coverage;
  const extent = extentOf(level, reading.range);
  return { choice, reading, extent, cover, valid: query.valid, version, newestMs };
}

/** Whether everything of the answer is in blocks. */
export function isCovered(plan: AnswerPlan): boolean {
  return plan.cover.pieces.every(({ kind }) => kind === "blocks");
}

/** Blocks of an older server have no counts: their averages cannot be joined, and are passed on as they are. */
async function usable(choice: LevelUse): Promise<LevelUse> {
  const { level, use } = choice;
  if (use === "as is" || level.seconds === 0) return choice;
  return (await hasAdopted(level.folder)) ? { level, use: "as is" } : choice;
}

function extentOf(level: Level, range: TimeRange): TimeRange {
  if (level.seconds === 0) return range;
  const bins = binsIn(level, range, centreSlack(level.seconds));
  return bins === undefined ? range : rangeOfBins(level, bins);
}
