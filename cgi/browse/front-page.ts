import type { DataSource } from "../../dsdf/data-source.js";
import { hasBins } from "../../dsdf/flex/has-bins.js";
import { localId } from "../../dsdf/flex/view-facts.js";
import { parseTime } from "../../stream/time.js";
import { isBrowser } from "../browser.js";
import { type CatalogIndex, catalogIndex } from "../flex/catalog-index.js";
import { siteFacts } from "../flex/site-facts.js";
import type { HeaderLine, Response } from "../http.js";
import { countText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import { linkTable } from "../pages/link-table.js";
import { shortText } from "../pages/short-text.js";
import { intro } from "../queries/intro.js";
import type { Query, QueryContext } from "../query.js";
import { type Chosen, chosenRange } from "./chosen-range.js";
import { contact } from "./contact.js";
import { dataUrl, plotPage, textWords } from "./data-query.js";
import { doorLinks } from "./doors.js";
import { examplePicture } from "./example-picture.js";
import { foundBy, searchForm } from "./search-form.js";
import { pageOf } from "./source-line.js";
import { taggedPage } from "./tagged-page.js";
import { tree } from "./tree.js";
import { sourceCounts } from "./tree-plan.js";

/** Programs are given another answer under the same address. */
const VARIES: readonly HeaderLine[] = [["Vary", "User-Agent"]];
const PICTURE = { width: 480, height: 270 };

/** The first page: the sources of the site for browsers, a summary in plain text for programs. Source: das2-server 2.9. */
export const front: Query = async (context) =>
  isBrowser(context.request.headers["user-agent"]) ? await frontPage(context) : await intro(context);

async function frontPage(context: QueryContext): Promise<Response> {
  const { request, site } = context;
  const { mount } = request;
  const { siteName, contactEmail, contactUrl } = site.config;
  const found = await foundBy(context);
  const index = await catalogIndex(site);
  const count = sourceCounts(index).get("") ?? 0;
  const isSearch = found.words.length > 0;
  return taggedPage(
    context,
    {
      title: isSearch ? `${shortText(found.text, 60)}: search` : siteName,
      heading: html`${siteName}`,
      section: "sources",
      isWide: true,
      lead: `${countText(count, "source")} of time-indexed data: look, plot, or have them in your own program, at the resolution you ask for.`,
      styles: ["browse.css"],
      scripts: ["browse.js"],
      ...(isSearch ? { isPrivate: true } : {}),
      body: html`${searchForm(mount, isSearch ? found : undefined)}${isSearch ? html`<p><a href="${mount === "" ? "/" : mount}">All sources</a></p>` : await browse(context, index)}`,
      ...footOf(contact(contactEmail, contactUrl)),
    },
    { headers: VARIES },
  );
}

function footOf(foot: Markup | undefined): { readonly foot?: Markup } {
  return foot === undefined ? {} : { foot };
}

async function browse(context: QueryContext, index: CatalogIndex): Promise<Markup> {
  const { mount } = context.request;
  const root = index.folders.get("");
  const isEmpty = root === undefined || root.folders.length + root.sources.length === 0;
  return html`<div id="browse"><div class="columns"><section aria-labelledby="all"><h2 id="all">Sources</h2>
${isEmpty ? html`<p class="nothing">There is no source yet that everybody may have. Put definitions into DSDF_ROOT.</p>` : siteTree(mount, index)}</section>
${await exampleCard(context, index)}</div>
<h2>For programs</h2>
${linkTable(doorLinks(context))}</div>`;
}

/** The tree of all sources by mount, for as long as the catalog is the same. */
const trees = new WeakMap<CatalogIndex, Map<string, Markup>>();

function siteTree(mount: string, index: CatalogIndex): Markup {
  const known = trees.get(index) ?? new Map<string, Markup>();
  trees.set(index, known);
  const made =
    known.get(mount) ?? tree(mount, index.folders.get("") ?? { id: "", folders: [], sources: [] }, index);
  known.set(mount, made);
  return made;
}

/** The example of the configuration, else the first source that has one; missing where there is none that everybody may have. */
async function example(
  { site }: QueryContext,
  index: CatalogIndex,
): Promise<
  { readonly source: DataSource; readonly range?: Pick<Chosen, "begin" | "end" | "range"> } | undefined
> {
  const { sampleDsdf, sampleStart, sampleEnd } = site.config;
  const all = [...index.sources.values()];
  const configured = all.find(({ id }) => id === sampleDsdf);
  if (configured !== undefined && sampleStart !== undefined && sampleEnd !== undefined)
    return { source: configured, ...rangeOf(sampleStart, sampleEnd) };
  const first = configured ?? all.find(({ examples, form }) => examples.length > 0 && form !== "file");
  return first === undefined ? undefined : { source: first };
}

function rangeOf(begin: string, end: string): { readonly range?: Pick<Chosen, "begin" | "end" | "range"> } {
  try {
    const options = { bareYear: true };
    return {
      range: { begin, end, range: { begin: parseTime(begin, options), end: parseTime(end, options) } },
    };
  } catch {
    return {}; // the example of the source itself will do
  }
}

async function exampleCard(context: QueryContext, index: CatalogIndex): Promise<Markup | undefined> {
  const found = await example(context, index);
  if (found === undefined) return undefined;
  const { site, request } = context;
  const { mount } = request;
  const base = mount === "" ? "/" : mount;
  const { source, range } = found;
  const shown = { source, isFlex: false, hasBins: hasBins(source, siteFacts(context).tools) };
  const own = chosenRange(source, undefined, shown.hasBins, site.now());
  const chosen = range === undefined ? own : withRange(own, range);
  const plot = plotPage(mount, shown, chosen);
  return html`<section class="example" aria-labelledby="example"><h2 id="example">An example</h2>
${examplePicture(context, shown, chosen, PICTURE)}<p><a href="${pageOf(mount, localId(source))}">${shortText(source.description)}</a><br><span class="note">${chosen.begin} to ${chosen.end}</span></p>
<p class="actions"><a class="button main" href="${plot}">Plot</a> <a class="button" href="${dataUrl(base, shown, chosen, textWords(shown))}">As text</a></p>
</section>`;
}

/** Another range at as many points. */
function withRange(own: Chosen, range: Pick<Chosen, "begin" | "end" | "range">): Chosen {
  const seconds = ({ range: { begin, end } }: Pick<Chosen, "range">) =>
    (end.day - begin.day) * 86_400 + (end.ns - begin.ns) / 1e9;
  const scale = seconds(range) / seconds(own);
  const { params: _params, example: _example, ...rest } = own;
  return {
    ...rest,
    ...range,
    ...(own.resolution === undefined ? {} : { resolution: Number((own.resolution * scale).toPrecision(6)) }),
    ...(own.interval === undefined ? {} : { interval: Number((own.interval * scale).toPrecision(6)) }),
  };
}
