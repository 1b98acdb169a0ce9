import { answerItems } from "../../cache/answer/answer-items.js";
import { type AnswerPlan, isCovered, planAnswer } from "../../cache/answer/answer-plan.js";
import { answerTag } from "../../cache/answer/answer-tag.js";
import { noFacts } from "../../cache/answer/level-items.js";
import { lookForBlocks } from "../../cache/answer/look.js";
import type { BlockCache } from "../../cache/block-cache.js";
import { areRecordsFollowed } from "../../cache/freshness/followed.js";
import type { Moment } from "../../cache/index/block-index.js";
import { type Level, levelName } from "../../cache/level.js";
import { binMaking } from "../../cache/levels/cacheable.js";
import { levelsOf } from "../../cache/levels/levels-of.js";
import { jobsFor } from "../../cache/queue/jobs-for.js";
import type { DataQuery } from "../../dsdf/data-query.js";
import type { DataSource } from "../../dsdf/data-source.js";
import type { Provenance } from "../../dsdf/provenance.js";
import type { Stage } from "../../dsdf/stage.js";
import { planStages } from "../../dsdf/stages.js";
import { trimToValidRange, validRangeNow } from "../../dsdf/valid-range.js";
import { isDasError } from "../../errors/das-error.js";
import { compareTimes, type TimeRange, timeToUs2000 } from "../../stream/time.js";
import type { HeaderLine } from "../http.js";
import type { QueryContext } from "../query.js";
import { isTagKnown } from "../resource-file.js";
import { cachedReading } from "./cached-reading.js";
import { noteCached, partlyRead } from "./cached-record.js";
import type { DataRun } from "./data-run.js";
import { levelPipeline } from "./level-pipeline.js";
import { limited, passingOptions } from "./pipeline-options.js";
import { pipelineSetting } from "./pipeline-setting.js";
import { type LevelPart, type Making, queryProvenance } from "./provenance.js";
import { readyAnswers } from "./ready-answers.js";
import { siteCache } from "./site-cache.js";

/**
 * What answers a query from the cache: a chain that begins with the records of a level, which come from blocks and, where there are
 * none, from the reader. `undefined` where no level serves the query, or the cache cannot be asked: then it is as if there were none.
 */
export async function cachedRun(
  source: DataSource,
  query: DataQuery,
  context: QueryContext,
): Promise<DataRun | undefined> {
  if (context.site.config.cacheRoot === undefined || source.cacheLevels.length === 0) return undefined;
  // Blocks hold averages of the records as they are.
  if (query.statistics !== undefined || query.spectrum !== undefined) return undefined;
  const { site, trace } = context;
  const off = (note: string): undefined => {
    trace.cache = { result: "off", note };
    return undefined;
  };
  try {
    const cache = await siteCache(site);
    if (cache === undefined) return undefined;
    const now = site.now().getTime();
    const { tools } = pipelineSetting(site);
    const levels = levelsOf(source, query.params, { cacheRoot: cache.root, tools });
    if (levels.length === 0) return off("no level for these reader parameters");
    const moment = await cache.moment(source, now);
    const plan = await planFor(levels, source, query, context, cache, moment);
    if (plan === undefined) return off("no level serves this resolution");
    if (query.exactBins === true && !hasExactBins(plan, query)) return off("no level has exactly these bins");
    if (!(await areRecordsFollowed(source, cache.root, now)))
      return off("nobody follows the records of its series (heliostream worker)");
    if (!(await mayRead(source, query, plan.extent, context)))
      return off("only a part of the bins may be read by this client");
    return runOf(plan, levels, source, query, context, cache, moment);
  } catch (error) {
    if (!isDasError(error, "INDEX_AWAY")) throw error;
    return off("index away");
  }
}

/** Relative difference up to which two widths are the same. Source: das2-server 11.2. */
const SAME_WIDTH = 1e-4;

/** Whether the bins of an answer are those that were asked for, in width and in where they begin. */
function hasExactBins({ choice }: AnswerPlan, { resolution = 0, binOrigin }: DataQuery): boolean {
  if (choice.use === "reduce" && choice.anchor === "request" && binOrigin !== undefined) return false;
  const seconds = choice.use === "reduce" ? choice.seconds : choice.level.seconds;
  return Math.abs(seconds - resolution) <= resolution * SAME_WIDTH;
}

async function planFor(
  levels: readonly Level[],
  source: DataSource,
  query: DataQuery,
  { site }: QueryContext,
  cache: BlockCache,
  moment: Moment,
): Promise<AnswerPlan | undefined> {
  const { tools } = pipelineSetting(site);
  const valid = validRangeNow(source.validRange, new Date(moment.now));
  return await planAnswer(
    levels,
    {
      range: query,
      bins: binMaking(source, tools),
      declared: source.cacheLevels,
      ...(valid === undefined ? {} : { valid }),
      ...(query.resolution === undefined ? {} : { resolution: query.resolution }),
    },
    (level, span) => lookForBlocks(cache.index, level, span, moment),
  );
}

