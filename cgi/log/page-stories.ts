import { bytesText, countText, dayText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import type { PageContent } from "./page-content.js";
import { link, storyLinks } from "./page-links.js";
import type { PageEntry } from "./read-page.js";
import { story } from "./story.js";

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

/** The requests of a page by the hours in which they came, or why there are none. */
export function stories(content: PageContent): Markup {
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

/** The links to newer and older requests. */
export function pages(content: PageContent): Markup | undefined {
  const { older, scanLimited } = content.page;
  const newest =
    content.filter.before === undefined ? undefined : html`<a href="${link(content, {})}">Newest</a>`;
  if (older === undefined && newest === undefined) return undefined;
  const text = scanLimited ? "Look further back" : "Older requests";
  return html`<nav class="pages" aria-label="Pages">${newest} ${older === undefined ? undefined : html`<a rel="next" href="${link(content, { before: older })}">${text}</a>`}</nav>`;
}
