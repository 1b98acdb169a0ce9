import { DasError } from "../../errors/das-error.js";
import { mayView, mayViewCommands } from "../access/may-view.js";
import { textResponse } from "../http.js";
import { PAGE_HEADERS } from "../pages/page-headers.js";
import { serverPages } from "../pages/page-site.js";
import { REFRESH_SECONDS } from "../pages/refresh.js";
import { serverPage } from "../pages/server-page.js";
import type { Query, QueryContext } from "../query.js";
import { gatherStatus } from "../status/gather.js";
import { statusPage } from "../status/page.js";
import type { StatusView } from "../status/view.js";
import { withoutPaths } from "../status/without-paths.js";

/** What may be seen: folders of this host are for those who may see command lines. */
async function look({ request, site }: QueryContext): Promise<StatusView> {
  const viewer = mayView(request, site, "The state of this server");
  if (!viewer.allowed) throw new DasError("FORBIDDEN", viewer.reason);
  const view = await gatherStatus(site);
  return mayViewCommands(request, site) ? view : { ...view, checks: withoutPaths(view.checks) };
}

/** `/status`: what is well and what is not, with what to do, as a page; for those who may see the log. */
export const status: Query = async (context) => {
  const text = context.words.get("refresh") ?? "0";
  const refresh = REFRESH_SECONDS.find((seconds) => String(seconds) === text);
  if (refresh === undefined)
    throw new DasError(
      "BAD_PARAMETER",
      `refresh=${text.slice(0, 60)} is not known, expected ${REFRESH_SECONDS.join(", ")}`,
    );
  const view = await look(context);
  return serverPage(context, statusPage(view, { refresh, site: serverPages(context.request, context.site) }));
};

/** `/status.json`: the same value as JSON. */
export const statusJson: Query = async (context) =>
  textResponse(200, "application/json", `${JSON.stringify(await look(context))}\n`, PAGE_HEADERS);
