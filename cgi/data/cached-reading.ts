import type { AnswerSurroundings } from "../../cache/answer/answer-items.js";
import { layoutOf } from "../../cache/answer/answer-items.js";
import type { AnswerPlan } from "../../cache/answer/answer-plan.js";
import { lookForBlocks } from "../../cache/answer/look.js";
import type { BlockCache } from "../../cache/block-cache.js";
import type { Moment } from "../../cache/index/block-index.js";
import type { Level } from "../../cache/level.js";
import type { DataSource } from "../../dsdf/data-source.js";
import type { Outcome } from "../../pipeline/outcome.js";
import type { QueryContext } from "../query.js";
import { pipelineOptions } from "./pipeline-options.js";
import { pipelineSetting } from "./pipeline-setting.js";
import { stageRecord } from "./run-body.js";

/** Readings that a request has started. */
export interface OwnReadings {
  /** Each resolves, never rejects, when the trace knows of one that ends with the answer; others go on for somebody else. */
  told(outcome: Outcome): readonly Promise<void>[];
}

/**
 * How the gaps of an answer are read: by the reader of the source, with the limits of the server; what is whole is kept, at this level and at
 * coarser ones, which cost little more.
 *
 * @param levels all levels of the source for the parameters of the request
 * @param planned when the plan was made
 */
export function cachedReading(
  plan: AnswerPlan,
  levels: readonly Level[],
  source: DataSource,
  context: QueryContext,
  cache: BlockCache,
  planned: Moment,
): { readonly surroundings: AnswerSurroundings; readonly readings: OwnReadings } {
  const { level } = plan.choice;
  const { site, trace } = context;
  const { index, flights, owner } = cache;
  const { tools } = pipelineSetting(site);
  const started: { readonly signal: AbortSignal; readonly told: Promise<void> }[] = [];
  const coarser = levels.filter(({ seconds }) => seconds > level.seconds);
  const now = () => site.now().getTime();
  let { notBefore } = planned;
  return {
    readings: {
      told: ({ kind }) =>
        started.filter(({ signal }) => kind !== "cancelled" || signal.aborted).map(({ told }) => told),
    },
    surroundings: {
      index,
      flights,
      owner,
      get notBefore() {
        return notBefore;
      },
      look: async (of, span) => {
        const moment = await cache.moment(source, now());
        notBefore = moment.notBefore;
        return await lookForBlocks(index, of, span, moment);
      },
      read: async ({ range, keep }, signal) => {
        const { readLevel } = await import("../../cache/build/read-level.js");
        const run = readLevel(
          { source, level, range, keep, layout: layoutOf(plan), alsoLevels: coarser },
          { index, tools, owner, now, signal, pipelineOptions: pipelineOptions(context) },
        );
        cache.pending(run.outcome);
        const told = run.outcome.then(() => {
          trace.readings = [
            ...trace.readings,
            ...run.stages.map((stage, place) =>
              stageRecord(stage, run.statuses[place], run.times[place], trace.startMs),
            ),
          ];
        });
        started.push({ signal, told });
        return {
          items: run.items,
          bytesRead: () => run.facts.bytesRead,
          kept: run.outcome.then(() => run.facts.keepFailure),
        };
      },
    },
  };
}
