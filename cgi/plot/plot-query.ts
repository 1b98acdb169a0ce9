import { DasError, OUTCOME } from "../../errors/das-error.js";
import { MOST_SOURCES } from "../../plot/page-state.js";
import { mayView } from "../access/may-view.js";
import { textResponse } from "../http.js";
import { PAGE_HEADERS } from "../pages/page-headers.js";
import { serverPages } from "../pages/page-site.js";
import { serverPage } from "../pages/server-page.js";
import type { Query } from "../query.js";
import { plotPage } from "./plot-page.js";
import { findPlotSource, readPlotQuestion } from "./plot-question.js";

/** `/plot`: sources over a range, drawn; the status is that of the first fault where nothing is left to draw. */
export const plot: Query = async (context) => {
  const question = await readPlotQuestion(context);
  const [fault] = question.faults;
  const status = fault !== undefined && question.sources.length === 0 ? OUTCOME[fault.code].status : 200;
  const { request, site, trace } = context;
  // The page says what is wrong; the log has to know it as well.
  if (fault !== undefined) trace.fail(fault, OUTCOME[fault.code].status >= 500 ? "failed" : "refused");
  const log = mayView(request, site).allowed ? { log: serverPages(request, site).log } : {};
  const page = plotPage({ question, mount: request.mount, request: request.id, ...log });
  return serverPage(context, page, status);
};

/**
 * `/plot.json`: what the page has to know of each `source`, as an array in their order.
 * Errors: BAD_PARAMETER, NO_SUCH_SOURCE, BAD_DEFINITION, TOO_MUCH_ASKED.
 */
export const plotJson: Query = async (context) => {
  const ids = new URLSearchParams(context.request.query).getAll("source").filter((id) => id !== "");
  if (ids.length === 0) throw new DasError("BAD_PARAMETER", "source is missing, expected the id of a source");
  if (ids.length > MOST_SOURCES)
    throw new DasError("TOO_MUCH_ASKED", `${ids.length} sources, expected at most ${MOST_SOURCES}`);
  const sources = await Promise.all(ids.map((id) => findPlotSource(context, id)));
  for (const source of sources) if (source instanceof DasError) throw source;
  const text = `${JSON.stringify({ sources }).replaceAll("<", "\\u003c")}\n`;
  return textResponse(200, "application/json", text, PAGE_HEADERS);
};
