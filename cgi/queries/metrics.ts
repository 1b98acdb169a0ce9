import { DasError } from "../../errors/das-error.js";
import { mayRead } from "../access/may-view.js";
import { textResponse } from "../http.js";
import type { Query } from "../query.js";

/** The text form that every Prometheus reads; its documentation, "Exposition formats". */
const TYPE = "text/plain; version=0.0.4";

/** `/metrics`: what the server has counted, for Prometheus; for those of METRICS_ALLOW and of VIEW_LOG_ALLOW. */
export const metrics: Query = async ({ request, site }) => {
  const reader = mayRead(
    request,
    site,
    "The metrics of this server",
    "METRICS_ALLOW",
    site.config.metricsAllow,
  );
  if (!reader.allowed) throw new DasError("FORBIDDEN", reader.reason);
  if (site.meter === undefined)
    throw new DasError(
      "NOT_IMPLEMENTED",
      "Metrics are counted by the resident server (heliostream serve); a CGI program lives for one request",
    );
  return textResponse(200, TYPE, await site.meter.text());
};
