import { hasBins } from "../../dsdf/flex/has-bins.js";
import { localId } from "../../dsdf/flex/view-facts.js";
import { hapiObstacle } from "../../dsdf/hapi-fit.js";
import { lastElement } from "../../dsdf/id-element.js";
import { scriptSafeJson } from "../../dsdf/json-ld.js";
import { encodedPath } from "../../stream/url-text.js";
import type { LocalSource } from "../flex/find-local.js";
import { sourceJsonLd } from "../flex/json-ld.js";
import { siteFacts } from "../flex/site-facts.js";
import type { Response } from "../http.js";
import { rangeLimits } from "../limits/range-limits.js";
import { html, Markup } from "../pages/html.js";
import { type LinkRow, linkTable } from "../pages/link-table.js";
import { shortText } from "../pages/short-text.js";
import type { QueryContext } from "../query.js";
import { archiveSeries, offeredSource } from "./archive-series.js";
import { type Chosen, chosenRange } from "./chosen-range.js";
import { type ClientLine, clientLines } from "./client-lines.js";
import { plotPage, type ShownSource } from "./data-query.js";
import { examplePicture } from "./example-picture.js";
import { keptBlocks } from "./kept-blocks.js";
import { queryString, queryText } from "./readable-url.js";
import { exampleLinks, requestForm } from "./request-form.js";
import { sourceFacts } from "./source-facts.js";
import { marksOf } from "./source-line.js";
import { taggedPage } from "./tagged-page.js";
import { timeBar } from "./time-bar.js";
import { trailTo } from "./trail.js";

/** Size of the picture of an example, pixels. */
const PICTURE = { width: 640, height: 360 };
/** A text of so many characters may be too long for its place. */
const SCROLLS = 600;
/** Characters of a text that are shown: some ten pages. */
const MOST_TEXT = 20_000;
/** Characters of the title of a page. */
const MOST_TITLE = 120;

/** The page of a source: what it is, a form that asks for data, and lines for clients. Source: das2-server 7.1. */
export async function sourcePage(context: QueryContext, { source, flex }: LocalSource): Promise<Response> {
  const { request, site, words } = context;
  const { mount } = request;
  const facts = siteFacts(context, source);
  const shown: ShownSource = { source, isFlex: flex !== undefined, hasBins: hasBins(source, facts.tools) };
  const now = site.now();
  const chosen = chosenRange(source, words.get("example"), shown.hasBins, now);
  const series = await offeredSource(source, context);
  const { rangeSeconds } = rangeLimits(source, site.config);
  const lines = clientLines(shown, chosen, {
    server: facts.server,
    hasHapi: site.config.enableHapi,
    now,
    ...(rangeSeconds === undefined ? {} : { longestSeconds: rangeSeconds }),
    ...(series === undefined ? {} : { series }),
  });
  const blocks = await keptBlocks(source, context);
  const id = localId(source);
  return taggedPage(context, {
    title: shortText(source.description, MOST_TITLE) || lastElement(id),
    section: "sources",
    isWide: true,
    trail: trailTo(mount, id),
    lead: html`<code class="id">${source.id}</code>${marksOf(source).map((mark) => html` <span class="badge">${mark}</span>`)}`,
    ...asideOf(await plotLinks(mount, shown, chosen)),
    styles: [...(blocks === undefined ? [] : ["cache.css"]), "browse.css"],
    scripts: ["copy.js", "browse.js"],
    ...(source.hidden && flex === undefined ? { isPrivate: true } : {}),
    body: html`<div class="overview"><div>
${source.description.length > MOST_TITLE ? longText("Description", source.description) : undefined}${source.summary === undefined ? undefined : longText("Summary", source.summary)}${sourceFacts(shown, site)}</div>
${picture(context, shown, chosen)}</div>
${timeBar(source, chosen, now)}<section aria-labelledby="ask"><h2 id="ask">Ask for data</h2>
${exampleLinks(mount, shown, chosen)}${requestForm(mount, shown, chosen, facts)}</section>
<section aria-labelledby="clients"><h2 id="clients">In a client</h2>
${clientList(lines)}</section>
${blocks}<h2>For programs</h2>
${linkTable(viewLinks(mount, shown, site.config.enableHapi, flex !== undefined))}${jsonLd(context, source)}`,
  });
}

