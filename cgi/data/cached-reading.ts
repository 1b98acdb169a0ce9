import type { AnswerSurroundings } from "../../cache/answer/answer-items.js";
import { layoutOf } from "../../cache/answer/answer-items.js";
import type { AnswerPlan } from "../../cache/answer/answer-plan.js";
import { lookForBlocks } from "../../cache/answer/look.js";
import type { BlockCache } from "../../cache/block-cache.js";
import { readLevel } from "../../cache/build/read-level.js";
import type { Level } from "../../cache/level.js";
import type { DataSource } from "../../dsdf/data-source.js";
import type { QueryContext } from "../query.js";
import { pipelineOptions } from "./pipeline-options.js";
import { pipelineSetting } from "./pipeline-setting.js";
import { stageRecord } from "./run-body.js";

/** What is to be told of the readings for a request. */
export interface ReadingNotes {
  /** Why nothing could be kept. */
  note?: string;
}

/**
 * How the gaps of an answer are read: by the reader of the source, with the limits of the server; what is whole is kept, at this level and at
 * coarser ones, which cost little more.
 *
 * @param levels all levels of the source for the parameters of the request
 */
export function cachedReading(
  plan: AnswerPlan,
  levels: readonly Level[],
  source: DataSource,
  context: QueryContext,
  cache: BlockCache,
): { readonly surroundings: AnswerSurroundings; readonly notes: ReadingNotes } {
  const { level } = plan.choice;
  const { site, trace } = context;
  const { index, flights, owner } = cache;
  const { tools } = pipelineSetting(site);
  const notes: ReadingNotes = {};
  const coarser = levels.filter(({ seconds }) => seconds > level.seconds);
  const now = () => site.now().getTime();
  return {
    notes,
    surroundings: {
      index,
      flights,
      owner,
      look: async (of, span) => lookForBlocks(index, of, span, await cache.moment(source, now())),
      read: ({ range, keep }, signal) => {
        const run = readLevel(
          { source, level, range, keep, layout: layoutOf(plan), alsoLevels: coarser },
          { index, tools, owner, now, signal, pipelineOptions: pipelineOptions(context) },
        );
        cache.pending(run.outcome);
        void run.outcome.then(() => {
          const { keepFailure } = run.facts;
          trace.readings = [
            ...trace.readings,
            ...run.stages.map((stage, place) => stageRecord(stage, run.statuses[place])),
          ];
          if (keepFailure !== undefined) notes.note = keepFailure.message;
        });
        return { items: run.items, bytesRead: () => run.facts.bytesRead };
      },
    },
  };
}
