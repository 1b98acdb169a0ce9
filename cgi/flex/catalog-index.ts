import type { DataSource } from "../../dsdf/data-source.js";
import { localId } from "../../dsdf/flex/view-facts.js";
import { compareIds } from "../../dsdf/source-id.js";
import { isDasError } from "../../errors/das-error.js";
import type { Site } from "../site.js";

/** What a folder of the catalog holds. */
export interface CatalogFolder {
  /** Empty for the root. */
  readonly id: string;
  readonly title?: string;
  /** Ids of folders in it, in the order of their ids. */
  readonly folders: readonly string[];
  /** Sources in it, in the order of their local ids. */
  readonly sources: readonly DataSource[];
}

/** All that the catalog lists: sources that everybody may have, and the folders above them. */
export interface CatalogIndex {
  readonly folders: ReadonlyMap<string, CatalogFolder>;
  /** By local id. */
  readonly sources: ReadonlyMap<string, DataSource>;
}

type Listing = Awaited<ReturnType<Site["sources"]["list"]>>;

/** The newest of a server; a listing is the same object until something in the tree changes. */
const made = new WeakMap<
  Site,
  { readonly streams: Listing; readonly files: Listing; readonly index: Promise<CatalogIndex> }
>();

/**
 * The catalog of a server, made anew when a definition changes. Sources that are protected, broken or elsewhere are not in it.
 * Source: das2-server 8.2, 8.3.
 */
export async function catalogIndex(site: Site): Promise<CatalogIndex> {
  const [streams, files] = [await site.sources.list(), await site.sources.listFiles()];
  const known = made.get(site);
  if (known?.streams === streams && known.files === files) return await known.index;
  const index = makeIndex(site, [...streams, ...files]);
  made.set(site, { streams, files, index });
  return await index;
}

async function makeIndex(site: Site, entries: Listing): Promise<CatalogIndex> {
  const titles = new Map<string, string>();
  const sources = new Map<string, DataSource>();
  for (const { id, description } of entries) {
    if (id.endsWith("/")) {
      if (description !== undefined) titles.set(id.slice(0, -1), description);
      continue;
    }
    const source = await goodSource(site, id);
    if (source === undefined || source.access.length > 0 || source.server !== undefined) continue;
    if (!sources.has(localId(source))) sources.set(localId(source), source);
  }
  return { sources, folders: foldersOf(sources, titles, site.config.siteName) };
}

async function goodSource(site: Site, id: string): Promise<DataSource | undefined> {
  try {
    return await site.sources.find(id);
  } catch (error) {
    if (isDasError(error, "BAD_DEFINITION")) return undefined;
    throw error;
  }
}

function foldersOf(
  sources: ReadonlyMap<string, DataSource>,
  titles: ReadonlyMap<string, string>,
  siteTitle: string,
): ReadonlyMap<string, CatalogFolder> {
  const members = new Map<string, { readonly folders: Set<string>; readonly sources: DataSource[] }>();
  const folder = (id: string) => {
    const known = members.get(id);
    if (known !== undefined) return known;
    const made = { folders: new Set<string>(), sources: [] };
    members.set(id, made);
    return made;
  };
  folder("");
  for (const id of [...sources.keys()].sort(compareIds)) {
    const source = sources.get(id);
    if (source === undefined) continue;
    folder(parentOf(id)).sources.push(source);
    for (let at = parentOf(id); at !== ""; at = parentOf(at)) folder(parentOf(at)).folders.add(at);
  }
  return new Map(
    [...members].map(([id, { folders, sources: own }]) => {
      const title = id === "" ? siteTitle : titles.get(id);
      const sorted = [...folders].sort(compareIds);
      return [id, { id, ...(title === undefined ? {} : { title }), folders: sorted, sources: own }];
    }),
  );
}

function parentOf(id: string): string {
  const slash = id.lastIndexOf("/");
  return slash < 0 ? "" : id.slice(0, slash);
}
