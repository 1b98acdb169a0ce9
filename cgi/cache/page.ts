import { countText, numberText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import type { Page } from "../pages/page.js";
import { refreshChoice, refreshHead } from "../pages/refresh.js";
import { PATTERNS, STATE_NAMES, swatch } from "./bar.js";
import { type CacheQuestion, questionQuery } from "./question.js";
import { type SourceLinks, sourcePart, wholeSource } from "./source-part.js";
import { builds, summary } from "./summary.js";
import type { CacheView, OpenCacheView } from "./view.js";

/** Everything that the page says besides the state of the cache. */
export interface CachePageContent {
  readonly view: CacheView;
  readonly question: CacheQuestion;
  /** Path of the server, for links; empty at the root. */
  readonly mount: string;
}

function link(content: CachePageContent, changes: Partial<Omit<CacheQuestion, "range">>): string {
  const { range: _range, source, ...rest } = content.question;
  const kept = source === undefined ? rest : { ...rest, source };
  return `${content.mount}/cache${questionQuery({ ...kept, ...changes })}`;
}

function links(content: CachePageContent): SourceLinks {
  const { refresh } = content.question;
  return {
    source: (source, range) =>
      `${content.mount}/cache${questionQuery({ source, refresh, ...(range === undefined ? {} : { beginText: range.begin, endText: range.end }) })}`,
  };
}

function form(content: CachePageContent): Markup {
  const { source, find, beginText, endText, refresh } = content.question;
  const which =
    source === undefined
      ? html`<label class="grow">Source <input type="search" name="find" value="${find}" size="20" spellcheck="false" autocomplete="off" placeholder="part of an id"></label>`
      : html`<input type="hidden" name="source" value="${source}">`;
  return html`<form class="filter" method="get" action="${content.mount}/cache">
${which}
<label>Begin <input name="begin" value="${beginText}" size="16" spellcheck="false" autocomplete="off" placeholder="2021-06-30"></label>
<label>End <input name="end" value="${endText}" size="16" spellcheck="false" autocomplete="off" placeholder="now"></label>
${refreshChoice(refresh)}
<button>Show</button>
</form>`;
}

const LEGEND = html`<ul class="legend" aria-label="Legend">
${(["present", "empty", "part", "stale", "absent"] as const).map((state) => html`<li>${swatch(state)} ${STATE_NAMES[state]}</li>\n`)}</ul>`;

const HELP = html`<details class="help"><summary class="fold">How to read this</summary>
<p>A bar is one level of a source: blocks of one bin width over time, UTC. Point at a piece of it for its dates. A piece that is partly
there has more blocks than the screen has room for, and at least one of them is missing. What is missing or out of date is made when
somebody asks for it, or by <code>heliostream cache build</code>.</p>
<p>The same as JSON, for monitoring: <code>cache.json</code> with the same parameters.</p>
</details>`;

function pages(content: CachePageContent, { page }: OpenCacheView): Markup | undefined {
  if (page.pages === 1) return undefined;
  const step = (number: number, text: string, rel: string) =>
    number < 1 || number > page.pages
      ? undefined
      : html`<a rel="${rel}" href="${link(content, { page: number })}">${text}</a>`;
  return html`<nav class="pages" aria-label="Pages">${step(page.number - 1, "Before", "prev")} <span>Page ${numberText(page.number)} of ${numberText(page.pages)}</span> ${step(page.number + 1, "Next", "next")}</nav>`;
}

function sources(content: CachePageContent, view: OpenCacheView): Markup {
  const { find } = content.question;
  const one = content.question.source === undefined ? undefined : view.sources[0];
  if (one !== undefined)
    return html`<p class="note"><a href="${content.mount}/cache${questionQuery({ refresh: content.question.refresh })}">All sources</a></p>
${LEGEND}
${wholeSource(one, view.columns, links(content))}`;
  if (view.sources.length === 0)
    return find === ""
      ? html`<p class="nothing">No source has levels. A line such as <code>cacheLevels = auto</code> in its definition gives it some.</p>`
      : html`<p class="nothing">No source with levels has this in its id. <a href="${content.mount}/cache">All sources</a></p>`;
  return html`<h2>${countText(view.page.total, "source")}</h2>
${LEGEND}
${view.sources.map((source) => sourcePart(source, view.columns, links(content)))}${pages(content, view)}`;
}

function open(content: CachePageContent, view: OpenCacheView): Markup {
  return html`${PATTERNS}
${form(content)}
${HELP}
${summary(view)}
${sources(content, view)}
${builds(view, (id) => links(content).source(id))}`;
}

const OFF = html`<div class="nothing"><p>This server keeps no blocks: every request runs its reader.</p>
<p>A folder for them switches the cache on: <code>CACHE_ROOT = /var/cache/heliostream</code> in <code>das2server.conf</code>, writable
by the user of the server. Sources keep blocks where their definition has <code>cacheLevels = auto</code> or lines
<code>cacheLevel_NN</code>. More in <code>docs/cache-status.md</code> and <code>docs/configuration.md</code> of the package.</p></div>`;

/** The status page of the block cache. */
export function cachePage(content: CachePageContent): Page {
  const { view, question } = content;
  return {
    title: `Block cache${question.source === undefined ? "" : `, ${question.source}`}`,
    heading: html`Block cache`,
    section: "cache",
    aside: html`<p class="now">${view.time.slice(0, 16).replace("T", " ")} UTC</p>`,
    body: view.configured ? open(content, view) : OFF,
    styles: ["log.css", "cache.css"],
    isWide: true,
    isPrivate: true,
    ...refreshHead(question.refresh),
  };
}