/** Whether the client may be given what is made from all of a range, as far as the source is valid there. */
async function mayRead(
  source: DataSource,
  query: DataQuery,
  extent: TimeRange,
  { site, request, trace }: QueryContext,
): Promise<boolean> {
  if (source.access.length === 0) return true;
  const range = trimToValidRange(source.validRange, extent, site.now()) ?? query;
  const allowed = query.reading ?? query;
  if (compareTimes(range.begin, allowed.begin) >= 0 && compareTimes(range.end, allowed.end) <= 0) return true;
  return (await site.authorize(source, range.begin, range.end, request, site, trace.client)).granted;
}

function runOf(
  plan: AnswerPlan,
  levels: readonly Level[],
  source: DataSource,
  query: DataQuery,
  context: QueryContext,
  cache: BlockCache,
  moment: Moment,
): DataRun {
  const { choice, cover } = plan;
  const { level } = choice;
  const { site, trace, request } = context;
  const { tools } = pipelineSetting(site);
  const facts = noFacts();
  const reading = cachedReading(plan, levels, source, context, cache, moment);
  const isWider = choice.use === "reduce";
  const open = (signal: AbortSignal) => answerItems(plan, reading.surroundings, facts, signal);
  const { stages, own } = levelPipeline(plan, planStages(source, query, tools), open);
  const binSeconds = isWider ? choice.seconds : level.seconds === 0 ? undefined : level.seconds;
  const provenance = queryProvenance(source, query, binSeconds, site);
  const making: Making = { provenance, binSeconds, level: levelPart(plan) };
  const validators = isCovered(plan) ? validatorsOf(plan, source, query, { stages, provenance }) : [];
  const tag = validators[0]?.[1];
  const isAtHand = isCovered(plan) && !isWider;
  const ready = isAtHand ? readyAnswers(site) : undefined;
  return {
    stages,
    options: () => {
      const options = passingOptions(
        context,
        isWider ? { begin: timeToUs2000(query.begin), end: timeToUs2000(query.end) } : undefined,
      );
      const lookup = options.programs;
      const programs = (name: string) => own.get(name)?.() ?? lookup(name);
      return limited({ ...options, programs }, stages, context);
    },
    making,
    isAtHand,
    fromMemory() {
      const found = tag === undefined ? undefined : ready?.find(tag);
      if (found === undefined) return undefined;
      trace.stages = found.stages;
      trace.cache = found.cache;
      return found.bytes;
    },
    keep(bytes) {
      const { stages: ended, cache: record, outcome, stderr = [] } = trace;
      if (tag === undefined || outcome !== "complete" || record?.result !== "hit") return;
      // What a program says is not known to be the same the next time.
      if (
        stderr.length > 0 ||
        facts.seals === undefined ||
        !ended.every(({ builtIn, status }) => builtIn && status === 0)
      )
        return;
      ready?.keep(tag, { bytes, seals: facts.seals, stages: ended, cache: record });
    },
    validators,
    // By its tag alone: an edited definition may give other data of blocks that are no newer.
    isUnchanged: tag !== undefined && isTagKnown(request, tag) === true,
    onEnd(outcome) {
      noteCached(trace, level, facts, reading.readings.told(outcome));
      // Blocks of which only a part was read are likely to be wanted again.
      if (outcome.kind !== "failed") cache.wish(jobsFor(partlyRead(cover), "prefetch"));
    },
  };
}

/** What the plan takes from blocks, and for how much of it the reader is run. */
function levelPart({ choice, cover, newestMs }: AnswerPlan): LevelPart {
  let blocks = 0;
  let gaps = 0;
  for (const { kind, first, end } of cover.pieces)
    if (kind === "gap") gaps++;
    else blocks += end - first;
  return { name: levelName(choice.level), blocks, gaps, ...(blocks === 0 ? {} : { newestMs }) };
}

/** A tag that changes with any block of the answer, and the time of the newest. */
function validatorsOf(
  plan: AnswerPlan,
  source: DataSource,
  query: DataQuery,
  answer: { readonly stages: readonly Stage[]; readonly provenance: Provenance },
): readonly HeaderLine[] {
  return [
    ["ETag", answerTag(plan, query, answer)],
    ["Last-Modified", new Date(plan.newestMs).toUTCString()],
    ["Cache-Control", source.access.length === 0 ? "no-cache" : "private, no-cache"],
  ];
}
