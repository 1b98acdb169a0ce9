import { shortTime } from "../../stream/short-time.js";
import { bytesText, countText, durationText, numberText, percentText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import type { Column, RangeSummary } from "./range-sums.js";
import type { RequestOutcome } from "./record.js";
import { OUTCOME_LOOK } from "./story.js";

/** Height of the tallest column, in units of the drawing; its width is one unit. */
const HEIGHT = 60;
/** Height of anything that is not nothing: one failure among ten thousand requests must be seen. */
const MIN_HEIGHT = 2.5;
/** From the ground up: what needs attention stands on the line, where heights can be compared. */
const STACK: readonly RequestOutcome[] = ["failed", "refused", "cancelled", "no data", "complete"];
/** Times that are told below. */
const LABELS = 8;
const DAY_MS = 86_400_000;

function total(counts: Readonly<Record<RequestOutcome, number>>): number {
  return STACK.reduce((sum, outcome) => sum + counts[outcome], 0);
}

function words(counts: Readonly<Record<RequestOutcome, number>>): string {
  const parts = STACK.filter((outcome) => outcome !== "complete" && counts[outcome] > 0);
  return [
    countText(total(counts), "request"),
    ...parts.map((outcome) =>
      countText(counts[outcome], OUTCOME_LOOK[outcome].name, OUTCOME_LOOK[outcome].name),
    ),
  ].join(", ");
}

function bars(counts: Column["outcomes"], tallest: number): Markup[] {
  let y = HEIGHT;
  return STACK.flatMap((outcome) => {
    const count = counts[outcome];
    if (count === 0) return [];
    const height = Math.max(MIN_HEIGHT, (count / tallest) * (HEIGHT - STACK.length * MIN_HEIGHT));
    y -= height;
    return [
      html`<rect class="${OUTCOME_LOOK[outcome].style}" x="0.08" width="0.84" y="${y.toFixed(1)}" height="${height.toFixed(1)}"/>`,
    ];
  });
}

/** A time as the links of columns have it: with no more digits than it needs. */
export function timeWord(ms: number): string {
  return shortTime(new Date(ms).toISOString());
}

/** A time for people, to the minute. */
export function timeText(ms: number): string {
  return timeWord(Math.floor(ms / 60_000) * 60_000).replace("T", " ");
}

function columnName({ from, to }: Column): string {
  const begin = timeText(from);
  const end = timeText(to);
  return begin.length > 10 && end.startsWith(begin.slice(0, 11))
    ? `${begin}–${end.slice(11)}`
    : `${begin} to ${end}`;
}

function columnMarkup(column: Column, index: number, tallest: number, href: string): Markup | undefined {
  if (total(column.outcomes) === 0) return undefined;
  const text = `${columnName(column)}: ${words(column.outcomes)}`;
  return html`<a href="${href}" aria-label="${text}" transform="translate(${index} 0)"><title>${text}</title><rect class="back" x="0" y="0" width="1" height="${HEIGHT}"/>${bars(column.outcomes, tallest)}</a>\n`;
}

/** Times below the columns, as short as the range allows. */
function labels(columns: readonly Column[]): Markup {
  const span = (columns.at(-1)?.to ?? 0) - (columns[0]?.from ?? 0);
  const width = (columns[0]?.to ?? 0) - (columns[0]?.from ?? 0);
  const count = Math.min(LABELS, columns.length);
  const text = (ms: number) => {
    const iso = new Date(ms).toISOString();
    if (span <= 1.5 * DAY_MS) return iso.slice(11, 16);
    return width >= DAY_MS || span > 8 * DAY_MS ? iso.slice(5, 10) : iso.slice(5, 16).replace("T", " ");
  };
  return html`<p class="hours" aria-hidden="true">${Array.from({ length: count }, (_, n) => {
    const column = columns[Math.floor((n * columns.length) / count)];
    return column === undefined ? undefined : html`<span>${text(column.from)}</span>`;
  })}</p>`;
}

/** How much of what could come from the cache did; `undefined` where nothing could. */
function cacheItem({ hit, partial, miss }: RangeSummary["cache"]): Markup | undefined {
  const all = hit + partial + miss;
  if (all === 0) return undefined;
  const counts = [
    `${numberText(hit)} hit`,
    `${numberText(partial)} partial`,
    `${numberText(miss)} miss`,
  ].join(", ");
  return html`<p class="cache">Cache: ${percentText(hit, all)} of ${countText(all, "request")} came from blocks alone (${counts})</p>\n`;
}

/** Half, nine of ten, 99 of 100; within nine percent, and of whole hours. */
function durations({ durations: known, hours, columns, bytes }: RangeSummary): Markup {
  const sent = `${bytesText(bytes)} sent`;
  if (known === undefined) return html`<p class="cache">${sent}</p>\n`;
  const isExact = hours.from === columns[0]?.from && hours.to === columns.at(-1)?.to;
  const of = isExact ? "" : ` (${timeText(hours.from)} to ${timeText(hours.to)})`;
  const [half, most, nearly] = [known.p50, known.p90, known.p99].map(durationText);
  return html`<p class="cache">${sent}. Took about: half up to ${half}, 90 % up to ${most}, 99 % up to ${nearly}${of}</p>\n`;
}

/** How much of the files is counted, where that is not all. */
function partText({ counted, all }: RangeSummary): string | undefined {
  return counted >= all ? undefined : `${percentText(counted, all)} of it counted so far`;
}

/**
 * The range at a glance: columns by outcome, each of which leads to its own range, then the cache, durations and bytes; `undefined` for a
 * range without requests.
 * @param link the page of a part of the range
 */
export function timeline(
  summary: RangeSummary,
  name: string,
  link: (from: number, to: number) => string,
): Markup | undefined {
  const { columns } = summary;
  const tallest = Math.max(...columns.map(({ outcomes }) => total(outcomes)));
  const part = partText(summary);
  if (tallest === 0) return part === undefined ? undefined : html`<p class="counts">${name}: ${part}</p>`;
  return html`<figure class="overview">
<figcaption>${name}, all clients: ${words(summary.outcomes)}${part === undefined ? undefined : ` (${part})`}</figcaption>
<svg viewBox="0 0 ${columns.length} ${HEIGHT}" preserveAspectRatio="none">
${columns.map((column, index) => columnMarkup(column, index, tallest, link(column.from, column.to)))}</svg>
${labels(columns)}
${cacheItem(summary.cache)}${durations(summary)}</figure>`;
}
