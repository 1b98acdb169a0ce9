import { DasError } from "../../errors/das-error.js";
import { makeTime } from "../../stream/time.js";
import { mayView } from "../access/may-view.js";
import { gatherView } from "../cache/gather.js";
import { cachePage } from "../cache/page.js";
import { type CacheQuestion, readQuestion } from "../cache/question.js";
import { siteCacheAccess } from "../cache/site-access.js";
import type { CacheView } from "../cache/view.js";
import { textResponse } from "../http.js";
import { PAGE_HEADERS } from "../pages/page-headers.js";
import { serverPage } from "../pages/server-page.js";
import type { Query, QueryContext } from "../query.js";

async function look(
  context: QueryContext,
): Promise<{ readonly question: CacheQuestion; readonly view: CacheView }> {
  const { request, site, words } = context;
  const viewer = mayView(request, site, "The state of the cache");
  if (!viewer.allowed) throw new DasError("FORBIDDEN", viewer.reason);
  const date = site.now();
  const question = readQuestion(words, makeTime(1970, 1, 1, 0, 0, date.getTime() / 1000));
  const access = await (site.openCacheAccess ?? (() => siteCacheAccess(site)))();
  try {
    return { question, view: await gatherView(question, access, site.sources, date) };
  } finally {
    await access?.close();
  }
}

/** `/cache`: what is kept of which source, the queue and the room, as a page; for those who may see the log. */
export const cacheStatus: Query = async (context) => {
  const { question, view } = await look(context);
  return serverPage(context, cachePage({ view, question, mount: context.request.mount }));
};

/** `/cache.json`: the same value as JSON. */
export const cacheStatusJson: Query = async (context) => {
  const { view } = await look(context);
  return textResponse(200, "application/json", `${JSON.stringify(view)}\n`, PAGE_HEADERS);
};
