import { countText, durationText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import type { Page } from "../pages/page.js";
import type { PageSite } from "../pages/page-site.js";
import { refreshChoice, refreshHead } from "../pages/refresh.js";
import { coveragePart } from "./coverage-part.js";
import type { CheckState, Finding } from "./finding.js";
import { requestsPart } from "./requests-part.js";
import type { CheckResult } from "./run-check.js";
import { stateBadge } from "./state-look.js";
import type { StatusView } from "./view.js";

/** What a reader has chosen, and where pages are. */
export interface StatusChoice {
  /** Seconds; one of `REFRESH_SECONDS`. */
  readonly refresh: number;
  readonly site: Pick<PageSite, "below" | "log" | "hasCache">;
}

const SUMMARY: Readonly<Record<CheckState, string>> = {
  good: "All is well",
  off: "All is well",
  unknown: "Not everything could be looked at",
  worried: "Works, but something wants a look",
  bad: "Something is broken",
};

function findingsOf(view: StatusView, states: readonly CheckState[]): readonly Finding[] {
  return view.checks.flatMap(({ findings }) => findings).filter(({ state }) => states.includes(state));
}

function summary(view: StatusView): Markup {
  const count = (state: CheckState, one: string, many: string): string[] => {
    const { length } = findingsOf(view, [state]);
    return length === 0 ? [] : [countText(length, one, many)];
  };
  const counts = [
    ...count("bad", "thing is broken", "things are broken"),
    ...count("worried", "wants a look", "want a look"),
    ...count("unknown", "is not known", "are not known"),
    ...count("good", "is good", "are good"),
  ].join(", ");
  const up =
    view.uptimeSeconds === undefined ? undefined : `, up for ${durationText(view.uptimeSeconds * 1000)}`;
  return html`<div class="verdict ${view.state}" role="status"><p class="figure">${stateSign(view.state)} ${SUMMARY[view.state]}</p>
<p class="note">${counts}. Heliostream ${view.version}${up}.</p></div>`;
}

function stateSign(state: CheckState): Markup {
  const sign = { good: "✓", off: "✓", unknown: "?", worried: "!", bad: "✕" }[state];
  return html`<span class="sign" aria-hidden="true">${sign}</span>`;
}

function form({ refresh, site: { below } }: StatusChoice): Markup {
  return html`<form class="filter" method="get" action="${below}/status">
${refreshChoice(refresh)}
<button>Set</button>
</form>`;
}

/** What should be done, the worst first. */
function todo(view: StatusView): Markup | undefined {
  const all = [
    ...findingsOf(view, ["bad"]),
    ...findingsOf(view, ["worried"]),
    ...findingsOf(view, ["unknown"]),
  ];
  if (all.length === 0) return undefined;
  return html`<section aria-label="To be done"><h2>To be done</h2>
<ul class="todo">
${all.map(({ name, state, says, advice }) => html`<li class="${state}"><p>${stateBadge(state)} <b>${name}:</b> ${says}</p>${advice === undefined ? undefined : html`\n<p class="advice"><span aria-hidden="true">→</span> ${advice}</p>`}</li>\n`)}</ul></section>`;
}

function row({ check, findings }: CheckResult): Markup {
  return html`${findings.map(({ name, state, says }) => html`<tr class="${state}" data-check="${check}"><td>${stateBadge(state)}</td><th scope="row">${name}</th><td>${says}</td></tr>\n`)}`;
}

function checks(view: StatusView, below: string): Markup {
  return html`<section><h2>Everything that is looked at</h2>
<table class="checks">
<thead><tr><th scope="col">State</th><th scope="col">What</th><th scope="col">What is so</th></tr></thead>
<tbody>
${view.checks.map(row)}</tbody></table>
<p class="note">The same for a shell: <code>heliostream doctor</code>. For monitoring: <a href="${below}/status.json">status.json</a>, and <a href="${below}/metrics">metrics</a> for Prometheus. <a href="${below}/docs/health">What each line means</a>.</p></section>`;
}

/** The status page of a server. */
export function statusPage(view: StatusView, choice: StatusChoice): Page {
  const { site, refresh } = choice;
  return {
    title: "Status",
    section: "status",
    aside: html`<p class="now">${view.time.slice(0, 19).replace("T", " ")} UTC</p>`,
    body: html`<div class="top">${summary(view)}
${form(choice)}</div>
${todo(view)}
${requestsPart(view, site.log)}
${view.coverage === undefined ? undefined : coveragePart(view.coverage, `${site.below}/cache`)}
${checks(view, site.below)}`,
    styles: ["status.css"],
    isWide: true,
    isPrivate: true,
    ...refreshHead(refresh),
  };
}
