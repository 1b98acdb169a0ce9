import type { DataSource } from "../../dsdf/data-source.js";
import type { ViewFacts } from "../../dsdf/flex/view-facts.js";
import { type PipelineTools, pipelineTools } from "../../dsdf/tools.js";
import { realmOf } from "../access/realm.js";
import { ownUrl } from "../own-url.js";
import type { QueryContext } from "../query.js";
import type { Site } from "../site.js";

const tools = new WeakMap<Site, PipelineTools>();

/** What the views of sources tell of this server; of a protected source the realm as well. */
export function siteFacts(
  { request, site }: Pick<QueryContext, "request" | "site">,
  source?: DataSource,
): ViewFacts {
  let known = tools.get(site);
  if (known === undefined) {
    known = pipelineTools(site.config);
    tools.set(site, known);
  }
  const { siteCatalogTag, websocketUri, enableHapi } = site.config;
  return {
    server: ownUrl(request, site),
    tools: known,
    hapi: enableHapi,
    ...(siteCatalogTag === undefined ? {} : { tag: siteCatalogTag.replace(/:$/, "") }),
    ...(websocketUri === undefined ? {} : { live: websocketUri.replace(/\/+$/, "") }),
    ...(source === undefined || source.access.length === 0 ? {} : { realm: realmOf(source, request, site) }),
  };
}
