import { createHash } from "node:crypto";
import type { DataSource } from "../../dsdf/data-source.js";
import { providedTypes } from "../../dsdf/flex/format-types.js";
import type { JsonObject } from "../../dsdf/flex/json.js";
import { catalogNode, type FolderMember, sourceSet } from "../../dsdf/flex/nodes.js";
import { type NodeRow, nodesCsv } from "../../dsdf/flex/nodes-csv.js";
import { das2Catalog } from "../../dsdf/flex/older-nodes.js";
import { localId, sourceUrl, type ViewFacts } from "../../dsdf/flex/view-facts.js";
import type { HeaderLine, Response } from "../http.js";
import { EMPTY_BODY } from "../http.js";
import type { Query, QueryContext } from "../query.js";
import { isTagKnown } from "../resource-file.js";
import { type CatalogFolder, type CatalogIndex, catalogIndex } from "./catalog-index.js";
import { siteFacts } from "./site-facts.js";

/** The node of a folder; with `isNested` its members are written out down to the sources. Source: das2-server 8.2. */
export function folderNode(
  { id, title, folders, sources }: CatalogFolder,
  index: CatalogIndex,
  facts: ViewFacts,
  isNested: boolean,
): JsonObject {
  const members: FolderMember[] = folders.map((folder) => {
    const inner = index.folders.get(folder);
    return {
      type: "Catalog",
      id: folder,
      ...(inner?.title === undefined ? {} : { title: inner.title }),
      ...(isNested && inner !== undefined ? { node: folderNode(inner, index, facts, true) } : {}),
    };
  });
  for (const source of sources)
    members.push({
      type: "SourceSet",
      id: localId(source),
      title: source.description,
      ...(isNested ? { node: sourceSet(source, facts, index.others.get(source.id)) } : {}),
    });
  return catalogNode(id, title, members, facts);
}

/** The same for clients of das2.3. Source: das2-server 8.7. */
export function olderFolderNode(
  { id, title, folders, sources }: CatalogFolder,
  index: CatalogIndex,
  facts: ViewFacts,
): JsonObject {
  const members: FolderMember[] = folders.map((folder) => {
    const inner = index.folders.get(folder)?.title;
    return { type: "Catalog", id: folder, ...(inner === undefined ? {} : { title: inner }) };
  });
  for (const source of sources)
    members.push({ type: "SourceSet", id: localId(source), title: source.description });
  return das2Catalog(id, title, members, facts);
}

/** A made text and its tag. */
interface Made {
  readonly bytes: Uint8Array;
  readonly tag: string;
}

/** Texts by what they are and for which address of the server, for as long as the catalog is the same. */
const texts = new WeakMap<CatalogIndex, Map<string, Made>>();
/** Addresses that are remembered: a server is asked under few. */
const MOST_TEXTS = 16;

/** A text that changes with the catalog alone, made once; a client that has it is told so. */
export async function catalogText(
  context: QueryContext,
  name: string,
  type: string,
  make: (index: CatalogIndex, facts: ViewFacts) => string,
): Promise<Response> {
  const index = await catalogIndex(context.site);
  const facts = siteFacts(context);
  const known = texts.get(index) ?? new Map<string, Made>();
  texts.set(index, known);
  const key = `${name} ${facts.server}`;
  let made = known.get(key);
  if (made === undefined) {
    const bytes = Buffer.from(make(index, facts), "utf8");
    // Weak, because a coded answer of other bytes carries the same tag.
    made = { bytes, tag: `W/"${createHash("sha256").update(bytes).digest("hex").slice(0, 20)}"` };
    if (known.size >= MOST_TEXTS) known.clear();
    known.set(key, made);
  }
  const headers: HeaderLine[] = [
    ["ETag", made.tag],
    ["Cache-Control", "no-cache"],
  ];
  if (isTagKnown(context.request, made.tag) === true) return { status: 304, headers, body: EMPTY_BODY };
  return { status: 200, headers: [["Content-Type", type], ...headers], body: made.bytes };
}

function rootNode(index: CatalogIndex, facts: ViewFacts, isNested: boolean): string {
  const root = index.folders.get("") ?? { id: "", folders: [], sources: [] };
  return `${JSON.stringify(folderNode(root, index, facts, isNested), null, 1)}\n`;
}

/** `/catalog.json`: the whole catalog, written out down to the sources. Source: das2-server 7.1, 8.2. */
export const catalogJson: Query = (context) =>
  catalogText(context, "catalog", "application/json", (index, facts) => rootNode(index, facts, true));

/** `/root.json`: the top of the catalog. Source: das2-server 7.1. */
export const rootJson: Query = (context) =>
  catalogText(context, "root", "application/json", (index, facts) => rootNode(index, facts, false));

/** `/nodes.csv`: the catalog as a flat table. Source: das2-server 8.5. */
export const nodesTable: Query = (context) =>
  catalogText(context, "nodes", "text/csv; charset=utf-8", (index, facts) => nodesCsv(rowsOf(index, facts)));

function rowsOf(index: CatalogIndex, facts: ViewFacts): NodeRow[] {
  const rows: NodeRow[] = [];
  for (const { id, title = "" } of index.folders.values())
    if (id !== "") rows.push(nodeRow(id, "Catalog", title, sourceUrl(facts, id, ".json")));
  for (const [id, source] of index.sources) rows.push(...sourceRows(id, source, facts));
  return rows;
}

function sourceRows(id: string, source: DataSource, facts: ViewFacts): NodeRow[] {
  const title = source.description;
  const provides = providedTypes(source);
  const rows = [
    nodeRow(id, "SourceSet", title, sourceUrl(facts, id, ".json")),
    { ...nodeRow(`${id}/flex`, "HttpStreamSrc", title, sourceUrl(facts, id, "/flex.json")), provides },
  ];
  if (source.realTime)
    rows.push({
      ...nodeRow(`${id}/flexRT`, "WebSocSrc", title, sourceUrl(facts, id, "/flexRT.json")),
      provides,
    });
  if (source.form !== "file")
    rows.push({
      ...nodeRow(`${id}/das2`, "Das2DSDF", title, sourceUrl(facts, id, "/das2.d2t")),
      mime: "text/vnd.das2.das2stream",
      provides,
    });
  return rows;
}

function nodeRow(localId: string, type: string, title: string, url: string): NodeRow {
  return { localId: localId.toLowerCase(), type, title, url, mime: "application/json", provides: [] };
}

/** `/catalog` of an older interface: the same at its place now. Source: das2-server 7.2. */
export const olderCatalog: Query = (context) => ({
  status: 301,
  headers: [
    ["Location", `${siteFacts(context).server}/catalog.json`],
    ["Content-Type", "text/plain; charset=utf-8"],
  ],
  body: Buffer.from("The catalog is at /catalog.json\n"),
});
