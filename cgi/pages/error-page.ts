import { type DasError, OUTCOME } from "../../errors/das-error.js";
import { BY_BROWSER, isBrowser } from "../browser.js";
import { type HeaderLine, type Request, type Response, textResponse } from "../http.js";
import type { Site } from "../site.js";
import { html } from "./html.js";
import { pageText } from "./page.js";
import { PAGE_HEADERS } from "./page-headers.js";
import { serverPages } from "./page-site.js";

/**
 * Whether somebody went to this address with a browser: then an error is a page. Scripts of pages and programs, which do not ask for
 * HTML, are told in plain text.
 */
export function wantsErrorPage({ method, headers, path }: Request): boolean {
  return (
    (method === "GET" || method === "HEAD") &&
    !path.endsWith(".json") &&
    isBrowser(headers["user-agent"]) &&
    /(?:^|,)\s*text\/html\b/.test(headers.accept ?? "")
  );
}

/** The message of an error as a page, which leads to the story of the request in the log for those who may see it. */
export function errorPage(
  request: Request,
  site: Site,
  error: DasError,
  headers: readonly HeaderLine[] = [],
): Response {
  const pages = serverPages(request, site);
  const { status } = OUTCOME[error.code];
  const story = `${pages.log}?${new URLSearchParams({ id: request.id })}`;
  const text = pageText(pages, {
    title: TITLES[status] ?? "The request failed",
    body: html`<p class="nothing">${error.message}</p>
<p>Request <a href="${story}"><code>${request.id}</code></a>: name it to who runs this server.</p>`,
    isPrivate: true,
  });
  return textResponse(status, "text/html", text, [
    ["Vary", "Accept"],
    BY_BROWSER,
    ...PAGE_HEADERS,
    ...headers,
  ]);
}

/** What happened, in a line. */
const TITLES: Readonly<Record<number, string>> = {
  400: "The request is not right",
  401: "A password is needed",
  403: "This is not for everybody",
  404: "There is nothing here",
  429: "Too many requests",
  503: "The server is busy",
};
