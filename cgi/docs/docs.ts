import { packageVersion } from "../../config/package-root.js";
import { DasError } from "../../errors/das-error.js";
import { quoted } from "../data/quoted.js";
import { type Response, textResponse } from "../http.js";
import { html, Markup } from "../pages/html.js";
import { serverPage } from "../pages/server-page.js";
import type { Query, QueryContext } from "../query.js";
import { type Chapter, chapters, type DocPage, fragment } from "./contents.js";

const PREFIX = "/docs/";

/** `/docs/`: the documentation of this version, page by page. Errors: NOT_FOUND for a page that the contents do not list. */
export const docs: Query = async (context) => {
  if (!context.path.startsWith(PREFIX)) return moved(context, "");
  const name = context.path.slice(PREFIX.length);
  if (name === "README.md") return moved(context, "");
  const all = await chapters();
  const pages = all.flatMap((chapter) => chapter.pages);
  const find = (wanted: string) => pages.find((page) => page.name === wanted);
  if (name === "") return docsPage(context, all, undefined, await fragment("index"));
  const asFile = name.endsWith(".md") ? find(name.slice(0, -".md".length)) : undefined;
  if (asFile !== undefined) return moved(context, asFile.name);
  const found = find(name);
  if (found === undefined)
    throw new DasError(
      "NOT_FOUND",
      `The documentation has no page ${quoted(name)}, its contents are at docs/`,
    );
  return docsPage(context, all, found, await fragment(found.name));
};

/** Files of the package have the ending of their kind, pages have none. */
function moved({ request }: QueryContext, name: string): Response {
  return textResponse(301, "text/plain", "This page is at another address\n", [
    ["Location", `${request.mount}${PREFIX}${name}`],
  ]);
}

function docsPage(
  context: QueryContext,
  all: readonly Chapter[],
  current: DocPage | undefined,
  text: string,
): Response {
  const base = `${context.request.mount}${PREFIX}`;
  const home = { href: base, text: "Documentation" };
  return serverPage(context, {
    title: current?.heading ?? "Documentation",
    section: "docs",
    trail: current === undefined ? [] : [home],
    ...(current === undefined ? { lead: `Of version ${packageVersion()}, which runs here` } : {}),
    body: html`<div class="docs">
${contents(base, all, current)}
<article>
${new Markup(text)}${current === undefined ? undefined : neighbours(base, all, current)}
</article>
</div>`,
    styles: ["docs.css"],
    scripts: ["copy.js"],
    isWide: true,
  });
}

/** All pages; below the one that is shown, its sections. It is folded where the window is narrow. */
function contents(base: string, all: readonly Chapter[], current: DocPage | undefined) {
  const sections = ({ sections }: DocPage) =>
    sections.length < 2
      ? undefined
      : html`<ol class="sections">${sections.map(({ slug, html: inner }) => html`<li><a href="#${slug}">${new Markup(inner)}</a></li>\n`)}</ol>`;
  const item = (page: DocPage) => {
    const isHere = page === current;
    return html`<li><a href="${base}${page.name}"${isHere ? html` aria-current="page"` : undefined}>${page.title}</a>${isHere ? sections(page) : undefined}</li>\n`;
  };
  return html`<nav class="contents" aria-label="Contents">
<a class="narrow" href="${base}">All pages</a>
${all.map(({ title, pages }) => html`<h2>${title}</h2>\n<ol>\n${pages.map(item)}</ol>\n`)}</nav>`;
}

function neighbours(base: string, all: readonly Chapter[], current: DocPage) {
  const pages = all.flatMap((chapter) => chapter.pages);
  const at = pages.indexOf(current);
  const step = (page: DocPage | undefined, rel: string, says: string) =>
    page === undefined
      ? undefined
      : html`<a rel="${rel}" href="${base}${page.name}"><small>${says}</small> ${page.title}</a>`;
  return html`<nav class="neighbours" aria-label="In order">${step(pages[at - 1], "prev", "Before")}${step(pages[at + 1], "next", "Next")}</nav>`;
}
