import { lastElement } from "../../dsdf/id-element.js";
import type { CatalogFolder, CatalogIndex } from "../flex/catalog-index.js";
import { countText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import { shortText } from "../pages/short-text.js";
import { pageOf, sourceLine } from "./source-line.js";
import { MOST_SOURCES, planTree, type TreePlan } from "./tree-plan.js";

/** Most folders of one folder in a page. */
const MOST_FOLDERS = 1000;

/**
 * The folders and sources below a folder as lists that fold. What is too much for one page is a link to the page of its folder, which a
 * script opens in place.
 *
 * @param withSources whether the sources of the folder itself are listed
 */
export function tree(mount: string, root: CatalogFolder, index: CatalogIndex, withSources = true): Markup {
  const plan = planTree(root, index);
  return html`<ul class="tree">
${members(mount, root, index, plan, withSources)}</ul>
`;
}

function members(
  mount: string,
  { id, folders, sources }: CatalogFolder,
  index: CatalogIndex,
  plan: TreePlan,
  withSources = true,
): readonly Markup[] {
  const shown = withSources ? sources.slice(0, MOST_SOURCES) : [];
  const rest = withSources ? sources.length - shown.length : 0;
  return [
    ...folders.slice(0, MOST_FOLDERS).map((inner) => folderItem(mount, inner, index, plan)),
    ...(folders.length > MOST_FOLDERS
      ? [
          html`<li class="more">${countText(folders.length - MOST_FOLDERS, "more folder")}: search for them.</li>\n`,
        ]
      : []),
    ...shown.map((source) => sourceLine(mount, source)),
    ...(rest > 0
      ? [html`<li class="more"><a href="${pageOf(mount, id)}">${countText(rest, "more source")}</a></li>\n`]
      : []),
  ];
}

function folderItem(mount: string, id: string, index: CatalogIndex, plan: TreePlan): Markup {
  const folder = index.folders.get(id);
  if (folder === undefined) return html``;
  const href = pageOf(mount, id);
  const count = countText(plan.counts.get(id) ?? 0, "source");
  const head = html`<summary><span class="name">${lastElement(id)}</span> <span class="about">${shortText(folder.title ?? "")}</span> <span class="years">${count}</span></summary>`;
  if (!plan.written.has(id))
    return html`<li><details data-folder="${href}">${head}<p class="more"><a href="${href}">Open ${lastElement(id)}</a></p></details></li>
`;
  return html`<li><details${plan.open.has(id) ? html` open` : undefined}>${head}<ul>
${members(mount, folder, index, plan)}</ul></details></li>
`;
}
