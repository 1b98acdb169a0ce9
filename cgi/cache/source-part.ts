import { shortTime } from "../../stream/short-time.js";
import { addSeconds, parseTime } from "../../stream/time.js";
import { bytesText, countText, numberText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import { axis, bar, countsText, datesText, rangeOf, shareText } from "./bar.js";
import { timeText } from "./block-runs.js";
import { secondsBetween } from "./time-scale.js";
import { type CoverageView, isUnknown, type LevelView, type RunView, type SourceView } from "./view.js";

/** Links that a source leads to. */
export interface SourceLinks {
  /** The page of one source, or a part of its range. */
  source(id: string, range?: { readonly begin: string; readonly end: string }): string;
}

/** So many times its own length is shown before and behind a gap. */
const AROUND_GAP = 5;

function bytesOf({ bytes }: CoverageView): string {
  return `${bytes.isEstimate ? "about " : ""}${bytesText(bytes.value)}`;
}

function facts(coverage: CoverageView): Markup {
  const { counts, gaps, newest } = coverage;
  const all = counts.present + counts.empty + counts.stale + counts.absent;
  const title = `${countsText(counts)}${newest === undefined ? "" : `; the newest was built ${shortTime(newest)}`}`;
  return html`<span class="facts-of" title="${title}"><b>${shareText(counts)}</b> of ${countText(all, "block")}, ${gaps === 0 ? "no gap" : html`<span class="gaps">${countText(gaps, "gap")}</span>`}, ${bytesOf(coverage)}</span>`;
}

function level(one: LevelView, columns: number): Markup {
  const { name, params, pinned, coverage } = one;
  const words = params.length === 0 ? undefined : html` <code>${params.join(" ")}</code>`;
  return html`<li class="level"><span class="name">${name}${words}${pinned === undefined ? undefined : ", pinned"}</span>
${isUnknown(coverage) ? html`<span class="unknown">${coverage.unknown}</span>` : html`${bar(name, coverage, columns)}\n${facts(coverage)}`}</li>
`;
}

function about({ description, range }: SourceView): Markup | undefined {
  const from = { question: "as asked", definition: "validRange", blocks: "the blocks on record" };
  const parts = [
    ...(description === undefined ? [] : [description]),
    ...(range === undefined ? [] : [`${range.begin} to ${range.end} (${from[range.from]})`]),
  ];
  return parts.length === 0 ? undefined : html`<p class="note">${parts.join(". ")}</p>\n`;
}

/** The levels of a source with their bars over one axis. */
function levels(source: SourceView, columns: number, zoom?: (begin: string, end: string) => string): Markup {
  const range = rangeOf(source);
  const hasBars = source.levels.some(({ coverage }) => !isUnknown(coverage));
  const more = source.moreLevels;
  return html`<ol class="levels">
${source.levels.map((one) => level(one, columns))}</ol>
${range === undefined || !hasBars ? undefined : html`<div class="level foot"><span class="name"></span>${axis(range, zoom)}</div>\n`}${more === 0 ? undefined : html`<p class="note">and ${countText(more, "more level", "more levels")}</p>\n`}`;
}

/** A source among many. */
export function sourcePart(source: SourceView, columns: number, links: SourceLinks): Markup {
  return html`<article class="source"><h3><a href="${links.source(source.id)}">${source.id}</a></h3>
${about(source)}${source.fault === undefined ? undefined : html`<p class="fault"><span aria-hidden="true">✕</span> ${source.fault}</p>\n`}${levels(source, columns)}</article>
`;
}

function gapRow(gap: RunView, id: string, links: SourceLinks): Markup {
  const [begin, end] = [parseTime(gap.begin), parseTime(gap.end)];
  const around = AROUND_GAP * secondsBetween(begin, end);
  const href = links.source(id, {
    begin: timeText(addSeconds(begin, -around)),
    end: timeText(addSeconds(end, around)),
  });
  return html`<li><a href="${href}">${datesText(gap)}</a> <span class="note">${countsText(gap.counts)}</span></li>\n`;
}

function gapList(one: LevelView, id: string, links: SourceLinks): Markup | undefined {
  const { coverage } = one;
  if (isUnknown(coverage)) return undefined;
  const { gaps, gapList: listed = [] } = coverage;
  if (gaps === 0) return html`<h4>${one.name}</h4>\n<p class="note">No gap.</p>\n`;
  return html`<h4>${one.name}</h4>
<ol class="gap-list">
${listed.map((gap) => gapRow(gap, id, links))}</ol>
${gaps > listed.length ? html`<p class="note">and ${numberText(gaps - listed.length)} more, later ones; choose a shorter range to see them</p>\n` : undefined}`;
}

/** A source alone: larger bars, an axis to zoom in, and its gaps. */
export function wholeSource(source: SourceView, columns: number, links: SourceLinks): Markup {
  const zoom = (begin: string, end: string) => links.source(source.id, { begin, end });
  const zoomed = source.range?.from === "question";
  return html`<article class="source whole"><h2>${source.id}</h2>
${about(source)}${zoomed ? html`<p class="note"><a href="${links.source(source.id)}">Show its whole range</a></p>\n` : undefined}${source.fault === undefined ? undefined : html`<p class="fault"><span aria-hidden="true">✕</span> ${source.fault}</p>\n`}${levels(source, columns, zoom)}</article>
<h2>Gaps</h2>
<div class="gap-lists">
${source.levels.map((one) => html`<section>${gapList(one, source.id, links)}</section>\n`)}</div>`;
}
