import type { DataSource } from "../../dsdf/data-source.js";
import type { FlexSource } from "../../dsdf/flex/flex-source.js";
import { httpParams } from "../../dsdf/flex/http-params.js";
import { httpStreamSource, liveUrl, webSocketSource } from "../../dsdf/flex/http-stream.js";
import { isObject, type JsonObject } from "../../dsdf/flex/json.js";
import { sourceSet } from "../../dsdf/flex/nodes.js";
import { das2Source } from "../../dsdf/flex/older-nodes.js";
import { sourceUrl, type ViewFacts } from "../../dsdf/flex/view-facts.js";
import { DasError } from "../../errors/das-error.js";
import { encodedPath } from "../../stream/url-text.js";
import { BY_BROWSER, isBrowser } from "../browser.js";
import { quoted } from "../data/quoted.js";
import { description } from "../description.js";
import type { Response } from "../http.js";
import type { Query, QueryContext } from "../query.js";
import { redirect } from "../redirect.js";
import { folderNode, olderFolderNode } from "./catalog.js";
import { type CatalogFolder, type CatalogIndex, catalogIndex } from "./catalog-index.js";
import { findLocal, type LocalSource } from "./find-local.js";
import { siteFacts } from "./site-facts.js";
import { type SourceView, sourcePath } from "./source-path.js";

const PREFIX = "/source/";

/** What is answered below a source by rooms that know this one. */
export interface OtherRooms {
  /** Server-sent events. */
  readonly live: (context: QueryContext, local: LocalSource) => Promise<Response>;
  /** A request that is no WebSocket. Always fails. */
  readonly flexRT: (context: QueryContext) => Promise<Response>;
  readonly sourcePage: (context: QueryContext, local: LocalSource) => Promise<Response>;
  readonly formPage: (context: QueryContext, source: DataSource, facts: ViewFacts) => Promise<Response>;
  readonly folderPage: (
    context: QueryContext,
    folder: CatalogFolder,
    index: CatalogIndex,
  ) => Promise<Response>;
}

/** `/source/...`: the catalog as folders, descriptions of sources, and their data. Source: das2-server 7.1. */
export function sourceQuery(rooms: OtherRooms): Query {
  return (context) => answerSource(context, rooms);
}

async function answerSource(context: QueryContext, rooms: OtherRooms): Promise<Response> {
  const path = context.path.startsWith(PREFIX) ? context.path.slice(PREFIX.length) : "";
  const asked = sourcePath(path);
  switch (asked.kind) {
    case "view": {
      const found = await findLocal(context, asked.id);
      if (found !== undefined) return await viewOf(context, found, asked.view, rooms);
      // A folder may have the name of a view.
      return await bare(context, path);
    }
    case "page":
      return await page(context, asked.id, rooms);
    case "node":
      return await node(context, asked.id, path.endsWith("/index.json") || path === "index.json");
    case "bare":
      return await bare(context, asked.id);
    default:
      return asked satisfies never;
  }
}

function nothing(id: string): DasError {
  return new DasError("NO_SUCH_SOURCE", `There is no source ${quoted(id)}`);
}

/** The folder of that id, in any case. */
function folderOf({ folders }: CatalogIndex, id: string): CatalogFolder | undefined {
  const exact = folders.get(id);
  if (exact !== undefined) return exact;
  const wanted = id.toLowerCase();
  const same = [...folders.values()].filter((folder) => folder.id.toLowerCase() === wanted);
  return same.length === 1 ? same[0] : undefined;
}

