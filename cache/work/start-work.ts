import type { Environment } from "../../config/config.js";
import type { SourceTree } from "../../dsdf/tree.js";
import { asDasError } from "../../errors/das-error.js";
import type { BuildQueue, BuildWorker, WorkOptions } from "../queue/build-queue.js";
import type { Wishes } from "../queue/wishes.js";
import { type BuildSite, buildsOf } from "./do-build.js";
import { keepHouse } from "./housekeeping.js";
import { measureSources } from "./measure-sources.js";
import { relayWishes } from "./relay-wishes.js";

/** What a process works for. */
export interface WorkSite extends BuildSite {
  readonly tree: Pick<SourceTree, "files" | "find" | "listCached">;
  readonly queue: BuildQueue;
  readonly wishes: Wishes;
  /** Bytes that blocks may take; 0 for any number. */
  readonly maxBytes: number;
  /** Bytes that checksums of exported files may take; 0 for any number. */
  readonly sumsMaxBytes: number;
  /** Variables of readers of archives; `archiveEnvironment`. */
  readonly archiveEnv: Environment;
}

/** How it works. */
export interface SiteWorkOptions extends Pick<WorkOptions, "onTry"> {
  /** Builds at the same time; 0: none are done here. */
  readonly concurrency: number;
  readonly log: (line: string) => void;
}

/**
 * Does all work on a cache in this process, a worker or a resident server: builds from the queue, wishes of short-lived programs, room,
 * the measuring of sources whose levels are chosen by themselves, and the watch on the records of archives. Any number of processes may work on one cache.
 */
export async function startWork(site: WorkSite, options: SiteWorkOptions): Promise<BuildWorker> {
  const { queue, wishes, index, setting, maxBytes, sumsMaxBytes, archiveEnv, tree } = site;
  const { concurrency, log, onTry } = options;
  // It loads what reads archives, which not every process that knows of builds needs.
  const { startFreshness } = await import("../freshness/start-freshness.js");
  const worker =
    concurrency === 0
      ? undefined
      : await queue.work(buildsOf(site), { concurrency, log, ...(onTry === undefined ? {} : { onTry }) });
  const wishing = relayWishes(wishes, queue, log);
  const keeping = keepHouse({ cacheRoot: setting.cacheRoot, index, maxBytes, sumsMaxBytes, log });
  const measuring = measureSources(site, log);
  const watching = startFreshness({
    ...{ tree, setting, index, queue, env: archiveEnv },
    onError: (error) => log(`watch on records: ${asDasError(error, "the watch").message}`),
  });
  return {
    async close(graceMs) {
      const stopped = [wishing, keeping, measuring].map((one) => one.stop());
      await Promise.all([...stopped, watching.close(), worker?.close(graceMs)]);
    },
  };
}
