import type { BlockCache } from "../../cache/block-cache.js";
import { openLink, usesRedis } from "../../cache/index/open-index.js";
import { openCache } from "../../cache/open-cache.js";
import type { BuildQueue } from "../../cache/queue/build-queue.js";
import { openQueue, queueSettings } from "../../cache/queue/open-queue.js";
import { openWishes, type Wishes } from "../../cache/queue/wishes.js";
import type { BuildSite } from "../../cache/work/do-build.js";
import type { WorkSite } from "../../cache/work/start-work.js";
import { archiveEnvironment } from "../../config/archive-settings.js";
import type { Config } from "../../config/config.js";
import { pipelineTools } from "../../dsdf/tools.js";
import type { SourceTree } from "../../dsdf/tree.js";
import { DasError } from "../../errors/das-error.js";
import { builtInProgram } from "../../pipeline/built-in.js";
import { childEnvironment } from "../../pipeline/environment.js";
import { useLeapSecondsFile } from "../../pipeline/leap-seconds-file.js";
import { limitsOfConfig } from "../../pipeline/limits-of-config.js";
import { programGrants } from "../../pipeline/program-grants.js";
import { sourceTree } from "./source-setting.js";

/** The cache of a configuration, for a command. */
export interface CommandCache extends BuildSite {
  readonly config: Config;
  readonly cacheRoot: string;
  /** The cache as requests see it. */
  readonly blocks: BlockCache;
  readonly tree: SourceTree;
  /** The queue of a site with Redis; of a site without, that of this process. Opened once. */
  queue(): Promise<BuildQueue>;
  /** Whether builds of other processes wait in that queue. */
  readonly isShared: boolean;
  wishes(): Promise<Wishes>;
  /** Lets go of everything that was opened. */
  close(): Promise<void>;
}

/**
 * Opens the cache of a configuration.
 * @param log takes what an operator should know, for example that Redis is away
 * Errors: BAD_CONFIG, also where no cache is configured.
 */
export async function openCommandCache(
  config: Config,
  log: (line: string) => void = console.error,
): Promise<CommandCache> {
  const { cacheRoot } = config;
  if (cacheRoot === undefined) throw noCache();
  useLeapSecondsFile(config.leapSecondsFile);
  const tree = sourceTree(config);
  const closing: (() => Promise<void>)[] = [];
  const opened = <T>(open: () => Promise<T>, close: (what: T) => Promise<void>): (() => Promise<T>) => {
    let once: Promise<T> | undefined;
    return () => {
      if (once === undefined) {
        const opening = open();
        once = opening;
        closing.unshift(async () => close(await opening));
      }
      return once;
    };
  };
  const link = opened(
    () => openLink(config, "process"),
    (one) => one.close(),
  );
  const queue = opened(
    () => openQueue(queueSettings(config)),
    (one) => one.close(),
  );
  const blocks = await openCache(config, {
    life: "process",
    queue,
    onTrouble: (text) => log(`heliostream: ${text}`),
  });
  if (blocks === undefined) throw noCache();
  closing.push(() => blocks.close());
  const isShared = usesRedis(config.workQueueBroker);
  return {
    blocks,
    config,
    cacheRoot,
    tree,
    findSource: (id) => tree.find(id),
    setting: { cacheRoot, tools: pipelineTools(config) },
    index: blocks.index,
    pipelineOptions: {
      programs: builtInProgram,
      limits: limitsOfConfig(config),
      env: childEnvironment(config),
      grants: programGrants(config),
    },
    owner: blocks.owner,
    now: Date.now,
    isShared,
    queue,
    wishes: async () => openWishes(isShared ? { link: await link() } : { cacheRoot }),
    async close() {
      for (const close of closing) await close().catch(() => {});
    },
  };
}

function noCache(): DasError {
  return new DasError("BAD_CONFIG", "the configuration names no folder for the cache (CACHE_ROOT)");
}

/** What the work on a cache needs; opens its queue. */
export async function workSite(cache: CommandCache): Promise<WorkSite> {
  const { config, pipelineOptions } = cache;
  return {
    ...cache,
    archiveEnv: { ...pipelineOptions.env, ...archiveEnvironment(config) },
    maxBytes: config.cacheMaxBytes,
    sumsMaxBytes: config.sumsMaxBytes,
    queue: await cache.queue(),
    wishes: await cache.wishes(),
  };
}
