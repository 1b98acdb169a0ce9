import type { Config } from "../../config/config.js";
import { packageVersion } from "../../config/package-root.js";
import type { Example } from "../../dsdf/data-source.js";
import { timeText } from "../../dsdf/stages.js";
import { catalogText } from "../flex/catalog.js";
import type { CatalogIndex } from "../flex/catalog-index.js";
import { ownUrl, siblingUrl } from "../own-url.js";
import type { Query } from "../query.js";
import { openApiDocument } from "./document.js";
import type { ApiFacts, OpenWays } from "./facts.js";

/** `/openapi.json`: what the server answers, for programs. */
export const openApi: Query = (context) => {
  const { request, site } = context;
  const server = ownUrl(request, site);
  const { siteName, viewLogUrl } = site.config;
  return catalogText(context, "openapi", "application/json", (index) => {
    const example = exampleOf(index);
    const log = new URL(siblingUrl(new URL(server).pathname.replace(/\/+$/, ""), viewLogUrl), server).href;
    const document = openApiDocument({
      server,
      title: siteName,
      version: packageVersion(),
      open: openWays(site.config),
      log: log.replace(/\/+$/, ""),
      ...(example === undefined ? {} : { example }),
    });
    return `${JSON.stringify(document)}\n`;
  });
};

function openWays(config: Config): OpenWays {
  const hasArchive = config.drmsUrl !== undefined;
  return {
    hapi: config.enableHapi,
    debug: config.enableDebug,
    verify: config.enableVerifier,
    archive: hasArchive,
    streamedExports: hasArchive && config.vsoExports !== undefined,
    flexTree: config.dataSrcRoot !== undefined,
  };
}

/** The first source of das2 streams with the shortest of its examples, for it is to be tried. */
function exampleOf({ sources }: CatalogIndex): ApiFacts["example"] {
  for (const { id, form, requiresInterval, examples } of sources.values()) {
    if (form !== "das2" || requiresInterval) continue;
    const plain = examples.filter(({ params, query }) => params === undefined && query === undefined);
    const [shortest] = plain.sort((a, b) => span(a) - span(b));
    if (shortest !== undefined) return { id, begin: timeText(shortest.begin), end: timeText(shortest.end) };
  }
  return undefined;
}

function span({ begin, end }: Pick<Example, "begin" | "end">): number {
  return (end.day - begin.day) * 86_400e9 + (end.ns - begin.ns);
}
