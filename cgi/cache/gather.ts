import { blockTimeText } from "../../cache/block-path.js";
import type { QueueStatus } from "../../cache/queue/build-queue.js";
import { DasError } from "../../errors/das-error.js";
import { clockMs } from "../../pipeline/clock.js";
import { makeTime, type Time } from "../../stream/time.js";
import { quoted } from "../data/quoted.js";
import type { RememberedSources } from "../remembered-sources.js";
import type { CacheAccess } from "./access.js";
import { Patience } from "./patience.js";
import type { CacheQuestion } from "./question.js";
import { type Detail, sourceView } from "./source-view.js";
import type { CacheView, OpenCacheView, QueueView, SourceView, Unknown } from "./view.js";

/** Sources that one page shows. */
export const SOURCES_A_PAGE = 20;
/** Builds that are shown. */
const MAX_BUILDS = 50;
/** For all questions to the index together: longer nobody waits for a page. */
const PATIENCE_MS = 5000;

/** Many sources: enough to see where gaps are. */
const BRIEF: Detail = { columns: 200, levels: 8, gaps: 0, sized: 200 };
/** One source. */
const WHOLE: Detail = { columns: 300, levels: 100, gaps: 100, sized: 2000 };

/** The tree of sources, as far as it is asked. */
export type CachedSources = Pick<RememberedSources, "find" | "listCached">;

/** The minute that a time is in: more of it nobody reads. */
function minuteOf(date: Date): Time {
  return makeTime(1970, 1, 1, 0, Math.floor(date.getTime() / 60_000));
}

function queueView(status: QueueStatus): QueueView {
  const { jobs, ...counts } = status;
  const builds = jobs.slice(0, MAX_BUILDS).map(({ job, state, progress, reason }) => ({
    source: job.sourceId,
    params: job.params,
    block: blockTimeText(job.number, job.period),
    period: job.period,
    urgency: job.urgency,
    state,
    progress: Number.isFinite(progress) ? Math.min(Math.max(progress, 0), 1) : 0,
    ...(reason === undefined ? {} : { reason }),
  }));
  return { ...counts, builds, moreBuilds: jobs.length - builds.length };
}

async function askQueue(access: CacheAccess): Promise<QueueView | Unknown> {
  if (access.queue === undefined)
    return { unknown: "builds wait inside the process that does them, out of sight" };
  try {
    return queueView(await access.queue.status());
  } catch (error) {
    if (error instanceof DasError && error.code === "QUEUE_AWAY")
      return { unknown: "the queue does not answer" };
    throw error;
  }
}

async function usageView(
  access: CacheAccess,
  patience: Patience,
  now: () => number,
): Promise<{
  readonly index: Omit<OpenCacheView["index"], "troubles">;
  readonly usage: OpenCacheView["usage"];
}> {
  const { keptIn, maxBytes } = access;
  const begun = now();
  const usage = await patience.ask(async () => ({ bytes: await access.index.usage() }));
  const answers = "bytes" in usage;
  return {
    index: { keptIn, answers, ...(answers ? { ms: Math.round((now() - begun) * 100) / 100 } : {}) },
    usage: { ...(answers ? usage : {}), ...(maxBytes > 0 ? { maxBytes } : {}) },
  };
}

/** The ids that a page shows, and how many there are in all. Errors: NO_SUCH_SOURCE. */
async function shownIds(
  question: CacheQuestion,
  sources: CachedSources,
): Promise<{ readonly ids: readonly string[]; readonly page: OpenCacheView["page"] }> {
  const { source, find, page } = question;
  if (source !== undefined) {
    if ((await sources.find(source)) === undefined)
      throw new DasError("NO_SUCH_SOURCE", `There is no source ${quoted(source)}`);
    return { ids: [source], page: { number: 1, pages: 1, total: 1 } };
  }
  const wanted = find.toLowerCase();
  const all = (await sources.listCached()).filter((id) => id.toLowerCase().includes(wanted));
  const pages = Math.max(1, Math.ceil(all.length / SOURCES_A_PAGE));
  const number = Math.min(page, pages);
  const ids = all.slice((number - 1) * SOURCES_A_PAGE, number * SOURCES_A_PAGE);
  return { ids, page: { number, pages, total: all.length } };
}

/**
 * Looks at the cache: what is on record of the sources of a page, the queue, and the room. Costs a few questions for each level
 * shown, however long the ranges and however many the sources are.
 * @param access missing: none is configured
 * @param now milliseconds that only grow, for limits of time
 * Errors: NO_SUCH_SOURCE, BAD_DEFINITION for a single source; an index or queue that does not answer is a part of the view.
 */
export async function gatherView(
  question: CacheQuestion,
  access: CacheAccess | undefined,
  sources: CachedSources,
  date: Date,
  now: () => number = clockMs,
): Promise<CacheView> {
  const time = date.toISOString();
  if (access === undefined) return { configured: false, time };
  const { ids, page } = await shownIds(question, sources);
  const detail = question.source === undefined ? BRIEF : WHOLE;
  const patience = new Patience(PATIENCE_MS, now);
  const [{ usage, index }, queue] = await Promise.all([usageView(access, patience, now), askQueue(access)]);
  const views: SourceView[] = [];
  // One after the other: the levels of one source are enough questions at a time.
  for (const id of ids)
    views.push(
      await sourceView(id, (one) => sources.find(one), access, patience, {
        asked: question.range,
        now: minuteOf(date),
        detail,
      }),
    );
  return {
    configured: true,
    time,
    // Said after all questions: one of them may have been the first that met trouble.
    index: { ...index, answers: patience.answered, troubles: access.troubles?.() ?? [] },
    usage,
    queue,
    columns: detail.columns,
    sources: views,
    page,
  };
}
