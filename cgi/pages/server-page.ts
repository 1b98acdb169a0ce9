import { type Response, textResponse } from "../http.js";
import type { QueryContext } from "../query.js";
import { type Page, pageText } from "./page.js";
import { PAGE_HEADERS, SCRIPTED_PAGE_HEADERS } from "./page-headers.js";
import { serverPages } from "./page-site.js";

/** The answer with a page of the server. */
export function serverPage({ request, site }: QueryContext, page: Page, status = 200): Response {
  const headers = (page.scripts ?? []).length > 0 ? SCRIPTED_PAGE_HEADERS : PAGE_HEADERS;
  return textResponse(status, "text/html", pageText(serverPages(request, site), page), headers);
}
