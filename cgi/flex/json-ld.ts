import type { DataSource } from "../../dsdf/data-source.js";
import {
  type CatalogFacts,
  catalogJsonLd,
  datasetJsonLd,
  type MeasuredQuantity,
} from "../../dsdf/json-ld.js";
import { type DataSet, dataSetsOf } from "../hapi/data-sets.js";
import { descriptionsOf } from "../hapi/descriptions.js";
import type { Response } from "../http.js";
import { ownUrl } from "../own-url.js";
import type { Query, QueryContext } from "../query.js";
import { catalogText } from "./catalog.js";

const TYPE = "application/ld+json";

/** A source as a data set of schema.org, with the quantities of its records as far as they are known by now. */
export function sourceJsonLd(source: DataSource, context: QueryContext) {
  return datasetJsonLd(source, catalogFacts(context), measured(source, context));
}

/** `/source/ID/dataset.jsonld`. */
export function datasetDocument(source: DataSource, context: QueryContext): Response {
  return {
    status: 200,
    headers: [
      ["Content-Type", TYPE],
      ["Cache-Control", "no-cache"],
    ],
    body: Buffer.from(`${JSON.stringify(sourceJsonLd(source, context), null, 1)}\n`),
  };
}

/** `/catalog.jsonld`: the server as a catalog of schema.org; what is protected is not in it. */
export const catalogDocument: Query = (context) =>
  catalogText(
    context,
    "schema.org",
    TYPE,
    ({ sources }) => `${JSON.stringify(catalogJsonLd(sources.values(), catalogFacts(context)))}\n`,
  );

function catalogFacts({ request, site }: QueryContext): CatalogFacts {
  const { siteName, siteCatalogTag, enableHapi } = site.config;
  return {
    server: ownUrl(request, site),
    siteName,
    hasHapi: enableHapi,
    ...(siteCatalogTag === undefined ? {} : { tag: siteCatalogTag.replace(/:$/, "") }),
  };
}

/** What the header of the reader's stream said, where a client of HAPI has asked before; nothing is run for a description. */
function measured(source: DataSource, { site }: QueryContext): readonly MeasuredQuantity[] | undefined {
  const [set]: readonly DataSet[] = dataSetsOf(source);
  if (set === undefined || source.access.length > 0) return undefined;
  return descriptionsOf(site)
    .peek(set)
    ?.derived.parameters.slice(1)
    .map(({ parameter: { name, description, units } }) => ({
      name,
      ...(description === undefined ? {} : { description }),
      ...(typeof units === "string" ? { units } : {}),
    }));
}
