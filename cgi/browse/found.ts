import type { DataSource } from "../../dsdf/data-source.js";
import { localId } from "../../dsdf/flex/view-facts.js";
import { countText, numberText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import { shortText } from "../pages/short-text.js";
import { queryString } from "./readable-url.js";
import { sourceLine } from "./source-line.js";

/** Sources on one page of what was found. */
export const FOUND_A_PAGE = 50;

/** What a search has found, or that nothing was asked. */
export interface Found {
  readonly text: string;
  readonly words: readonly string[];
  readonly sources: readonly DataSource[];
  /** Of those, the first that is shown. */
  readonly from: number;
  /** Sources that were searched. */
  readonly total: number;
}

/** What was found in a few words, which a screen reader reads out when they change. */
export function foundText({ text, words, sources, from, total }: Found): string {
  if (words.length === 0) return "";
  if (sources.length === 0) return `None of ${countText(total, "source")} has “${shortText(text, 60)}”`;
  const all = `${countText(sources.length, "source")} of ${numberText(total)}`;
  if (sources.length <= FOUND_A_PAGE) return all;
  return `${all}, the best first: ${from + 1} to ${Math.min(from + FOUND_A_PAGE, sources.length)}`;
}

/** The sources that were found, with what was looked for marked. */
export function foundList(mount: string, found: Found): Markup {
  const { words, sources, from, text } = found;
  if (words.length === 0) return html``;
  if (sources.length === 0)
    return html`<p class="nothing">Every word has to be in the id, the description, or the name or unit of a quantity. Try fewer or shorter words.</p>
`;
  const shown = sources.slice(from, from + FOUND_A_PAGE);
  return html`<ul class="tree found">
${shown.map((source) => sourceLine(mount, source, { name: marked(localId(source), words), description: marked(shortText(source.description), words) }))}</ul>
${pages(mount, text, from, sources.length)}`;
}

function pages(mount: string, text: string, from: number, count: number): Markup | undefined {
  if (count <= FOUND_A_PAGE) return undefined;
  const at = (first: number) =>
    `${mount === "" ? "/" : mount}?${queryString([["find", text], ...(first > 0 ? [["from", String(first)] as const] : [])])}`;
  const before =
    from > 0
      ? html`<a class="button" rel="prev" href="${at(Math.max(0, from - FOUND_A_PAGE))}">Better ones</a>`
      : undefined;
  const after =
    from + FOUND_A_PAGE < count
      ? html`<a class="button" rel="next" href="${at(from + FOUND_A_PAGE)}">More</a>`
      : undefined;
  return html`<nav class="pages" aria-label="Pages of what was found">${before} ${after}</nav>
`;
}

/** A text with every place of the words marked. */
export function marked(text: string, words: readonly string[]): Markup {
  const lower = text.toLowerCase();
  // Letters whose small form has another length would shift the places.
  if (lower.length !== text.length) return html`${text}`;
  const covered = new Uint8Array(text.length);
  for (const word of words)
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length))
      covered.fill(1, at, at + word.length);
  const parts: Markup[] = [];
  for (let at = 0; at < text.length; ) {
    let end = at + 1;
    while (end < text.length && covered[end] === covered[at]) end += 1;
    const part = text.slice(at, end);
    parts.push(covered[at] === 1 ? html`<mark>${part}</mark>` : html`${part}`);
    at = end;
  }
  return html`${parts}`;
}
