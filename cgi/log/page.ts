import { bytesText, countText, dayText, numberText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import type { Page } from "../pages/page.js";
import type { LogFilter } from "./filter.js";
import { filterQuery } from "./filter-words.js";
import type { TopEntry } from "./index/top-list.js";
import type { LogDay } from "./log-files.js";
import { filterForm } from "./page-form.js";
import type { RangeSummary } from "./range-summary.js";
import type { LogPage, PageEntry } from "./read-page.js";
import { OUTCOMES } from "./read-record.js";
import type { RequestRecord } from "./record.js";
import { OUTCOME_LOOK, type StoryLinks, story } from "./story.js";
import { timeline, timeText, timeWord } from "./timeline.js";

/** Everything a page of the log shows. */
export interface PageContent {
  /** Path of the viewer, for links. */
  readonly path: string;
  /** With its range. */
  readonly filter: LogFilter;
  readonly days: readonly LogDay[];
  readonly page: LogPage;
  /** Address of who looks. */
  readonly viewer: string;
  readonly keepDays: number;
  readonly now: Date;
  /** All requests of the range; missing where there are none, and on the page of one request. */
  readonly summary: RangeSummary | undefined;
  /** Whether the log can be followed. */
  readonly isResident: boolean;
  /** What could not be shown, and why. */
  readonly notices: readonly string[];
}

/** Days that have a link; older ones are in the form. */
const DAY_LINKS = 14;
/** Ranges that end now. */
const RECENT = [
  ["-1h", "Last hour"],
  ["-24h", "24 hours"],
  ["-7d", "7 days"],
  ["-30d", "30 days"],
] as const;

/** A link to this page with another filter; the page of older requests is left. */
function link(content: PageContent, changes: Partial<LogFilter> & { readonly allClients?: boolean }): string {
  const { allClients, ...more } = changes;
  const { before: _page, client, ...rest } = content.filter;
  const filter: LogFilter = {
    ...rest,
    ...(client === undefined || allClients === true ? {} : { client }),
    ...more,
  };
  return `${content.path}?${filterQuery(filter)}`;
}

/** A link to another range, with the same filter. */
function rangeLink(content: PageContent, range: Pick<LogFilter, "day" | "begin" | "end">): string {
  const { day: _day, begin: _begin, end: _end, id: _id, ...filter } = content.filter;
  return link({ ...content, filter }, range);
}

/** What the stories of a page lead to. */
export function storyLinks(path: string, filter: LogFilter): StoryLinks {
  const { before: _before, id: _id, ...rest } = filter;
  const to = (more: Partial<LogFilter>) => `${path}?${filterQuery({ ...rest, ...more })}`;
  return {
    client: (client) => to({ client }),
    source: (source) => to({ source }),
    // Wherever it is.
    request: (id) => `${path}?${filterQuery({ outcome: "any", source: "", text: "", refresh: 0, id })}`,
  };
}

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

/** The same filter at another path below the viewer's. */
function pathLink({ path, filter }: PageContent, below: string): string {
  const { before: _page, refresh: _refresh, ...rest } = filter;
  return `${path.replace(/\/\.$/, "")}${below}?${filterQuery({ ...rest, refresh: 0 })}`;
}

/** Everything that the filter gives as a file; and where the script of the page puts what comes from now on. */
function outlets(content: PageContent): Markup {
  const { isResident, page } = content;
  return html`${page.entries.length === 0 ? undefined : html`<p class="outlets">All of it as <a href="${pathLink(content, "/export.ndjson")}">NDJSON</a> or <a href="${pathLink(content, "/export.csv")}">CSV</a></p>`}
${isResident ? html`<section class="live" data-follow="${pathLink(content, "/follow")}" aria-label="New requests"></section>` : undefined}`;
}

function records(page: LogPage): RequestRecord[] {
  return page.entries.flatMap((entry) => (entry.kind === "record" ? [entry.record] : []));
}

function counts(shown: readonly RequestRecord[], content: PageContent): Markup {
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
function busiest(content: PageContent): Markup | undefined {
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

function unreadable(entry: Extract<PageEntry, { kind: "unreadable" }>): Markup {
  return html`<li class="story junk">${countText(entry.lines, "line")} here ${entry.lines === 1 ? "is" : "are"} not a record (${bytesText(entry.bytes)}): cut off while being written, or not from this server</li>\n`;
}

/**
 * The entries by the time the requests came, newest first: the file has them in the order in which they ended. What cannot be read
 * stays with what it stands beside.
 */
function byArrival(entries: readonly PageEntry[]): PageEntry[] {
  let time = "9999";
  const keyed = entries.map((entry) => {
    if (entry.kind === "record") time = entry.record.time;
    return { entry, time };
  });
  return keyed.sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0)).map(({ entry }) => entry);
}

function stories(content: PageContent): Markup {
  const isOne = content.filter.id !== undefined;
  const links = storyLinks(content.path, content.filter);
  const parts: Markup[] = [];
  let hour: string | undefined;
  for (const entry of byArrival(content.page.entries)) {
    if (entry.kind === "record" && entry.record.time.slice(0, 13) !== hour) {
      const begun = hour !== undefined || parts.length > 0;
      hour = entry.record.time.slice(0, 13);
      const name = content.filter.day === undefined ? `${dayText(hour.slice(0, 10))}, ` : "";
      parts.push(
        html`${begun ? html`</ol>\n` : undefined}<h3>${name}${hour.slice(11)}:00</h3>\n<ol class="stories">\n`,
      );
    } else if (parts.length === 0) parts.push(html`<ol class="stories">\n`);
    parts.push(
      entry.kind === "record"
        ? story(entry.record, links, {
            isOpen: isOne,
            hidesInternals: content.filter.hidesInternals === true,
          })
        : unreadable(entry),
    );
  }
  if (parts.length > 0) return html`${parts}</ol>`;
  const hint =
    content.filter.client === undefined
      ? undefined
      : html` <a href="${link(content, { allClients: true })}">Show all clients.</a>`;
  if (content.days.length === 0) return html`<p class="nothing">No request has been written down yet.</p>`;
  return html`<p class="nothing">${nothingText(content)}${hint}</p>`;
}

function nothingText({ page, filter }: PageContent): string {
  if (page.scanLimited) return "Nothing in what was looked through so far.";
  if (filter.id !== undefined) return "There is no request of this id, or its day is over and deleted.";
  return filter.day === undefined
    ? "Nothing in this range with this filter."
    : "Nothing on this day with this filter.";
}

function pages(content: PageContent): Markup | undefined {
  const { older, scanLimited } = content.page;
  const newest =
    content.filter.before === undefined ? undefined : html`<a href="${link(content, {})}">Newest</a>`;
  if (older === undefined && newest === undefined) return undefined;
  const text = scanLimited ? "Look further back" : "Older requests";
  return html`<nav class="pages" aria-label="Pages">${newest} ${older === undefined ? undefined : html`<a rel="next" href="${link(content, { before: older })}">${text}</a>`}</nav>`;
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
  const shown = records(content.page);
  const name = rangeName(content);
  const refresh =
    filter.refresh === 0 || filter.before !== undefined
      ? undefined
      : html`<meta http-equiv="refresh" content="${filter.refresh}">\n`;
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
${counts(shown, content)}
${outlets(content)}
${stories(content)}
${pages(content)}`,
    foot: html`${deletion(content)}`,
    styles: ["log.css"],
    ...(content.isResident ? { scripts: ["log.js"] } : {}),
    isWide: true,
    isPrivate: true,
    ...(refresh === undefined ? {} : { head: refresh }),
  };
}
