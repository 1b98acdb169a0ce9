import { openLink, usesRedis } from "../../cache/index/open-index.js";
import { allLevels } from "../../cache/levels/levels-of.js";
import { lookAtQueue } from "../../cache/queue/queue-look.js";
import { pipelineTools } from "../../dsdf/tools.js";
import { siteCache } from "../data/site-cache.js";
import type { Site } from "../site.js";
import type { CacheAccess } from "./access.js";

/**
 * The cache of a server for a look; `undefined` where none is configured. Errors: BAD_CONFIG.
 */
export async function siteCacheAccess(site: Site): Promise<CacheAccess | undefined> {
  const cache = await siteCache(site);
  if (cache === undefined) return undefined;
  const { config } = site;
  const setting = { cacheRoot: cache.root, tools: pipelineTools(config) };
  const isShared = usesRedis(config.workQueueBroker);
  const now = () => site.now().getTime();
  // A process without a queue of its own looks into that of others.
  const link = cache.queue === undefined && isShared ? await openLink(config, "request") : undefined;
  const own = cache.queue;
  const queue =
    own !== undefined
      ? { status: async () => (await own()).status() }
      : link === undefined
        ? undefined
        : { status: () => lookAtQueue(link, now()) };
  return {
    keptIn: isShared ? "redis" : "files",
    index: cache.index,
    ...(queue === undefined ? {} : { queue }),
    maxBytes: config.cacheMaxBytes,
    levelsOf: async (source) => allLevels(source, setting),
    momentOf: (source) => cache.moment(source, now()),
    troubles: cache.troubles,
    async close() {
      await link?.close();
    },
  };
}
