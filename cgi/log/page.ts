import { html, type Markup } from "../pages/html.js";
import type { Page } from "../pages/page.js";
import type { DayHours } from "./day-hours.js";
import { filterQuery, isProblem, type LogFilter, REFRESH_SECONDS } from "./filter.js";
import { bytesText, countText, dayText } from "./format.js";
import type { LogDay } from "./log-files.js";
import { overview } from "./overview.js";
import type { LogPage, PageEntry } from "./read-page.js";
import { OUTCOMES } from "./read-record.js";
import type { RequestRecord } from "./record.js";
import { OUTCOME_LOOK, story } from "./story.js";

/** Everything a page of the log shows. */
export interface PageContent {
  /** Path of the viewer, for links. */
  readonly path: string;
  readonly filter: LogFilter;
  /** The day shown; missing where there is no log at all. */
  readonly day: string | undefined;
  readonly days: readonly LogDay[];
  readonly page: LogPage;
  /** Address of who looks. */
  readonly viewer: string;
  readonly keepDays: number;
  readonly now: Date;
  /** The requests of the day by hour; missing where there are none. */
  readonly hours: DayHours | undefined;
}

/** Days that have a link; older ones are in the form. */
const DAY_LINKS = 14;
/** Clients that have a link below the form. */
const CLIENT_LINKS = 12;

function link(content: PageContent, changes: Partial<LogFilter> & { readonly allClients?: boolean }): string {
  const { allClients, ...more } = changes;
  const { before: _page, client, ...rest } = content.filter;
  const filter: LogFilter = {
    ...rest,
    ...(content.day === undefined ? {} : { day: content.day }),
    ...(client === undefined || allClients === true ? {} : { client }),
    ...more,
  };
  return `${content.path}?${filterQuery(filter)}`;
}

function dayLinks(content: PageContent): Markup {
  const shown = content.days.slice(0, DAY_LINKS);
  return html`<nav class="days" aria-label="Days"><ol>
${shown.map(
  ({ day, bytes }) =>
    html`<li><a href="${link(content, { day })}"${day === content.day ? html` aria-current="page"` : undefined} title="${day}, ${bytesText(bytes)}"><time datetime="${day}">${dayText(day)}</time></a></li>\n`,
)}</ol></nav>`;
}

function option(value: string, text: string, chosen: boolean): Markup {
  return html`<option value="${value}"${chosen ? html` selected` : undefined}>${text}</option>`;
}

function form(content: PageContent): Markup {
  const { filter, day, days } = content;
  const refreshText = (seconds: number) =>
    seconds === 0 ? "never" : seconds < 60 ? `${seconds} s` : `${seconds / 60} min`;
  return html`<form class="filter" method="get" action="${content.path}">
<label>Day <select name="day">${days.map((one) => option(one.day, one.day, one.day === day))}</select></label>
<label>Client <input name="ip" value="${filter.client ?? "*"}" size="16" spellcheck="false" autocomplete="off" placeholder="* for all"></label>
<label>Outcome <select name="outcome">${option("any", "any", filter.outcome === "any")}${option("problems", "any problem", filter.outcome === "problems")}${OUTCOMES.map((one) => option(one, OUTCOME_LOOK[one].name, one === filter.outcome))}</select></label>
<label>Source <input name="source" value="${filter.source}" size="16" spellcheck="false" autocomplete="off"></label>
<label class="grow">Text <input type="search" name="text" value="${filter.text}" size="20" spellcheck="false" autocomplete="off" placeholder="request id, part of a URL, reason, ..."></label>
<label>Reload <select name="refresh">${REFRESH_SECONDS.map((one) => option(String(one), refreshText(one), one === filter.refresh))}</select></label>
<button>Show</button>
</form>`;
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
  return html`<a class="tally ${look.style}" href="${link(content, { outcome: content.filter.outcome === outcome ? "any" : outcome })}"><span aria-hidden="true">${look.sign}</span> ${count} ${look.name}</a> `;
})}</p>`;
}

function clients(shown: readonly RequestRecord[], content: PageContent): Markup | undefined {
  if (content.filter.client !== undefined) return undefined;
  const tally = new Map<string, { count: number; problems: number }>();
  for (const { client, outcome } of shown) {
    const one = tally.get(client) ?? { count: 0, problems: 0 };
    tally.set(client, { count: one.count + 1, problems: one.problems + (isProblem(outcome) ? 1 : 0) });
  }
  if (tally.size < 2) return undefined;
  const busiest = [...tally].sort(([, a], [, b]) => b.count - a.count);
  const rest = busiest.length - CLIENT_LINKS;
  return html`<nav class="clients" aria-label="Clients on this page"><h3>Clients</h3><ul>
