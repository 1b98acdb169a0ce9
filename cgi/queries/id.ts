import { DasError } from "../../errors/das-error.js";
import { textResponse } from "../http.js";
import type { Query, QueryContext } from "../query.js";

/** The configured name of the site. Errors: BAD_CONFIG where there is none. */
function siteName(context: QueryContext): string {
  const { siteName } = context.site.config;
  if (siteName === undefined || siteName === "")
    throw new DasError("BAD_CONFIG", "The name of this site (SITE_NAME) is not configured");
  return siteName;
}

/** `server=id`, `/id.txt`: the name of the site, nothing else; clients show the whole body. Source: das2-server 2.2. */
export const idText: Query = (context) => textResponse(200, "text/plain", `${siteName(context)}\r\n`);

/** `/id.json`: the same with the short id. Source: das2-server 2.2. */
export const idJson: Query = (context) => {
  const { serverId, serverName } = context.site.config;
  const name = siteName(context);
  const value = { id: serverId ?? "", name: serverName ?? name, title: name };
  return {
    status: 200,
    headers: [["Content-Type", "application/json"]],
    body: Buffer.from(`${JSON.stringify(value)}\n`),
  };
};
