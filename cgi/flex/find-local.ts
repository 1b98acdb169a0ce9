import type { DataSource } from "../../dsdf/data-source.js";
import type { QueryContext } from "../query.js";
import { catalogIndex } from "./catalog-index.js";

/**
 * The source that a path names: by its id, exact case first, then one that alone differs in case, then by the id that it has for
 * path-style clients (`localId`). Errors: BAD_DEFINITION. Source: das2-server 7.1.
 */
export async function findLocal({ site }: QueryContext, id: string): Promise<DataSource | undefined> {
  if (id === "") return undefined;
  const found = await site.sources.findInAnyCase(id);
  if (found !== undefined) return found;
  const { sources } = await catalogIndex(site);
  const exact = sources.get(id);
  if (exact !== undefined) return exact;
  const wanted = id.toLowerCase();
  const same = [...sources].filter(([local]) => local.toLowerCase() === wanted);
  return same.length === 1 ? same[0]?.[1] : undefined;
}
