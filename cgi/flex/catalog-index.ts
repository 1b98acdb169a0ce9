import type { DataSource } from "../../dsdf/data-source.js";
import { baseSource } from "../../dsdf/flex/flex-source.js";
import type { OtherView } from "../../dsdf/flex/other-views.js";
import { localId } from "../../dsdf/flex/view-facts.js";
import { compareIds } from "../../dsdf/source-id.js";
import { isDasError } from "../../errors/das-error.js";
import type { Site } from "../site.js";
import { flexTree } from "./site-flex-tree.js";

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
  /** What a tree of dasFlex has for other interfaces, by the id of the source there. */
  readonly others: ReadonlyMap<string, readonly OtherView[]>;
}

type Listing = Awaited<ReturnType<Site["sources"]["list"]>>;

/** The newest of a server; a listing is the same object until something in the tree changes. */
const made = new WeakMap<
  Site,
  {
    readonly streams: Listing;
    readonly files: Listing;
    readonly flexIds: readonly string[];
    readonly index: Promise<CatalogIndex>;
  }
>();

/**
 * The catalog of a server, made anew when a definition changes. Sources that are protected, broken or elsewhere are not in it.
 * Source: das2-server 8.2, 8.3.
 */
export async function catalogIndex(site: Site): Promise<CatalogIndex> {
  const [streams, files] = [await site.sources.list(), await site.sources.listFiles()];
  const flexIds = (await flexTree(site)?.ids()) ?? NO_IDS;
  const known = made.get(site);
  if (known?.streams === streams && known.files === files && known.flexIds === flexIds)
    return await known.index;
  const index = makeIndex(site, [...streams, ...files], flexIds);
  made.set(site, { streams, files, flexIds, index });
  // What failed is tried again by who asks next.
  index.catch(() => made.delete(site));
  return await index;
}

const NO_IDS: readonly string[] = [];

async function makeIndex(site: Site, entries: Listing, flexIds: readonly string[]): Promise<CatalogIndex> {
  const titles = new Map<string, string>();
  const sources = new Map<string, DataSource>();
  const others = new Map<string, readonly OtherView[]>();
  for (const { id, description } of entries) {
    if (id.endsWith("/")) {
      if (description !== undefined) titles.set(id.slice(0, -1), description);
      continue;
    }
    const source = await goodSource(() => site.sources.find(id));
    if (source === undefined || source.access.length > 0 || source.server !== undefined) continue;
    if (!sources.has(localId(source))) sources.set(localId(source), source);
  }
  for (const id of flexIds) {
    const flex = await goodSource(() => flexTree(site)?.find(id) ?? Promise.resolve(undefined));
    if (flex === undefined || flex.definition.access.length > 0) continue;
    // A DSDF file of the same id has the word.
    if (sources.has(id)) continue;
    sources.set(id, baseSource(flex));
    others.set(id, flex.others ?? []);
  }
  return { sources, others, folders: foldersOf(sources, titles, site.config.siteName) };
}

/** What `find` gives; a broken definition is as none. */
async function goodSource<T>(find: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await find();
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
