import type { ChosenSource, PlotState } from "../../plot/page-state.js";
import { stateSpan } from "../../plot/page-state.js";
import { spanLength } from "../../plot/span.js";
import { html, Markup } from "../pages/html.js";
import type { Page } from "../pages/page.js";
import { dataQuery, plotLink } from "./links.js";
import type { PlotQuestion } from "./plot-question.js";
import type { PlotExample, PlotSource } from "./plot-source.js";

/** Pictures without scripts have this size, pixels. */
const PICTURE = { width: 1200, height: 480 };
/** Columns of such a picture that show data, about. */
const PICTURE_COLUMNS = 1000;

/** Everything that the page is made of. */
export interface PlotPageContent {
  readonly question: PlotQuestion;
  /** Path of the server; empty at the root. */
  readonly mount: string;
  /** Name of the request, as the log has it. */
  readonly request: string;
  /** Address of the request log, where it is open to who asks. */
  readonly log?: string;
}

/** The page of plots: a form and pictures for those without scripts, which for others the script puts its own in place of. */
export function plotPage(content: PlotPageContent): Page {
  const { state, sources, faults } = content.question;
  const [only] = sources;
  const title = sources.length === 0 ? "Plot" : sources.map(({ id }) => id).join(", ");
  return {
    title: sources.length === 0 ? title : `Plot of ${title}`,
    heading: html`${only !== undefined && sources.length === 1 ? only.id : "Plot"}`,
    section: "sources",
    trail: [{ href: content.mount === "" ? "/" : content.mount, text: "Sources" }],
    ...(sources.length === 1 && only !== undefined ? { lead: only.about } : {}),
    isWide: true,
    styles: ["uplot.css", "plot.css"],
    scripts: ["plot.js"],
    body: html`${faults.map(({ message }) => fault(content, message))}${form(content)}
${examples(content)}
<div id="plot"></div>
<div id="plain">
${sources.map((source, index) => plainSource(content, source, state.sources[index]))}
${sources.length === 0 ? html`<p class="nothing">Write the id of a source above, or <a href="${content.mount === "" ? "/" : content.mount}">choose one of all sources</a>.</p>` : undefined}
</div>
<script type="application/json" id="plot-facts">${facts(content)}</script>`,
  };
}

/** What is wrong, with the name of the request; it leads to its story where that may be seen. */
function fault({ request, log }: PlotPageContent, message: string): Markup {
  const name = html`<code>${request}</code>`;
  const shown =
    log === undefined
      ? html`${name}: name it to who runs this server.`
      : html`<a href="${log}?${new URLSearchParams({ id: request }).toString()}">${name}</a>`;
  return html`<p class="card bad fault" role="alert">${message} <span class="request">Request ${shown}</span></p>\n`;
}

function form({ question: { state, sources }, mount }: PlotPageContent): Markup {
  const { begin, end } = state;
  const hasParams = state.sources.some(({ params }) => params !== undefined) || sources.length === 1;
  return html`<form class="filter plot-form" method="get" action="${mount}/plot" aria-label="What is plotted">
${state.sources.map(({ id }, index) => html`<label class="grow source">Source${state.sources.length > 1 ? ` ${index + 1}` : ""} <input name="source" value="${id}" spellcheck="false" autocomplete="off"></label>\n`)}<label class="grow more">${state.sources.length === 0 ? "Source" : "Another source"} <input name="source" spellcheck="false" autocomplete="off" placeholder="id of a source"></label>
<label>Begin (UTC) <input name="begin" value="${begin}" size="20" spellcheck="false" autocomplete="off" placeholder="2021-06-30"></label>
<label>End (UTC) <input name="end" value="${end}" size="20" spellcheck="false" autocomplete="off" placeholder="2021-07-01"></label>
${hasParams ? html`<label class="params">Parameters <input name="params" value="${state.sources[0]?.params}" size="16" spellcheck="false" autocomplete="off"></label>\n` : undefined}<button class="main">Plot</button>
</form>`;
}

