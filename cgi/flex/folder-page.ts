import type { DataSource } from "../../dsdf/data-source.js";
import { encodedId, localId } from "../../dsdf/flex/view-facts.js";
import { scriptSafeJson } from "../../dsdf/json-ld.js";
import type { Response } from "../http.js";
import { html, Markup } from "../pages/html.js";
import { type LinkRow, linkTable } from "../pages/link-table.js";
import { serverPage } from "../pages/server-page.js";
import type { QueryContext } from "../query.js";
import type { CatalogFolder, CatalogIndex } from "./catalog-index.js";
import { sourceJsonLd } from "./json-ld.js";

/** The page of a folder: its folders and sources. Source: das2-server 7.1. */
export function folderPage(context: QueryContext, folder: CatalogFolder, index: CatalogIndex): Response {
  const base = `${context.request.mount}/source/`;
  const rows: LinkRow[] = folder.folders.map((id) => ({
    href: `${base}${encodedId(id)}/`,
    text: `${memberTitle(id)}/`,
    about: index.folders.get(id)?.title ?? "",
  }));
  for (const source of folder.sources)
    rows.push({
      href: `${base}${encodedId(localId(source))}/`,
      text: memberTitle(localId(source)),
      about: source.description,
    });
  const title = folder.title ?? (folder.id === "" ? "Sources" : folder.id);
  const node =
    folder.id === "" ? `${context.request.mount}/root.json` : `${base}${encodedId(folder.id)}.json`;
  return page(
    context,
    title,
    folder.id,
    html`${linkTable(rows)}<p><a href="${node}">As a catalog node (JSON)</a></p>`,
  );
}

/** The page of a source: what there is of it. Source: das2-server 7.1. */
export function sourcePage(context: QueryContext, source: DataSource): Response {
  const base = `${context.request.mount}/source/`;
  const id = localId(source);
  const below = `${base}${encodedId(id)}`;
  const rows: LinkRow[] = [
    { href: `${below}/flex.html`, text: "Form", about: "asks for data" },
    { href: `${below}/flex.json`, text: "flex.json", about: "the parameters of its data, for programs" },
    { href: `${below}.json`, text: "Node", about: "its place in the catalog" },
  ];
  if (source.form !== "file")
    rows.push({ href: `${below}/das2.d2t`, text: "das2.d2t", about: "its description for das2 clients" });
  if (source.realTime)
    rows.push({ href: `${below}/flexRT.json`, text: "flexRT.json", about: "its live data, for programs" });
  rows.push({
    href: `${below}/dataset.jsonld`,
    text: "dataset.jsonld",
    about: "its description for search engines",
  });
  const summary = source.summary === undefined ? undefined : html`<p>${source.summary}</p>\n`;
  return page(
    context,
    source.description || id,
    id,
    html`${summary}${linkTable(rows)}${jsonLdElement(source, context)}`,
  );
}

/** What engines that search for data sets read; it runs nothing. */
function jsonLdElement(source: DataSource, context: QueryContext): Markup {
  return new Markup(
    `<script type="application/ld+json">${scriptSafeJson(sourceJsonLd(source, context))}</script>\n`,
  );
}

/** The last element of an id. */
function memberTitle(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

function page(context: QueryContext, title: string, id: string, body: Markup): Response {
  const base = `${context.request.mount}/source/`;
  const elements = id === "" ? [] : id.split("/").slice(0, -1);
  const trail = elements.map((text, at) => ({
    href: `${base}${encodedId(elements.slice(0, at + 1).join("/"))}/`,
    text,
  }));
  return serverPage(context, {
    title,
    section: "sources",
    trail: id === "" ? [] : [{ href: base, text: "Sources" }, ...trail],
    body,
  });
}
