import { html, type Markup } from "../pages/html.js";
import type { DayHours, HourCount } from "./day-hours.js";
import { countText, percentText } from "./format.js";
import type { RequestOutcome } from "./record.js";
import { OUTCOME_LOOK } from "./story.js";

/** Height of the tallest hour, in units of the drawing; its width is one unit an hour. */
const HEIGHT = 60;
/** Height of anything that is not nothing: one failure among ten thousand requests must be seen. */
const MIN_HEIGHT = 2.5;
/** From the ground up: what needs attention stands on the line, where heights can be compared. */
const STACK: readonly RequestOutcome[] = ["failed", "refused", "cancelled", "no data", "complete"];

function total(hour: HourCount): number {
  return STACK.reduce((sum, outcome) => sum + hour.outcomes[outcome], 0);
}

function words(counts: Readonly<Record<RequestOutcome, number>>): string {
  const sum = STACK.reduce((all, outcome) => all + counts[outcome], 0);
  const parts = STACK.filter((outcome) => outcome !== "complete" && counts[outcome] > 0);
  return [
    countText(sum, "request"),
    ...parts.map((outcome) => `${counts[outcome]} ${OUTCOME_LOOK[outcome].name}`),
  ].join(", ");
}

function bars(hour: HourCount, tallest: number): Markup[] {
  let y = HEIGHT;
  return STACK.flatMap((outcome) => {
    const count = hour.outcomes[outcome];
    if (count === 0) return [];
    const height = Math.max(MIN_HEIGHT, (count / tallest) * (HEIGHT - STACK.length * MIN_HEIGHT));
    y -= height;
    return [
      html`<rect class="${OUTCOME_LOOK[outcome].style}" x="0.08" width="0.84" y="${y.toFixed(1)}" height="${height.toFixed(1)}"/>`,
    ];
  });
}

function column(hour: HourCount, index: number, tallest: number, href: string): Markup | undefined {
  if (total(hour) === 0) return undefined;
  const text = `${String(index).padStart(2, "0")}:00 ${words(hour.outcomes)}`;
  return html`<a href="${href}" aria-label="${text}" transform="translate(${index} 0)"><title>${text}</title><rect class="back" x="0" y="0" width="1" height="${HEIGHT}"/>${bars(hour, tallest)}</a>\n`;
}

/** How much of what could come from the cache did; `undefined` for a day on which nothing could. */
function cacheLine(hours: readonly HourCount[]): Markup | undefined {
  const [hit, partial, miss] = (["hit", "partial", "miss"] as const).map((result) =>
    hours.reduce((sum, { cache }) => sum + cache[result], 0),
  ) as [number, number, number]; // one of each
  const all = hit + partial + miss;
  if (all === 0) return undefined;
  const rate = percentText(hit, all);
  return html`<p class="cache">Cache: ${rate} of ${countText(all, "request")} came from blocks alone (${hit} hit, ${partial} partial, ${miss} miss)</p>\n`;
}

/**
 * The day at a glance: a column of each hour, by outcome, that leads to its requests; `undefined` for a day without requests.
 * @param link the page that begins before an offset
 */
export function overview(day: DayHours, link: (before: number) => string): Markup | undefined {
  const tallest = Math.max(...day.hours.map(total));
  if (tallest === 0) return undefined;
  const all = { complete: 0, "no data": 0, refused: 0, failed: 0, cancelled: 0 };
  for (const hour of day.hours) for (const outcome of STACK) all[outcome] += hour.outcomes[outcome];
  return html`<figure class="overview">
<figcaption>${day.partial ? "The first part of the day" : "The whole day"}, all clients: ${words(all)}</figcaption>
<svg viewBox="0 0 24 ${HEIGHT}" preserveAspectRatio="none">
${day.hours.map((hour, index) => column(hour, index, tallest, link(hour.end)))}</svg>
<p class="hours" aria-hidden="true">${["00", "03", "06", "09", "12", "15", "18", "21"].map((hour) => html`<span>${hour}</span>`)}</p>
${cacheLine(day.hours)}</figure>`;
}