function examples(content: PlotPageContent): Markup | undefined {
  const { state, sources } = content.question;
  const links = sources.flatMap(({ examples: of }, index) =>
    of.map((example) => {
      const one = exampleState(state, index, example);
      return html`<li><a class="button" href="${plotLink(content.mount, one)}" data-source="${index}">${example.name === "" ? `${example.begin} to ${example.end}` : example.name}</a></li>\n`;
    }),
  );
  if (links.length === 0) return undefined;
  return html`<nav class="examples" aria-label="Examples"><span>Examples</span><ul>${links}</ul></nav>`;
}

/** The page of an example: its range for all sources, its parameters for the one that it is of. */
function exampleState(state: PlotState, index: number, example: PlotExample): PlotState {
  const { begin, end, params, interval } = example;
  return {
    ...state,
    begin,
    end,
    axes: new Map(),
    sources: state.sources.map((chosen, at) => {
      if (at !== index) return chosen;
      return {
        id: chosen.id,
        hidden: chosen.hidden,
        ...(params === undefined ? {} : { params }),
        ...(interval === undefined ? {} : { interval }),
      };
    }),
  };
}

/** A source without scripts: a picture that the server makes, and the data. */
function plainSource(
  { question: { state, sources }, mount }: PlotPageContent,
  source: PlotSource,
  given: ChosenSource | undefined,
): Markup {
  const { id, about, access, asksForLogin } = source;
  const chosen = withInterval(given ?? { id, hidden: [] }, source, state);
  if (access === "files" || access === "other")
    return html`<section class="plot-source"><h2>${id}</h2>${notDrawn(mount, source)}</section>\n`;
  const size = { "format.width": String(PICTURE.width), "format.height": String(PICTURE.height) };
  const columns = { resolution: String(widthOf(state)) };
  const link = (words: Readonly<Record<string, string>>) =>
    `${mount || "/"}?${dataQuery(chosen, state, words)}`;
  return html`<section class="plot-source">
<h2>${id}</h2>
${sources.length > 1 ? html`<p class="lead">${about}</p>` : undefined}
${asksForLogin ? html`<p class="note">A part of this source needs a login.</p>` : undefined}
<noscript><img class="picture" src="${link({ ...columns, format: "png", ...size })}" width="${PICTURE.width}" height="${PICTURE.height}" alt="Plot of ${id} from ${state.begin} to ${state.end}"></noscript>
<p class="exports"><a href="${link({ ...columns, format: "png", ...size })}">PNG</a> <a href="${link({ ...columns, format: "csv" })}">CSV</a> <a href="${link(columns)}">das2</a> <a href="${link({})}">das2, every record</a></p>
</section>
`;
}

function notDrawn(mount: string, { id, access }: PlotSource): Markup {
  return access === "files"
    ? html`<p class="nothing">This source gives images or files: <a class="button" href="${mount}/images?source=${encodeURIComponent(id)}">Show its images</a></p>`
    : html`<p class="nothing">This source gives q streams, which only their own clients can draw.</p>`;
}

/** Seconds of a column of the picture. */
function widthOf(state: PlotState): number {
  const span = stateSpan(state);
  return span === undefined ? 1 : Number((spanLength(span) / 1e6 / PICTURE_COLUMNS).toPrecision(6));
}

function withInterval(chosen: ChosenSource, source: PlotSource, state: PlotState): ChosenSource {
  return source.needsInterval && chosen.interval === undefined
    ? { ...chosen, interval: String(widthOf(state)) }
    : chosen;
}

/** What the script reads, as JSON in which no markup can begin. */
function facts({ question: { sources, state }, mount, log }: PlotPageContent): Markup {
  const { begin, end } = state;
  return new Markup(
    JSON.stringify({ mount, log, begin, end, chosen: state.sources, sources }).replaceAll("<", "\\u003c"),
  );
}
