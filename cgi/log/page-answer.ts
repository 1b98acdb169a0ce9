import { type Request, type Response, textResponse } from "../http.js";
import { pageText } from "../pages/page.js";
import { SCRIPTED_PAGE_HEADERS } from "../pages/page-headers.js";
import { logPages } from "../pages/page-site.js";
import type { Site } from "../site.js";
import { codedNotices } from "./coded-notices.js";
import { decodeSome } from "./decode-some.js";
import { daysOf } from "./log-files.js";
import { type LogQuestion, pathOf } from "./log-question.js";
import { logRoom } from "./log-room.js";
import { logPage } from "./page.js";
import { rangeSummary } from "./range-summary.js";
import { readLogPage } from "./read-page.js";

/** The page of the viewer. @param viewer address of who looks */
export async function pageAnswer(
  request: Request,
  site: Site,
  { files, filter }: LogQuestion,
  viewer: string,
): Promise<Response> {
  const { config } = site;
  const { indexes, work } = logRoom(site);
  const coded = await decodeSome(files, filter, request.signal);
  const days = daysOf(files);
  // What one request did is not in sums.
  const summary =
    filter.id === undefined && filter.before === undefined
      ? await rangeSummary(files, indexes, filter)
      : undefined;
  const page = await readLogPage({ files, indexes }, filter, request.signal);
  if (site.resident) void work.start(files);
  const notices = codedNotices(coded, site.resident);
  const content = logPage({
    path: pathOf(request),
    filter,
    days,
    page,
    summary,
    isResident: site.resident,
    notices:
      indexes.trouble === undefined
        ? notices
        : [
            ...notices,
            "The index beside the log cannot be written: searching takes longer than it needs to.",
          ],
    viewer,
    keepDays: config.logDays,
    now: site.now(),
  });
  const text = pageText(logPages(request, site), content);
  return textResponse(200, "text/html", text, site.resident ? SCRIPTED_PAGE_HEADERS : []);
}