async function viewOf(
  context: QueryContext,
  local: LocalSource,
  view: SourceView,
  rooms: OtherRooms,
): Promise<Response> {
  const { source: found, flex } = local;
  context.trace.source = found.id;
  switch (view) {
    case "flex":
    case "das2":
      return await (await import("./flex-data.js")).flexData(context, local, view);
    case "live":
      return await rooms.live(context, local);
    case "flexRT":
      return await rooms.flexRT(context);
    case "internal.json":
      throw new DasError("NOT_FOUND", "There is nothing at this path");
    default:
  }
  const elsewhere = await redirect(found, context);
  if (elsewhere !== undefined) return elsewhere;
  const facts = siteFacts(context, found);
  switch (view) {
    case "flex.json":
      if (flex !== undefined) return json(servedDefinition(flex.flex, sourceUrl(facts, flex.id, "/flex")));
      return json(httpStreamSource(found, facts));
    case "flexRT.json":
      if (flex !== undefined) return json(servedDefinition(flex.flexRT, liveUrl(facts, flex.id)));
      if (!found.realTime) throw new DasError("NOT_FOUND", "This source has no live data");
      return json(webSocketSource(found, facts));
    case "das1.pro":
    case "hapi2.json":
    case "voservice.xml":
      return await (await import("./other-view.js")).otherDescription(context, local, view);
    case "dataset.jsonld":
      return (await import("./json-ld.js")).datasetDocument(found, context);
    case "flex.html":
      return await rooms.formPage(context, found, facts);
    case "das2.d2t": {
      if (found.form === "file") throw new DasError("NOT_FOUND", "This source gives files, not streams");
      const type = isBrowser(context.request.headers["user-agent"])
        ? "text/plain; charset=utf-8"
        : "text/vnd.das2.das2stream";
      return {
        status: 200,
        headers: [["Content-Type", type], BY_BROWSER],
        body: description(found, context.site),
      };
    }
    default:
      return view satisfies never;
  }
}

/** The public half of a dasFlex definition, with the address of this server in it. */
function servedDefinition(definition: FlexSource["flex"], url: string): JsonObject {
  if (definition === undefined) throw new DasError("NOT_FOUND", "There is nothing at this path");
  const protocol = isObject(definition.protocol) ? definition.protocol : {};
  // What was read from a file of JSON is JSON.
  return { ...definition, protocol: { ...protocol, baseUrls: [url], base_urls: [url] } } as JsonObject;
}

/** @param isIndex asked for as `DIR/index.json`, which has the form of das2.3 by itself */
async function node(context: QueryContext, id: string, isIndex = false): Promise<Response> {
  const form = context.words.get("form");
  if (form !== undefined && form !== "das2.3")
    throw new DasError("BAD_PARAMETER", `form=${quoted(form)}, expected das2.3 or nothing`);
  const isOlder = form === "das2.3" || isIndex;
  const found = await findLocal(context, id);
  if (found !== undefined) {
    const { source, flex } = found;
    context.trace.source = source.id;
    const facts = siteFacts(context, source);
    const others = flex === undefined ? undefined : (flex.others ?? []);
    const elsewhere = await redirect(source, context);
    if (elsewhere !== undefined) return elsewhere;
    return json(
      isOlder ? das2Source(source, httpParams(source, facts), facts) : sourceSet(source, facts, others),
    );
  }
  const index = await catalogIndex(context.site);
  const folder = folderOf(index, id);
  if (folder === undefined) throw nothing(id);
  const facts = siteFacts(context);
  return json(isOlder ? olderFolderNode(folder, index, facts) : folderNode(folder, index, facts, false));
}

async function page(context: QueryContext, id: string, rooms: OtherRooms): Promise<Response> {
  const answer = await pageOrNode(context, id, rooms);
  return { ...answer, headers: [...answer.headers, ["Vary", "Accept"]] };
}

async function pageOrNode(context: QueryContext, id: string, rooms: OtherRooms): Promise<Response> {
  const wantsJson = (context.request.headers.accept ?? "")
    .split(",")
    .some((type) => /^\s*application\/json\b/.test(type));
  if (wantsJson) return await node(context, id);
  const found = await findLocal(context, id);
  if (found !== undefined) {
    context.trace.source = found.source.id;
    const elsewhere = await redirect(found.source, context);
    return elsewhere ?? (await rooms.sourcePage(context, found));
  }
  const index = await catalogIndex(context.site);
  const folder = folderOf(index, id);
  if (folder === undefined) throw nothing(id);
  return await rooms.folderPage(context, folder, index);
}

/** A folder or source without the `/` behind it: the same with it. */
async function bare(context: QueryContext, id: string): Promise<Response> {
  const found = await findLocal(context, id);
  const folder = found === undefined ? folderOf(await catalogIndex(context.site), id) : undefined;
  if (found === undefined && folder === undefined) throw nothing(id);
  return {
    status: 301,
    headers: [
      ["Location", `${siteFacts(context).server}${PREFIX}${encodedPath(id)}/`],
      ["Content-Type", "text/plain; charset=utf-8"],
    ],
    body: Buffer.from("This is at another address\n"),
  };
}

function json(value: JsonObject): Response {
  return {
    status: 200,
    headers: [
      ["Content-Type", "application/json"],
      ["Cache-Control", "no-cache"],
    ],
    body: Buffer.from(`${JSON.stringify(value, null, 1)}\n`),
  };
}
