import type { BlockCache } from "../../cache/block-cache.js";
import { openCache } from "../../cache/open-cache.js";
import type { Site } from "../site.js";

const opened = new WeakMap<Site, Promise<BlockCache | undefined>>();

/** The cache of a server, opened with the first question; `undefined` where none is configured. Errors: BAD_CONFIG. */
export function siteCache(site: Site): Promise<BlockCache | undefined> {
  const known = opened.get(site);
  if (known !== undefined) return known;
  const life = site.resident ? "process" : "request";
  const cache = (site.openCache ?? (() => openCache(site.config, { life })))();
  opened.set(site, cache);
  // Waits until what is being kept is in place.
  site.closers.add(async () => await (await cache.catch(() => undefined))?.close());
  return cache;
}
