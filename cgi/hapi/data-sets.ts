import type { DataSource, SubSource } from "../../dsdf/data-source.js";
import { hapiObstacle } from "../../dsdf/hapi-fit.js";
import { paramWords } from "../../dsdf/normalise-params.js";
import { isDasError } from "../../errors/das-error.js";
import { plainLabel } from "../../formats/hapi/plain-label.js";
import type { Request } from "../http.js";
import { isSamePlace, ownUrl } from "../own-url.js";
import type { Site } from "../site.js";
import { hapiError, protectedSource } from "./hapi-error.js";

/** A data set of HAPI: a source, or a sub-source of one. */
export interface DataSet {
  /** `ID` or `ID,KEY`. */
  readonly id: string;
  readonly source: DataSource;
  readonly part?: SubSource;
}

/** Longest title, characters. Source: HAPI 3.3, section 3.5. */
const MAX_TITLE = 40;

/** What a listing says of a data set, in a few words; its header says all. */
export function dataSetTitle({ source, part }: DataSet): string {
  const title = plainLabel(part?.description ?? source.description);
  if (title.length <= MAX_TITLE) return title;
  const cut = title.slice(0, MAX_TITLE - 3);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), MAX_TITLE / 2)).replace(/[\s,;:.(-]+$/, "")} ...`;
}

/** The words that the reader of a data set gets: of a sub-source its own, else what the definition has for HAPI (`hapiParams`). */
export function readerWords({ source, part }: DataSet): readonly string[] {
  return part?.params ?? paramWords(source.keywords.get("hapiParams") ?? "");
}

/** Whether this server is the home of a source. */
function isHere({ server }: DataSource, request: Request, site: Site): boolean {
  return server === undefined || site.config.ignoreRedirect || isSamePlace(server, ownUrl(request, site));
}

/** The data sets that a source makes: itself, unless it needs an interval, and its sub-sources. */
export function dataSetsOf(source: DataSource): readonly DataSet[] {
  return [
    ...(source.requiresInterval ? [] : [{ id: source.id, source }]),
    ...source.subSources.map((part) => ({ id: `${source.id},${part.key}`, source, part })),
  ];
}

/** All data sets that everybody may have, by the order of their sources. Source: das2-server 11.1, 11.4. */
export async function listDataSets(request: Request, site: Site): Promise<readonly DataSet[]> {
  const found: DataSet[] = [];
  for (const { id } of await site.sources.list()) {
    const source = id.endsWith("/") ? undefined : await goodSource(site, id);
    if (source === undefined || source.access.length > 0) continue;
    if (hapiObstacle(source) === undefined && isHere(source, request, site))
      found.push(...dataSetsOf(source));
  }
  return found;
}

/** A source whose definition can be read. */
async function goodSource(site: Site, id: string): Promise<DataSource | undefined> {
  try {
    return await site.sources.find(id);
  } catch (error) {
    if (isDasError(error, "BAD_DEFINITION")) return undefined;
    throw error;
  }
}

/**
 * The data set of an id. Errors: 1406 for one that there is not, or that cannot be expressed; FORBIDDEN for a source that is not for
 * everybody; BAD_DEFINITION. Source: das2-server 11.4.
 */
export async function findDataSet(id: string, request: Request, site: Site): Promise<DataSet> {
  const comma = id.lastIndexOf(",");
  const names: readonly (readonly [source: string, key?: string])[] =
    comma < 0 ? [[id]] : [[id], [id.slice(0, comma), id.slice(comma + 1)]];
  for (const [name, key] of names) {
    // An id has one spelling here.
    const source = name.endsWith(".dsdf") ? undefined : await site.sources.find(name);
    if (source === undefined || hapiObstacle(source) !== undefined || !isHere(source, request, site))
      continue;
    const set = dataSetsOf(source).find(({ part }) => part?.key === key);
    if (set === undefined) continue;
    if (source.access.length > 0) throw protectedSource();
    return set;
  }
  throw hapiError(1406, "see /catalog");
}
