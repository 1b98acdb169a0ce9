import type { DataSource } from "../dsdf/data-source.js";
import { DasError } from "../errors/das-error.js";
import type { Response } from "./http.js";
import { textResponse } from "./http.js";
import { isSamePlace, ownUrl } from "./own-url.js";
import type { QueryContext } from "./query.js";
import type { QueryWords } from "./query-words.js";

/** Percent-encoding for a query, with `/` and `:` left as they are: both are legal there, and short links matter to some. */
function encodeWord(text: string): string {
  return encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%3A", ":");
}

/** The base URL of another server, fit to stand in a header. Errors: BAD_DEFINITION. */
function checkedBase(text: string, file: string): string {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    // Told below.
  }
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new DasError("BAD_DEFINITION", "The definition of this source names a server that is not a URL", {
      file,
      server: text,
    });
  return url.href.replace(/\/+$/, "");
}

/** The parameters of a request as a query string, `dataset` replaced. */
export function rebuiltQuery(words: QueryWords, id: string): string {
  return [...words]
    .map(([name, value]) => `${encodeWord(name)}=${encodeWord(name === "dataset" ? id : value)}`)
    .join("&");
}

/**
 * Where a request for `source` has to go instead: 301 for a source with a new id, 302 for one whose home is another server;
 * `undefined` where it is at home. The link is rebuilt from the decoded parameters.
 * Errors: BAD_DEFINITION where it would lead back here. Source: das2-server 5.
 */
export function redirect(source: DataSource, context: QueryContext): Response | undefined {
  const { request, site, words, path } = context;
  const here = ownUrl(request, site);
  const elsewhere = source.server !== undefined && !isSamePlace(source.server, here);
  const moved = source.rename !== undefined;
  if (!moved && (!elsewhere || site.config.ignoreRedirect)) return undefined;
  const base = elsewhere && source.server !== undefined ? checkedBase(source.server, source.file) : here;
  const id = source.rename ?? source.id;
  if (!elsewhere && id === source.id)
    throw new DasError("BAD_DEFINITION", "The definition of this source leads back to itself", {
      file: source.file,
    });
  const newPath = path.replace(source.id, () => id);
  const encodedPath = newPath.split("/").map(encodeURIComponent).join("/");
  const query = rebuiltQuery(words, id);
  const location = `${base}${encodedPath}${query === "" ? "" : `?${query}`}`;
  return textResponse(moved ? 301 : 302, "text/plain", "This source is at another address\n", [
    ["Location", location],
  ]);
}
