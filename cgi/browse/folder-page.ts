import { lastElement } from "../../dsdf/id-element.js";
import { encodedPath } from "../../stream/url-text.js";
import type { CatalogFolder, CatalogIndex } from "../flex/catalog-index.js";
import type { Response } from "../http.js";
import { countText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import { shortText } from "../pages/short-text.js";
import type { QueryContext } from "../query.js";
import { searchForm } from "./search-form.js";
import { pageOf, sourceLine } from "./source-line.js";
import { taggedPage } from "./tagged-page.js";
import { trailTo } from "./trail.js";
import { tree } from "./tree.js";
import { sourceCounts } from "./tree-plan.js";

/** Sources on one page of a folder. */
const SOURCES_A_PAGE = 200;

/** The page of a folder: the tree below it, and its own sources. Source: das2-server 7.1. */
export function folderPage(context: QueryContext, folder: CatalogFolder, index: CatalogIndex): Response {
  const { mount } = context.request;
  const { id, title, folders, sources } = folder;
  const from = firstOf(context, sources.length);
  const count = countText(sourceCounts(index).get(id) ?? 0, "source");
  const node = id === "" ? `${mount}/root.json` : `${mount}/source/${encodedPath(id)}.json`;
  return taggedPage(context, {
    title: id === "" ? "All sources" : shortText(title ?? "") || lastElement(id),
    section: "sources",
    isWide: true,
    trail: trailTo(mount, id),
    lead: id === "" ? count : html`<code class="id">${id}/</code> ${count}`,
    styles: ["browse.css"],
    scripts: ["browse.js"],
    body: html`${searchForm(mount)}<div id="browse">
${folders.length === 0 ? undefined : tree(mount, folder, index, false)}${sources.length === 0 ? undefined : ownSources(mount, folder, from)}${folders.length + sources.length === 0 ? html`<p class="nothing">There is no source here.</p>\n` : undefined}<p class="note">For programs: <a href="${node}">this folder as a catalog node (JSON)</a></p>
</div>`,
  });
}

function firstOf({ words }: QueryContext, count: number): number {
  const text = words.get("from") ?? "";
  const from = /^[0-9]{1,7}$/.test(text) ? Number(text) : 0;
  return from < count ? from : 0;
}

function ownSources(mount: string, { id, sources }: CatalogFolder, from: number): Markup {
  const shown = sources.slice(from, from + SOURCES_A_PAGE);
  const at = (first: number) => `${pageOf(mount, id)}${first > 0 ? `?from=${first}` : ""}`;
  const before =
    from > 0
      ? html`<a class="button" rel="prev" href="${at(Math.max(0, from - SOURCES_A_PAGE))}">Before</a>`
      : undefined;
  const after =
    from + SOURCES_A_PAGE < sources.length
      ? html`<a class="button" rel="next" href="${at(from + SOURCES_A_PAGE)}">After</a>`
      : undefined;
  const pages =
    before === undefined && after === undefined
      ? undefined
      : html`<nav class="pages" aria-label="Pages of this folder">${before} ${from + 1} to ${from + shown.length} of ${countText(sources.length, "source")} ${after}</nav>\n`;
  return html`<ul class="tree own" aria-label="Sources of this folder">
${shown.map((source) => sourceLine(mount, source))}</ul>
${pages}`;
}
