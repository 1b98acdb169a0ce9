import { bytesText, countText, numberText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import type { TopEntry } from "./index/top-list.js";
import type { PageContent } from "./page-content.js";
import { link } from "./page-links.js";
import type { LogPage } from "./read-page.js";
import { OUTCOMES } from "./read-record.js";
import type { RequestRecord } from "./record.js";
import { OUTCOME_LOOK } from "./story.js";

function records(page: LogPage): RequestRecord[] {
  return page.entries.flatMap((entry) => (entry.kind === "record" ? [entry.record] : []));
}

/** The requests of a page in numbers; each outcome leads to its own. */
export function counts(content: PageContent): Markup {
  const shown = records(content.page);
  const parts = OUTCOMES.map((outcome) => ({
    outcome,
    count: shown.filter((record) => record.outcome === outcome).length,
  })).filter(({ count }) => count > 0);
  const bytes = shown.reduce((sum, record) => sum + record.bytes, 0);
  const { client, before } = content.filter;
  const isPart = content.page.older !== undefined || before !== undefined;
  const who =
    client === undefined
      ? "all clients"
      : html`${client} (<a href="${link(content, { allClients: true })}">show all clients</a>)`;
  return html`<p class="counts"><b>${countText(shown.length, "request")}</b> of ${who}${isPart ? " on this page" : undefined}, ${bytesText(bytes)}
${parts.map(({ outcome, count }) => {
  const look = OUTCOME_LOOK[outcome];
  return html`<a class="tally ${look.style}" href="${link(content, { outcome: content.filter.outcome === outcome ? "any" : outcome })}"><span aria-hidden="true">${look.sign}</span> ${numberText(count)} ${look.name}</a> `;
})}</p>`;
}

function topList(
  title: string,
  entries: readonly TopEntry[],
  href: (name: string) => string,
): Markup | undefined {
  if (entries.length < 2) return undefined;
  const about = (doubt: number) =>
    doubt === 0 ? undefined : html`<span title="up to ${doubt} of them may be of others">about </span>`;
  return html`<section class="clients"><h3>${title}</h3><ul>
${entries.map(
  ({ name, count, problems, doubt }) =>
    html`<li><a href="${href(name)}">${name}</a> <span class="count">${about(doubt)}${countText(count, "request")}${problems === 0 ? undefined : html`, <span class="bad">${countText(problems, "problem")}</span>`}</span></li>\n`,
)}</ul></section>\n`;
}

/** Who asked most, and for what; not where the filter has chosen already. */
export function busiest(content: PageContent): Markup | undefined {
  const { summary, filter } = content;
  if (summary === undefined) return undefined;
  const clients =
    filter.client === undefined
      ? topList("Clients", summary.clients, (client) => link(content, { client }))
      : undefined;
  const sources =
    filter.source === ""
      ? topList("Sources", summary.sources, (source) => link(content, { source }))
      : undefined;
  return html`${clients}${sources}`;
}
