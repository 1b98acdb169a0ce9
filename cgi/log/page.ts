import { bytesText, countText, dayText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import type { Page } from "../pages/page.js";
import { refreshHead } from "../pages/refresh.js";
import type { PageContent } from "./page-content.js";
import { busiest, counts } from "./page-counts.js";
import { filterForm } from "./page-form.js";
import { pathLink, rangeLink } from "./page-links.js";
import { pages, stories } from "./page-stories.js";
import { timeline, timeText, timeWord } from "./timeline.js";

/** Days that have a link; older ones are in the form. */
const DAY_LINKS = 14;
/** Ranges that end now. */
const RECENT = [
  ["-1h", "Last hour"],
  ["-24h", "24 hours"],
  ["-7d", "7 days"],
  ["-30d", "30 days"],
] as const;

function dayLinks(content: PageContent): Markup {
  const { day: current, begin, end } = content.filter;
  const mark = (isCurrent: boolean) => (isCurrent ? html` aria-current="page"` : undefined);
  return html`<nav class="days" aria-label="Ranges"><ol>
${content.days
  .slice(0, DAY_LINKS)
  .map(
    ({ day, bytes }) =>
      html`<li><a href="${rangeLink(content, { day })}"${mark(day === current)} title="${day}, ${bytesText(bytes)}"><time datetime="${day}">${dayText(day)}</time></a></li>\n`,
  )}${content.days.length === 0 ? undefined : RECENT.map(([word, text]) => html`<li class="recent"><a href="${rangeLink(content, { begin: word })}"${mark(begin === word && end === undefined)}>${text}</a></li>\n`)}</ol></nav>`;
}

/** The range in words. */
function rangeName({ filter: { day, from, to, id } }: PageContent): string {
  if (id !== undefined && from === undefined && to === undefined) return "All days";
  if (day !== undefined) return dayText(day);
  if (from === undefined) return to === undefined ? "All days" : `Until ${timeText(to)}`;
  return to === undefined ? `Since ${timeText(from)}` : `${timeText(from)} to ${timeText(to)}`;
}

/** Everything that the filter gives as a file; and where the script of the page puts what comes from now on. */
function outlets(content: PageContent): Markup {
  const { isResident, page } = content;
  return html`${page.entries.length === 0 ? undefined : html`<p class="outlets">All of it as <a href="${pathLink(content, "/export.ndjson")}">NDJSON</a> or <a href="${pathLink(content, "/export.csv")}">CSV</a></p>`}
${isResident ? html`<section class="live" data-follow="${pathLink(content, "/follow")}" aria-label="New requests"></section>` : undefined}`;
}

function deletion(content: PageContent): Markup | undefined {
  const { path, days } = content;
  const day = content.filter.day ?? days[0]?.day;
  if (day === undefined) return undefined;
  const button = (query: string, text: string) =>
    html`<form method="post" action="${path}?${query}"><button class="danger">${text}</button></form>`;
  return html`<details class="delete"><summary class="fold">Delete</summary>
<p>What is deleted is gone, for all clients. Days older than ${countText(content.keepDays, "day")} (LOG_DAYS) go by themselves.</p>
${button(`action=delete&day=${day}`, `Delete ${day}`)}
${button("action=deleteAll", "Delete all days")}
</details>`;
}

const HELP = html`<details class="help"><summary class="fold">How to read this</summary>
<p>Each line is one request, newest first, times in UTC: how it ended, when it came, from where, what for, HTTP status, bytes of the
answer, time to its last byte. Open a line for its whole story: programs with their arguments and status, and what they wrote to
standard error.</p>
<dl>
<dt class="complete">✓ complete</dt><dd>all programs ended well, all bytes were sent</dd>
<dt class="empty">○ no data</dt><dd>it worked, and the range has no data</dd>
<dt class="refused">⊘ refused</dt><dd>the request was not right or not allowed; the answer says why</dd>
<dt class="failed">✕ failed</dt><dd>something here is broken: a program, a definition, the server; HTTP status 200 with "failed" is an answer that broke off and says so in its stream</dd>
<dt class="cancelled">◧ client left</dt><dd>the client did not wait for the end; programs that had not ended were stopped; without a status it left before anything was sent</dd>
</dl>
<p>"Follow" shows requests as they end, where the resident server runs; as a CGI program the page can be loaded again after some seconds.</p>
<p>The drawing has all requests of the range, whatever the filter: choose a column for its part of the time.</p>
<p>Clients find the id of a request in the header <code>X-Request-Id</code>: put it into the field Request id.</p>
</details>`;

/** The page of the log viewer. Source: das2-server 18.2. */
export function logPage(content: PageContent): Page {
  const { filter, path, summary, notices } = content;
  const name = rangeName(content);
  const part = (from: number, to: number) =>
    rangeLink(
      { ...content, filter: { ...filter, refresh: 0 } },
      { begin: timeWord(from), end: timeWord(to) },
    );
  return {
    title: filter.id === undefined ? `Request log, ${name}` : "One request",
    heading: html`Request log`,
    section: "log",
    aside: html`<p class="now">${content.now.toISOString().slice(0, 16).replace("T", " ")} UTC<br>you are ${content.viewer}</p>`,
    body: html`${dayLinks(content)}
${filterForm(path, filter)}
${HELP}
${notices.map((notice) => html`<p class="notice">${notice}</p>\n`)}${summary === undefined ? undefined : timeline(summary, name, part)}
${busiest(content)}
<h2>${filter.day === undefined ? name : html`<time datetime="${filter.day}">${name}</time>`}</h2>
${counts(content)}
${outlets(content)}
${stories(content)}
${pages(content)}`,
    foot: html`${deletion(content)}`,
    styles: ["log.css"],
    ...(content.isResident ? { scripts: ["log.js"] } : {}),
    isWide: true,
    isPrivate: true,
    ...refreshHead(filter.before === undefined ? filter.refresh : 0),
  };
}
