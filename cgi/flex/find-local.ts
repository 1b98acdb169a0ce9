import type { DataSource } from "../../dsdf/data-source.js";
import { baseSource, type FlexSource } from "../../dsdf/flex/flex-source.js";
import type { QueryContext } from "../query.js";
import { catalogIndex } from "./catalog-index.js";
import { flexTree } from "./site-flex-tree.js";

/** A source that a path names; with its dasFlex definition where it has one. */
export interface LocalSource {
  readonly source: DataSource;
  readonly flex?: FlexSource;
}

/**
 * The source that a path names: by its id, exact case first, then one that alone differs in case, then by the id that it has for
 * path-style clients (`localId`), then in the tree of dasFlex. Errors: BAD_DEFINITION. Source: das2-server 7.1, 8.3.
 */
export async function findLocal({ site }: QueryContext, id: string): Promise<LocalSource | undefined> {
  if (id === "") return undefined;
  const found = await site.sources.findInAnyCase(id);
  if (found !== undefined) return { source: found };
  const flex = await flexTree(site)?.find(id);
  if (flex !== undefined) return { source: baseSource(flex), flex };
  const { sources } = await catalogIndex(site);
  const exact = sources.get(id);
  if (exact !== undefined) return { source: exact };
  const wanted = id.toLowerCase();
  const [only, ...more] = [...sources].filter(([local]) => local.toLowerCase() === wanted);
  return only === undefined || more.length > 0 ? undefined : { source: only[1] };
}
