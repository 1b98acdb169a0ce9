import { html, type Markup } from "../pages/html.js";
import type { QueryContext } from "../query.js";
import { findSources, searchWords } from "./find-sources.js";
import { type Found, foundList, foundText } from "./found.js";
import { siteIndex } from "./site-index.js";

/** Longest text of a search, characters. */
const MOST_CHARACTERS = 200;
const LATEST = 1_000_000;

/** What the words `find` and `from` of a request have found. */
export async function foundBy({ site, words }: QueryContext): Promise<Found> {
  const text = (words.get("find") ?? "").slice(0, MOST_CHARACTERS).trim();
  const wanted = searchWords(text);
  if (wanted.length === 0) return { text: "", words: [], sources: [], from: 0, total: 0 };
  const index = await siteIndex(site);
  const sources = findSources(index, wanted);
  const from = /^[0-9]{1,6}$/.test(words.get("from") ?? "") ? Math.min(Number(words.get("from")), LATEST) : 0;
  return { text, words: wanted, sources, from: from < sources.length ? from : 0, total: index.length };
}

/**
 * The form that finds sources, and what it has found. It works by itself; a script asks for the same page as somebody types, and takes
 * its list.
 */
export function searchForm(mount: string, found?: Found): Markup {
  return html`<form class="filter find" role="search" method="get" action="${mount === "" ? "/" : mount}">
<label class="grow">Find sources <input type="search" name="find" value="${found?.text}" maxlength="${MOST_CHARACTERS}" autocomplete="off" spellcheck="false" placeholder="name, description, quantity or unit"></label>
<button class="main">Find</button>
</form>
<p id="count" class="note" role="status">${found === undefined ? undefined : foundText(found)}</p>
<div id="found">
${found === undefined ? undefined : foundList(mount, found)}</div>
`;
}
