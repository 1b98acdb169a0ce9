import type { RequestOutcome } from "../log/record.js";
import { bytesText, countText, durationText, numberText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import type { MinuteCount } from "./recent-requests.js";
import type { StatusView } from "./view.js";

/** Outcomes from the ground up: what needs attention stands on the line, where heights can be compared. */
const STACK = [
  "failed",
  "refused",
  "cancelled",
  "no data",
  "complete",
] as const satisfies readonly RequestOutcome[];
/** Height of the tallest minute, and width of one, in units of the drawing. */
const HEIGHT = 60;
const WIDTH = 10;
/** Height of anything that is not nothing: one failure among ten thousand must be seen. */
const LEAST = 2.5;
/** Minutes that the numbers beside the drawing are of. */
const NUMBERED = 5;

function total({ outcomes }: MinuteCount): number {
  return STACK.reduce((sum, outcome) => sum + outcomes[outcome], 0);
}

function words(minutes: readonly MinuteCount[]): string {
  const counts = STACK.map(
    (outcome) => [outcome, minutes.reduce((sum, one) => sum + one.outcomes[outcome], 0)] as const,
  );
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  const others = counts.filter(([outcome, count]) => outcome !== "complete" && count > 0);
  return [
    countText(all, "request"),
    ...others.map(([outcome, count]) => `${numberText(count)} ${outcome}`),
  ].join(", ");
}

function bar(minute: MinuteCount, n: number, most: number): Markup | undefined {
  let y = HEIGHT;
  const parts = STACK.flatMap((outcome) => {
    const count = minute.outcomes[outcome];
    if (count === 0) return [];
    const height = Math.max(LEAST, (HEIGHT * count) / most);
    y -= height;
    return [
      html`<rect class="${outcome.replace(" ", "-")}" x="${n * WIDTH + 1}" y="${y.toFixed(1)}" width="${WIDTH - 2}" height="${height.toFixed(1)}"/>`,
    ];
  });
  if (parts.length === 0) return undefined;
  const at = new Date(minute.atMs).toISOString().slice(11, 16);
  return html`<g><title>${at} UTC: ${words([minute])}</title>${parts}</g>\n`;
}

/** The requests of the last half hour as a drawing, and those of the last minutes in numbers. */
export function requestsPart({ requests }: StatusView, logPath: string): Markup {
  if (requests === undefined)
    return html`<section class="requests"><h2>Requests</h2>
<p class="note">Each request is answered by a program of its own, so nobody counts them here: see <a href="${logPath}">the log</a>.</p></section>`;
  const { minutes, inFlight } = requests;
  const most = Math.max(1, ...minutes.map(total));
  const last = minutes.slice(-NUMBERED);
  const bytes = last.reduce((sum, one) => sum + one.bytes, 0);
  const longest = Math.max(0, ...last.map(({ longestMs }) => longestMs));
  const figure = (name: string, value: string | number, style = "") =>
    html`<div><dt>${name}</dt><dd class="${style}">${typeof value === "number" ? numberText(value) : value}</dd></div>\n`;
  const count = (outcome: RequestOutcome) => last.reduce((sum, one) => sum + one.outcomes[outcome], 0);
  const [failed, refused] = [count("failed"), count("refused")];
  return html`<section class="requests"><h2>Requests</h2>
<div class="beside"><dl class="figures">
${figure("now answered", inFlight)}${figure(
  `in ${NUMBERED} minutes`,
  last.reduce((sum, one) => sum + total(one), 0),
)}${figure("failed", failed, failed > 0 ? "bad" : "")}${figure("refused", refused, refused > 0 ? "worried" : "")}${figure("sent", bytesText(bytes))}${figure("longest", longest === 0 ? "–" : durationText(longest))}</dl>
<figure><svg class="minutes" viewBox="0 -3 ${minutes.length * WIDTH} ${HEIGHT + 4}" preserveAspectRatio="none" role="img" aria-label="Requests of the last ${minutes.length} minutes: ${words(minutes)}">
<line x1="0" x2="${minutes.length * WIDTH}" y1="${HEIGHT}" y2="${HEIGHT}"/>
${minutes.map((minute, n) => bar(minute, n, most))}</svg>
<figcaption class="note">the last ${minutes.length} minutes; the tallest has ${countText(most, "request")}</figcaption></figure></div>
<p class="note"><a href="${logPath}">The log</a> has each of them.</p></section>`;
}
