import { join } from "node:path";
import { requestFromCgi } from "../adapters/cgi.js";
import { answerRequest } from "../answer-request.js";
import { isBrowser } from "../browser.js";
import { runCgiEntry } from "../cgi-entry.js";
import { DOOR_NAMES, LIGHT_ROUTES } from "../light-routes.js";
import { makeSite } from "../make-site.js";
import { decodePath, parseQuery } from "../query-words.js";
import { findRoute, firstElement } from "../route-table.js";

/** The programs are bundled as CommonJS; `node:module` would take longer to load than all that follows here. */
declare const require: (file: string) => unknown;

/**
 * Whether the request can be answered without the code that makes data. One that cannot be read is: its answer is an error.
 */
function isLight(): boolean {
  const request = requestFromCgi(process.env, new AbortController().signal);
  if (DOOR_NAMES.has(firstElement(request.path))) return false;
  try {
    const words = parseQuery(request.query, Number.POSITIVE_INFINITY);
    const route = findRoute(decodePath(request.path), words, LIGHT_ROUTES);
    // The first page of a browser knows all sources, that of a program none.
    if (route?.name === "intro") return !isBrowser(request.headers["user-agent"]);
    return route !== undefined;
  } catch {
    return true;
  }
}

// The greatest part of the time of a small answer is the compiling of code that it does not use: what makes data stands in
// a program of its own, which is loaded into the same process.
if (isLight())
  runCgiEntry(
    (config) => makeSite(config, { resident: false, authorize: async () => ({ granted: false, realm: "" }) }),
    (request, site) => answerRequest(request, site, LIGHT_ROUTES),
  );
else require(join(import.meta.dirname, "server-data"));
