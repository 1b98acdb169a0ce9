import { bytesText, countText, durationText, numberText, percentText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import { blockText } from "./bar.js";
import { pinnedTooMuch } from "./pinned-room.js";
import { type BuildView, isUnknown, type OpenCacheView } from "./view.js";

/** How the state of a build is shown: a sign, never colour alone. Other states are shown as they are called. */
const SIGNS: Readonly<Record<string, string>> = {
  running: "▶",
  waiting: "⋯",
  delayed: "↻",
  failed: "✕",
};

function indexPart({ index }: OpenCacheView): Markup {
  const where = index.keptIn === "redis" ? "Redis" : "Files below CACHE_ROOT";
  const isWell = index.answers && index.troubles.length === 0;
  return html`<section><h3>Index</h3>
<p class="figure ${isWell ? "good" : "bad"}"><span aria-hidden="true">${isWell ? "✓" : "✕"}</span> ${!index.answers ? "does not answer" : isWell ? "answers" : "in trouble"}</p>
${index.troubles.map((trouble) => html`<p class="fault">${trouble}</p>\n`)}<p class="note">${where}${index.ms === undefined ? undefined : `, ${durationText(index.ms)}`}${index.answers ? undefined : ". Requests go on without the cache or from its files"}</p></section>`;
}

function roomPart(view: OpenCacheView): Markup {
  const { bytes, maxBytes } = view.usage;
  const trouble = pinnedTooMuch(view);
  const figure = bytes === undefined ? "not known" : bytesText(bytes);
  if (maxBytes === undefined)
    return html`<section><h3>Room</h3>
<p class="figure">${figure}</p>
<p class="note">no limit (CACHE_MAX_BYTES = 0)</p></section>`;
  const share = bytes === undefined ? undefined : percentText(bytes, maxBytes);
  return html`<section><h3>Room</h3>
<p class="figure">${figure} <small>of ${bytesText(maxBytes)}</small></p>
${bytes === undefined ? undefined : html`<meter min="0" max="${maxBytes}" high="${0.95 * maxBytes}" value="${Math.min(bytes, maxBytes)}" aria-label="Room used">${share}</meter>\n`}${trouble === undefined ? undefined : html`<p class="fault">${trouble}</p>\n`}<p class="note">${share === undefined ? undefined : `${share} used; `}what was not asked for longest makes way</p></section>`;
}

function queuePart({ queue }: OpenCacheView): Markup {
  if (isUnknown(queue))
    return html`<section><h3>Queue</h3>
<p class="figure">not known</p>
<p class="note">${queue.unknown}</p></section>`;
  const { waiting, running, delayed, failed, workers, builtLastMinute } = queue;
  const cell = (name: string, count: number, style = "") =>
    html`<div><dt>${name}</dt><dd class="${count === 0 ? "" : style}">${numberText(count)}</dd></div>\n`;
  return html`<section class="queue"><h3>Queue</h3>
<dl class="figures">
${cell("waiting", waiting)}${cell("running", running)}${cell("to be tried again", delayed, "worried")}${cell("failed", failed, "bad")}</dl>
<p class="note">${countText(builtLastMinute, "build")} in the last minute, ${workers === 0 ? html`<b class="bad">no worker</b>` : countText(workers, "worker")}</p></section>`;
}

/** Whether the index answers, how full the room is, what the queue does. */
export function summary(view: OpenCacheView): Markup {
  return html`<div class="panels">
${indexPart(view)}
${roomPart(view)}
${queuePart(view)}
</div>`;
}

function buildRow(build: BuildView, link: (source: string) => string): Markup {
  const { source, params, block, period, urgency, state, progress, reason } = build;
  const done = Math.floor(progress * 100);
  return html`<tr class="${state === "failed" ? "bad" : ""}"><td class="state"><span aria-hidden="true">${SIGNS[state]}</span> ${state}</td>
<td><a href="${link(source)}">${source}</a>${params.length === 0 ? undefined : html` <code>${params.join(" ")}</code>`}</td>
<td>${blockText(block)} <span class="note">${period}</span></td>
<td>${urgency}</td>
<td>${state === "running" ? html`<progress max="100" value="${done}">${done} %</progress> ${done} %` : reason}</td></tr>
`;
}

/** The builds that wait, run or have failed; `undefined` where there are none. */
export function builds(view: OpenCacheView, link: (source: string) => string): Markup | undefined {
  if (isUnknown(view.queue) || view.queue.builds.length === 0) return undefined;
  const { builds: shown, moreBuilds } = view.queue;
  return html`<h2>Builds</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Builds"><table class="builds">
<thead><tr><th scope="col">State</th><th scope="col">Source</th><th scope="col">Span</th><th scope="col">For</th><th scope="col">Progress or reason</th></tr></thead>
<tbody>
${shown.map((build) => buildRow(build, link))}</tbody></table></div>
${moreBuilds === 0 ? undefined : html`<p class="note">and ${numberText(moreBuilds)} more</p>`}`;
}
