import type { DataSource } from "../dsdf/data-source.js";
import { definitionError, shown } from "../dsdf/definition-error.js";
import { followRenames, MAX_RENAMES } from "../dsdf/renames.js";
import { SERVER_URL_SYNTAX, serverUrl } from "../dsdf/server-url.js";
import { DasError } from "../errors/das-error.js";
import { encodedPath, queryWord } from "../stream/url-text.js";
import type { Response } from "./http.js";
import { textResponse } from "./http.js";
import { isSamePlace, ownUrl } from "./own-url.js";
import type { QueryContext } from "./query.js";
import type { QueryWords } from "./query-words.js";

/** The base URL of another server. Errors: BAD_DEFINITION. */
function checkedBase(text: string, file: string): string {
  const url = serverUrl(text);
  if (url === undefined)
    throw definitionError(`value ${shown(text)}`, { file, keyword: "server", expected: SERVER_URL_SYNTAX });
  return url;
}

/** The id to which the renames of a source lead on this server. Errors: BAD_DEFINITION where they lead nowhere. */
async function newId(source: DataSource, context: QueryContext, here: string): Promise<string> {
  const end = await followRenames(
    source,
    (id) => context.site.sources.find(id),
    ({ server }) => server !== undefined && !isSamePlace(server, here),
  );
  if (end.kind === "found") return end.id;
  const what = end.kind === "circle" ? "leads back to itself" : `is renamed more than ${MAX_RENAMES} times`;
  throw new DasError("BAD_DEFINITION", `This source ${what}, the server cannot say where it is`, {
    file: source.file,
    keyword: "rename",
    path: end.path.join(" -> "),
  });
}

/**
 * The id that a source has on this server now; `undefined` where its home is another server.
 * Errors: BAD_DEFINITION where its renames lead in a circle. Source: das2-server 5.
 */
export async function idHere(source: DataSource, context: QueryContext): Promise<string | undefined> {
  const here = ownUrl(context.request, context.site);
  const elsewhere = source.server !== undefined && !isSamePlace(source.server, here);
  if (source.rename !== undefined) return elsewhere ? undefined : newId(source, context, here);
  return elsewhere && !context.site.config.ignoreRedirect ? undefined : source.id;
}

/** The parameters of a request as a query string, `dataset` replaced. */
export function rebuiltQuery(words: QueryWords, id: string): string {
  return [...words]
    .map(([name, value]) => `${queryWord(name)}=${queryWord(name === "dataset" ? id : value)}`)
    .join("&");
}

/**
 * Where a request for `source` has to go instead: 301 for a source with a new id, 302 for one whose home is another server;
 * `undefined` where it is at home. The link is rebuilt from the decoded parameters.
 * Errors: BAD_DEFINITION where it would lead in a circle. Source: das2-server 5.
 */
export async function redirect(source: DataSource, context: QueryContext): Promise<Response | undefined> {
  const { request, site, words, path } = context;
  const here = ownUrl(request, site);
  const elsewhere = source.server !== undefined && !isSamePlace(source.server, here);
  const moved = source.rename !== undefined;
  if (!moved && (!elsewhere || site.config.ignoreRedirect)) return undefined;
  const base = elsewhere && source.server !== undefined ? checkedBase(source.server, source.file) : here;
  const id = !elsewhere ? await newId(source, context, here) : (source.rename ?? source.id);
  const newPath = path.replace(source.id, () => id);
  const query = rebuiltQuery(words, id);
  const location = `${base}${encodedPath(newPath)}${query === "" ? "" : `?${query}`}`;
  return textResponse(moved ? 301 : 302, "text/plain", "This source is at another address\n", [
    ["Location", location],
  ]);
}
