import type { DataSource } from "../../dsdf/data-source.js";
import { type CatalogIndex, catalogIndex } from "../flex/catalog-index.js";
import { dataSetsOf } from "../hapi/data-sets.js";
import { descriptionsOf } from "../hapi/descriptions.js";
import type { Site } from "../site.js";
import { type IndexedSource, indexSources, type Quantity } from "./source-index.js";

const made = new WeakMap<
  CatalogIndex,
  { readonly edition: number; readonly index: readonly IndexedSource[] }
>();

/** All sources that everybody may have, ready to be searched; made anew where the catalog or what is known of quantities has changed. */
export async function siteIndex(site: Site): Promise<readonly IndexedSource[]> {
  const catalog = await catalogIndex(site);
  const { edition } = descriptionsOf(site);
  const known = made.get(catalog);
  if (known?.edition === edition) return known.index;
  const index = indexSources(catalog.sources.values(), (source) => measuredQuantities(source, site));
  made.set(catalog, { edition, index });
  return index;
}

/** What the header of the reader's stream said, where a client of HAPI has asked before; nothing is run for it. */
export function measuredQuantities(source: DataSource, site: Site): readonly Quantity[] {
  const [set] = dataSetsOf(source);
  if (set === undefined || source.access.length > 0) return [];
  const known = descriptionsOf(site).peek(set);
  return (known?.derived.parameters ?? []).slice(1).map(({ parameter: { name, description, units } }) => ({
    name,
    ...(description === undefined ? {} : { description }),
    ...(typeof units === "string" ? { units } : {}),
  }));
}
