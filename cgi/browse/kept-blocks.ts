import type { DataSource } from "../../dsdf/data-source.js";
import { clockMs } from "../../pipeline/clock.js";
import { makeTime } from "../../stream/time.js";
import { mayView } from "../access/may-view.js";
import { PATTERNS } from "../cache/bar.js";
import { Patience } from "../cache/patience.js";
import { siteCacheAccess } from "../cache/site-access.js";
import { sourcePart } from "../cache/source-part.js";
import { sourceView } from "../cache/source-view.js";
import { html, type Markup } from "../pages/html.js";
import type { QueryContext } from "../query.js";
import { queryString } from "./readable-url.js";

/** For all questions to the index: longer no page of a source waits. */
const PATIENCE_MS = 400;
const DETAIL = { columns: 200, levels: 8, gaps: 0, sized: 100 };

/**
 * What the cache has of a source, level by level, for those who may see the state of the cache; nothing where no blocks are kept, nor from
 * a process of one request, which would have to open the cache for it.
 */
export async function keptBlocks(source: DataSource, context: QueryContext): Promise<Markup | undefined> {
  const { site, request } = context;
  if (!site.resident || source.cacheLevels.length === 0) return undefined;
  if (site.config.cacheRoot === undefined && site.openCacheAccess === undefined) return undefined;
  if (!mayView(request, site, "The state of the cache").allowed) return undefined;
  const access = await (site.openCacheAccess ?? (() => siteCacheAccess(site)))();
  if (access === undefined) return undefined;
  try {
    const now = makeTime(1970, 1, 1, 0, 0, site.now().getTime() / 1000);
    const view = await sourceView(
      source.id,
      () => Promise.resolve(source),
      access,
      new Patience(PATIENCE_MS, clockMs),
      {
        now,
        detail: DETAIL,
      },
    );
    if (view.levels.length === 0) return undefined;
    const { description: _description, ...levels } = view;
    const links = { source: (id: string) => `${request.mount}/cache?${queryString([["source", id]])}` };
    return html`<h2>Kept in the cache</h2>
${PATTERNS}${sourcePart(levels, DETAIL.columns, links)}`;
  } finally {
    await access.close();
  }
}
