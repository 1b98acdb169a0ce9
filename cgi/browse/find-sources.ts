import type { DataSource } from "../../dsdf/data-source.js";
import type { IndexedSource } from "./source-index.js";

/** Words of one search, and characters of one word; more are passed over. */
const MOST_WORDS = 12;
const MOST_CHARACTERS = 80;

/** The words of a search: lower case, each once. */
export function searchWords(text: string): readonly string[] {
  const words = text
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return [...new Set(words)].slice(0, MOST_WORDS).map((word) => word.slice(0, MOST_CHARACTERS));
}

/**
 * The sources in which every word is found, the best first: in the id before the description, whole names before parts of them. Equally
 * good ones stay in the order of the index.
 */
export function findSources(
  index: readonly IndexedSource[],
  words: readonly string[],
): readonly DataSource[] {
  if (words.length === 0) return [];
  const found: { readonly source: DataSource; readonly worth: number }[] = [];
  for (const one of index) {
    let worth = 0;
    for (const word of words) {
      const own = worthOf(one, word);
      // Two words that both fit well are better than one in the name and one somewhere.
      worth = own === 0 ? Number.NaN : worth + Math.log1p(own);
    }
    if (worth > 0) found.push({ source: one.source, worth });
  }
  return found.sort((a, b) => b.worth - a.worth).map(({ source }) => source);
}

/** How well a word fits a source; 0 where it is not in it. */
function worthOf(
  { id, elements, description, summary, quantities, units, about }: IndexedSource,
  word: string,
): number {
  let worth = 0;
  if (id.includes(word)) {
    worth += 24;
    if (elements.at(-1) === word) worth += 60;
    else if (elements.includes(word)) worth += 40;
    else if (elements.some((element) => element.startsWith(word))) worth += 16;
  } else if (word.includes("/") && `/${id}/`.includes(word)) worth += 20;
  const at = description.indexOf(word);
  if (at >= 0) worth += beginsWord(description, word, at) ? 18 : 10;
  if (quantities.includes(word)) worth += 30;
  else if (quantities.some((name) => name.includes(word))) worth += 14;
  if (units.includes(word)) worth += 12;
  if (about.includes(word)) worth += 6;
  if (summary.includes(word)) worth += 4;
  return worth;
}

/** Whether a word of the text begins with these letters; `at` is where they stand first. */
function beginsWord(text: string, letters: string, at: number): boolean {
  for (let place = at; place >= 0; place = text.indexOf(letters, place + 1))
    if (place === 0 || !/[\p{L}\p{N}]/u.test(text[place - 1] ?? "")) return true;
  return false;
}