function asideOf(aside: Markup | undefined): { readonly aside?: Markup } {
  return aside === undefined ? {} : { aside };
}

/** A text that scrolls where it is long, and then can be reached by the keyboard; of one that nobody would read to its end the begin. */
function longText(label: string, text: string): Markup {
  const reach = text.length > SCROLLS ? html` tabindex="0" role="region" aria-label="${label}"` : undefined;
  return html`<div class="text"${reach}>${text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT).replace(/[\ud800-\udbff]$/, "")} …` : text}</div>
`;
}

function hasPlot({ source, isFlex }: ShownSource): boolean {
  return !isFlex && source.form !== "file" && source.form !== "qstream";
}

async function plotLinks(mount: string, shown: ShownSource, chosen: Chosen): Promise<Markup | undefined> {
  const plot = hasPlot(shown)
    ? html`<a class="button main" data-plot href="${plotPage(mount, shown, chosen)}">Plot</a>`
    : undefined;
  const images = (await hasImages(shown))
    ? html`<a class="button" href="${`${mount}/images?${queryString([
        ["source", shown.source.id],
        ["begin", chosen.begin],
        ["end", chosen.end],
      ])}`}">Images</a>`
    : undefined;
  return plot === undefined && images === undefined
    ? undefined
    : html`<div class="actions">${plot} ${images}</div>`;
}

/** Whether there is a page of its images; the code that knows is loaded for readers of an archive alone. */
async function hasImages({ source, isFlex }: ShownSource): Promise<boolean> {
  if (isFlex || archiveSeries(source) === undefined) return false;
  return (await import("../images/image-source.js")).hasImages(source);
}

/** None of what asks for a password, or is made elsewhere. */
function picture(context: QueryContext, shown: ShownSource, chosen: Chosen): Markup | undefined {
  const { access, reader } = shown.source;
  return access.length > 0 || reader === undefined
    ? undefined
    : examplePicture(context, shown, chosen, PICTURE);
}

function clientList(lines: readonly ClientLine[]): Markup {
  return html`<div class="clients">
${lines.map(({ client, about, text }) => html`<div><h3>${client} <span class="note">${about}</span></h3>\n<pre data-copy="Copy the line for ${client}">${text}</pre></div>\n`)}</div>
`;
}

function viewLinks(
  mount: string,
  { source }: ShownSource,
  hasHapi: boolean,
  isFlex: boolean,
): readonly LinkRow[] {
  const below = `${mount}/source/${encodedPath(localId(source))}`;
  const isInHapi = hasHapi && !isFlex && source.access.length === 0 && hapiObstacle(source) === undefined;
  const [part] = source.subSources;
  const set = source.requiresInterval && part !== undefined ? `${source.id},${part.key}` : source.id;
  return [
    { href: `${below}/flex.json`, text: "flex.json", about: "the parameters of its data" },
    ...(source.form === "file" || isFlex
      ? []
      : [{ href: `${below}/das2.d2t`, text: "das2.d2t", about: "its description for das2 clients" }]),
    ...(source.realTime
      ? [{ href: `${below}/flexRT.json`, text: "flexRT.json", about: "its live data" }]
      : []),
    ...(isInHapi
      ? [
          {
            href: `${mount}/hapi/info?dataset=${queryText(set)}`,
            text: "HAPI",
            about: "its quantities and their units",
          },
        ]
      : []),
    { href: `${below}.json`, text: "Node", about: "its place in the catalog" },
    { href: `${below}/dataset.jsonld`, text: "dataset.jsonld", about: "its description for search engines" },
    { href: `${below}/flex.html`, text: "Form", about: "every parameter of its data by path" },
  ];
}

/** What engines that search for data sets read; it runs nothing. */
function jsonLd(context: QueryContext, source: LocalSource["source"]): Markup {
  return new Markup(
    `<script type="application/ld+json">${scriptSafeJson(sourceJsonLd(source, context))}</script>\n`,
  );
}
