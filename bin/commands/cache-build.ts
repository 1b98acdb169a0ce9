import { parseArgs } from "node:util";
import { blockTimeText } from "../../cache/block-path.js";
import type { BuildJob, BuildQueue, BuildWorker, JobEnd } from "../../cache/queue/build-queue.js";
import { jobsFor } from "../../cache/queue/jobs-for.js";
import { buildsOf } from "../../cache/work/do-build.js";
import { waitForBuilds } from "../../cache/work/wait-for-builds.js";
import { blocksInJob, countOf, wantedBlocks } from "../../cache/work/wanted-blocks.js";
import { countText, durationText } from "../../cgi/pages/format.js";
import { DasError, isDasError } from "../../errors/das-error.js";
import { endSignals } from "../end-signals.js";
import { BuildProgress, type CountedJob } from "./build-progress.js";
import {
  CONFIG_OPTION,
  givenLevels,
  givenRange,
  givenSource,
  LEVEL_OPTIONS,
  noMoreThan,
} from "./cache-arguments.js";
import { type CommandCache, openCommandCache } from "./open-cache.js";
import { commandConfig } from "./source-setting.js";

/** Failed builds that are named. */
const MOST_NAMED = 20;
/** Time for a build that was told to end, ms. */
const GRACE_MS = 10_000;

/** `heliostream cache build`: builds what is missing in a range. Source: das2-server 15.7, 16.4. */
export async function cacheBuild(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...CONFIG_OPTION,
      ...LEVEL_OPTIONS,
      force: { type: "boolean" },
      "no-wait": { type: "boolean" },
      jobs: { type: "string", short: "j" },
    },
  });
  const [id, begin, end] = positionals;
  noMoreThan(3, positionals);
  const config = commandConfig(values.config);
  const concurrency = concurrencyOf(values.jobs, config.buildWorkers);
  const cache = await openCommandCache(config);
  try {
    const source = await givenSource(id, cache);
    const range = givenRange(begin, end);
    const levels = await givenLevels(source, values, cache);
    const force = values.force === true;
    const { wanted, total } = await wantedBlocks(source, levels, range, cache, { force });
    const jobs = jobsFor(wanted, "operator", { force });
    const count = countOf(wanted);
    if (count === 0) {
      console.log(total === 0 ? "no block lies in this range" : `${countText(total, "block")}, all there`);
      return 0;
    }
    console.log(
      `${countText(count, "block")} of ${total} to be built, in ${countText(jobs.length, "run of the reader", "runs of the reader")}`,
    );
    if (values["no-wait"] === true) return await leave(cache, jobs);
    const counted = jobs.map((job) => ({ job, blocks: blocksInJob(job, wanted) }));
    const done = await build(cache, counted, concurrency);
    if (done.kind === "stopped") return done.status;
    const { failed } = done;
    const left = force ? 0 : countOf((await wantedBlocks(source, levels, range, cache)).wanted);
    for (const [job, reason] of failed.slice(0, MOST_NAMED))
      console.error(`failed: ${jobText(job)}: ${reason}`);
    if (failed.length > MOST_NAMED) console.error(`and ${failed.length - MOST_NAMED} more`);
    if (failed.length === 0 && left > 0)
      console.error(
        `${countText(left, "block")} still missing: others build them, or their data changed meanwhile`,
      );
    return failed.length === 0 && left === 0 ? 0 : 1;
  } finally {
    await cache.close();
  }
}

/** Leaves builds to whoever works. */
async function leave(cache: CommandCache, jobs: readonly BuildJob[]): Promise<number> {
  if (cache.isShared) await (await cache.queue()).add(jobs);
  else await (await cache.wishes()).leave(jobs);
  console.log(
    `${countText(jobs.length, "build")} left to ${cache.isShared ? "workers" : "the resident server or a worker"}`,
  );
  return 0;
}

/** How builds went. */
type Done =
  | { readonly kind: "done"; readonly failed: readonly (readonly [BuildJob, string])[] }
  | { readonly kind: "stopped"; readonly status: number };

/** Builds, here or by others. */
async function build(
  cache: CommandCache,
  counted: readonly CountedJob[],
  concurrency: number,
): Promise<Done> {
  const { queue, worker } = await openWork(cache, concurrency);
  const signals = endSignals(GRACE_MS);
  const progress = new BuildProgress(process.stderr, counted, () => performance.now());
  const begun = performance.now();
  const failed: (readonly [BuildJob, string])[] = [];
  let built = 0;
  const onEnd = (job: BuildJob, end: JobEnd): void => {
    progress.set(job, 1);
    if (end.kind === "failed") failed.push([job, end.reason]);
    else built += Object.values(end.report.built).reduce((sum, blocks) => sum + blocks, 0);
  };
  try {
    const jobs = counted.map(({ job }) => job);
    const onProgress = (job: BuildJob, fraction: number): void => progress.set(job, fraction);
    await waitForBuilds(queue, jobs, { onProgress, onEnd }, signals.signal);
  } catch (error) {
    if (!signals.signal.aborted) throw error;
    if (worker === undefined) console.error("the builds go on without this command");
    return { kind: "stopped", status: signals.status() ?? 1 };
  } finally {
    progress.end();
    if (worker !== undefined) {
      await worker.close(0);
      await queue.close();
    }
  }
  console.log(`${countText(built, "block")} built in ${durationText(performance.now() - begun)}`);
  return { kind: "done", failed };
}

/** Builds at the same time, where they are done here. Errors: BAD_PARAMETER. */
export function concurrencyOf(text: string | undefined, usual: number): number {
  const most = 64;
  const count = text === undefined ? Math.max(1, usual) : /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= most) return count;
  throw new DasError("BAD_PARAMETER", `-j ${text}, expected a whole number from 1 to ${most}`);
}

/** The queue of the site where somebody works on it; else one of this process, with a worker. */
async function openWork(
  cache: CommandCache,
  concurrency: number,
): Promise<{ readonly queue: BuildQueue; readonly worker: BuildWorker | undefined }> {
  const shared = cache.isShared ? await cache.queue() : undefined;
  if (shared !== undefined) {
    try {
      if ((await shared.status()).workers > 0) return { queue: shared, worker: undefined };
      console.error("no worker is there: the blocks are built here");
    } catch (error) {
      if (!isDasError(error, "QUEUE_AWAY")) throw error;
      console.error(`${error.message}: the blocks are built here`);
    }
  }
  const { LocalQueue } = await import("../../cache/queue/local-queue.js");
  const queue = new LocalQueue();
  const worker = await queue.work(buildsOf(cache), { concurrency, log: (line) => console.error(line) });
  return { queue, worker };
}

/** A build for people: `2021-06 (monthly)`. */
export function jobText({ number, period }: Pick<BuildJob, "number" | "period">): string {
  return `${blockTimeText(number, period)} (${period})`;
}
