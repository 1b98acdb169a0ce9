import { answerRequest } from "./answer-request.js";
import type { Request, Response } from "./http.js";
import { LIGHT_ROUTES } from "./light-routes.js";
import type { Loader, RouteTable } from "./route-table.js";
import type { Site } from "./site.js";

const dataset: Loader = async () => (await import("./queries/dataset.js")).dataset;
const compactDataset: Loader = async () => (await import("./queries/dataset.js")).compactDataset;
const image: Loader = async () => (await import("./queries/image.js")).image;
const front: Loader = async () => (await import("./browse/front-page.js")).front;

/** Everything that the server answers; each query is loaded when it is first asked for. Source: das2-server 2.1, 7.1. */
export const ROUTES: RouteTable = {
  ...LIGHT_ROUTES,
  words: new Map([
    ...LIGHT_ROUTES.words,
    ["dataset", dataset],
    ["compactdataset", compactDataset],
    ["image", image],
  ]),
  paths: new Map([
    ...LIGHT_ROUTES.paths,
    // What browsers get is not light: it knows all sources.
    ["", front],
    ["/", front],
    // Not light: what opens the cache would make every small answer slower.
    ["/cache", async () => (await import("./queries/cache.js")).cacheStatus],
    ["/catalog.json", async () => (await import("./flex/catalog.js")).catalogJson],
    ["/root.json", async () => (await import("./flex/catalog.js")).rootJson],
    ["/catalog.jsonld", async () => (await import("./flex/json-ld.js")).catalogDocument],
    ["/openapi.json", async () => (await import("./openapi/answer.js")).openApi],
    ["/nodes.csv", async () => (await import("./flex/catalog.js")).nodesTable],
    ["/catalog", async () => (await import("./flex/catalog.js")).olderCatalog],
    ["/plot", async () => (await import("./plot/plot-query.js")).plot],
    ["/plot.json", async () => (await import("./plot/plot-query.js")).plotJson],
    ["/readyz", async () => (await import("./queries/ready.js")).readyz],
    ["/metrics", async () => (await import("./queries/metrics.js")).metrics],
    ["/status", async () => (await import("./queries/status.js")).status],
    ["/status.json", async () => (await import("./queries/status.js")).statusJson],
    ["/images", async () => (await import("./queries/images.js")).imagesPage],
    ["/images/header.json", async () => (await import("./queries/images.js")).imageHeader],
    ["/cache.json", async () => (await import("./queries/cache.js")).cacheStatusJson],
  ]),
  folders: new Map([
    ...LIGHT_ROUTES.folders,
    ["docs", async () => (await import("./docs/docs.js")).docs],
    ["source", async () => (await import("./source-route.js")).source],
    ["data", async () => (await import("./flex/older-routes.js")).olderData],
    ["quicklook", async () => (await import("./queries/quick-look.js")).quickLook],
    ["coverage", async () => (await import("./flex/older-routes.js")).coverage],
  ]),
  doors: new Map([
    ["hapi", async () => (await import("./hapi/door.js")).hapiDoor],
    ["verify", async () => (await import("./verify/door.js")).verifyDoor],
    ["jsoc", async () => (await import("./jsoc/door.js")).jsocDoor],
  ]),
};

/**
 * Answers a request and sees to its record. Never throws: every failure is an answer.
 * Source: das2-server 1, 2.1, 4.
 */
export function handle(request: Request, site: Site): Promise<Response> {
  return answerRequest(request, site, ROUTES);
}