${busiest
  .slice(0, CLIENT_LINKS)
  .map(
    ([client, { count, problems }]) =>
      html`<li><a href="${link(content, { client })}">${client}</a> <span class="count">${count}${problems === 0 ? undefined : html`, <span class="bad">${countText(problems, "problem")}</span>`}</span></li>\n`,
  )}${rest > 0 ? html`<li class="count">and ${rest} more</li>` : undefined}</ul></nav>`;
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
  const links = {
    client: (client: string) => link(content, { client }),
    source: (source: string) => link(content, { source }),
    request: (id: string) =>
      link(content, { allClients: true, outcome: "any", source: "", text: id, refresh: 0 }),
  };
  const parts: Markup[] = [];
  let hour: string | undefined;
  for (const entry of byArrival(content.page.entries)) {
    if (entry.kind === "record" && entry.record.time.slice(11, 13) !== hour) {
      const begun = hour !== undefined || parts.length > 0;
      hour = entry.record.time.slice(11, 13);
      parts.push(html`${begun ? html`</ol>\n` : undefined}<h3>${hour}:00</h3>\n<ol class="stories">\n`);
    } else if (parts.length === 0) parts.push(html`<ol class="stories">\n`);
    parts.push(entry.kind === "record" ? story(entry.record, links) : unreadable(entry));
  }
  if (parts.length > 0) return html`${parts}</ol>`;
  const hint =
    content.filter.client === undefined
      ? undefined
      : html` <a href="${link(content, { allClients: true })}">Show all clients.</a>`;
  return content.day === undefined
    ? html`<p class="nothing">No request has been written down yet.</p>`
    : html`<p class="nothing">${content.page.scanLimited ? "Nothing in this part of the day." : "Nothing on this day with this filter."}${hint}</p>`;
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
  const { day, path } = content;
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
<p>Clients find the id of a request in the header <code>X-Request-Id</code>: put it into the field Text.</p>
</details>`;

/** The page of the log viewer. Source: das2-server 18.2. */
export function logPage(content: PageContent): Page {
  const { filter, day } = content;
  const shown = records(content.page);
  const refresh =
    filter.refresh === 0 || filter.before !== undefined
      ? undefined
      : html`<meta http-equiv="refresh" content="${filter.refresh}">\n`;
  return {
    title: `Request log, ${day ?? "empty"}`,
    heading: html`Request log`,
    section: "log",
    aside: html`<p class="now">${content.now.toISOString().slice(0, 16).replace("T", " ")} UTC<br>you are ${content.viewer}</p>`,
    body: html`${dayLinks(content)}
${form(content)}
${HELP}
${content.hours === undefined ? undefined : overview(content.hours, (before) => link(content, { before, refresh: 0 }))}
${day === undefined ? undefined : html`<h2><time datetime="${day}">${dayText(day)}</time></h2>`}
${counts(shown, content)}
${clients(shown, content)}
${stories(content)}
${pages(content)}`,
    foot: html`${deletion(content)}`,
    styles: ["log.css"],
    isWide: true,
    isPrivate: true,
    ...(refresh === undefined ? {} : { head: refresh }),
  };
}
