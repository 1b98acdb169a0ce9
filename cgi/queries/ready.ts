import { textResponse } from "../http.js";
import type { Query } from "../query.js";
import { readiness } from "../status/readiness.js";
import { siteChecks } from "../status/site-checks.js";

/** `/readyz`: whether everything that the server needs is there, else 503 with the reasons in words for everybody. */
export const readyz: Query = async ({ site }) => {
  const { ready, reasons } = await readiness(site.config, siteChecks(site));
  if (ready) return textResponse(200, "text/plain", "ready\n");
  const text = `not ready\n${reasons.map((reason) => `${reason}\n`).join("")}`;
  return textResponse(503, "text/plain", text, [["Retry-After", String(site.retryAfterSeconds)]]);
};
