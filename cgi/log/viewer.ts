import { DasError, OUTCOME } from "../../errors/das-error.js";
import { mayView } from "../access/may-view.js";
import { publicError } from "../error-response.js";
import { acceptsGzip } from "../finish.js";
import { gzipStream, gzipWhole } from "../gzip.js";
import type { HeaderLine, Request, Response } from "../http.js";
import { EMPTY_BODY, headerValue, isWholeBody, textResponse } from "../http.js";
import { html } from "../pages/html.js";
import { pageText } from "../pages/page.js";
import { PAGE_HEADERS } from "../pages/page-headers.js";
import { logPages } from "../pages/page-site.js";
import { parseQuery, type QueryWords } from "../query-words.js";
import { findResource, resourceResponse } from "../resource-file.js";
import type { Site } from "../site.js";
import { Trace } from "../trace.js";
import type { ExportForm } from "./export/export-body.js";
import { isDay, removeDays } from "./log-files.js";
import { pathOf, readQuestion } from "./log-question.js";
import { logRoom } from "./log-room.js";
import { pageAnswer } from "./page-answer.js";
import { isSameOrigin } from "./same-origin.js";

/** Files of the page besides the style sheet of all pages; for everybody, they say nothing. */
const STATIC_FILES = new Set(["log.css", "log.js", "logo.svg"]);

/** What is at the paths below the mount. */
const PATHS = new Map<string, "page" | "follow" | ExportForm>([
  ["", "page"],
  ["/", "page"],
  ["/follow", "follow"],
  ["/export.csv", "csv"],
  ["/export.ndjson", "ndjson"],
]);

/** Deletes a day or all, and leads back to the page. */
function remove(request: Request, site: Site, words: QueryWords): Response {
  if (!isSameOrigin(request, site))
    throw new DasError("FORBIDDEN", "Only the page of the log itself may delete");
  const action = words.get("action");
  const day = words.get("day");
  if (action === "deleteAll") removeDays(site.config.logPath);
  else if (action === "delete" && day !== undefined && isDay(day)) removeDays(site.config.logPath, day);
  else throw new DasError("BAD_PARAMETER", "expected action=delete with a day, or action=deleteAll");
  logRoom(site).indexes.forget();
  return { status: 302, headers: [["Location", `${pathOf(request)}?ip=*`]], body: EMPTY_BODY };
}

async function answer(request: Request, site: Site, trace: Trace): Promise<Response> {
  const { method, path } = request;
  const viewer = mayView(request, site);
  trace.client = viewer.address;
  if (method !== "GET" && method !== "HEAD" && method !== "POST")
    throw new DasError("METHOD_NOT_ALLOWED", "Expected GET, HEAD or POST");
  if (path.startsWith("/static/") && method !== "POST") {
    const name = path.slice("/static/".length);
    const isOurs = STATIC_FILES.has(name) || name === encodeURIComponent(site.config.styleSheet);
    const file = isOurs ? await findResource(site.resourceFolders, name) : undefined;
    if (file !== undefined) return resourceResponse(request, file);
  }
  if (!viewer.allowed) throw new DasError("FORBIDDEN", viewer.reason);
  const kind = PATHS.get(path);
  if (kind === undefined || (kind !== "page" && method === "POST"))
    throw new DasError("NOT_FOUND", "There is nothing at this path");
  const words = parseQuery(request.query, site.config.maxParameterBytes);
  if (method === "POST") return remove(request, site, words);
  if (words.has("action"))
    throw new DasError("METHOD_NOT_ALLOWED", "Deletion is by the button of the page (POST) only");
  const question = await readQuestion(request, site, words, viewer.address);
  if (kind === "follow") {
    const { followAnswer } = await import("./follow/follow-answer.js");
    return followAnswer(request, site, question);
  }
  if (kind !== "page") {
    const { exportAnswer } = await import("./export/export-answer.js");
    return exportAnswer(request, site, question, kind);
  }
  return pageAnswer(request, site, question, viewer.address);
}

/** The error that is told: an operator must see why the log cannot be shown, wherever its files are. */
function viewerError(thrown: unknown): DasError {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return code === "EACCES" || code === "EPERM"
    ? new DasError(
        "INTERNAL",
        "The user of the server may not read or delete the files of the log",
        {},
        thrown,
      )
    : publicError(thrown);
}

function errorPage(request: Request, site: Site, error: DasError): Response {
  const { status } = OUTCOME[error.code];
  const again = status === 403 ? undefined : html` <a href="${pathOf(request)}?ip=*">To the log</a>`;
  const text = pageText(logPages(request, site), {
    title: "Request log",
    section: "log",
    body: html`<p class="nothing">${error.message}.${again}</p>`,
    styles: ["log.css"],
    isPrivate: true,
  });
  const headers: readonly HeaderLine[] =
    error.code === "METHOD_NOT_ALLOWED" ? [["Allow", "GET, HEAD, POST"]] : [];
  return textResponse(status, "text/html", text, headers);
}

async function finish(request: Request, response: Response): Promise<Response> {
  const headers: HeaderLine[] = [...response.headers, ["X-Request-Id", request.id]];
  if (headerValue(response, "Content-Security-Policy") === undefined) headers.push(...PAGE_HEADERS);
  if (!headers.some(([name]) => name === "Cache-Control")) headers.push(["Cache-Control", "no-store"]);
  const isHead = request.method === "HEAD";
  let { body } = response;
  if (!isWholeBody(body)) {
    if (isHead) await body[Symbol.asyncIterator]().return?.();
    const isCoded = acceptsGzip(request) && headerValue(response, "Content-Disposition") !== undefined;
    if (isCoded) headers.push(["Content-Encoding", "gzip"], ["Vary", "Accept-Encoding"]);
    return { ...response, headers, body: isHead ? EMPTY_BODY : isCoded ? gzipStream(body) : body };
  }
  if (body.length > 1024 && acceptsGzip(request)) {
    body = await gzipWhole(body);
    headers.push(["Content-Encoding", "gzip"], ["Vary", "Accept-Encoding"]);
  }
  if (response.status !== 304) headers.push(["Content-Length", String(body.length)]);
  return { ...response, headers, body: isHead ? EMPTY_BODY : body };
}

/**
 * Answers below the log viewer's mount: the page for allowed addresses, its style sheets for everybody. Unlike every other answer
 * it may not be read by pages of other origins. Who merely looks leaves no record, otherwise the log would be full of that; who is
 * refused or deletes does. Never throws. Source: das2-server 18.2.
 */
export async function handleLog(request: Request, site: Site): Promise<Response> {
  const trace = new Trace(request);
  trace.query = "log";
  let response: Response;
  try {
    response = await answer(request, site, trace);
  } catch (thrown) {
    const error = viewerError(thrown);
    trace.fail(error, OUTCOME[error.code].status === 500 ? "failed" : "refused");
    response = errorPage(request, site, error);
  }
  const finished = await finish(request, response);
  if (request.method === "POST" || trace.outcome !== "complete")
    site.log.write(trace.record(finished.status, isWholeBody(finished.body) ? finished.body.length : 0));
  return finished;
}
