import { queryWord } from "../../stream/url-text.js";

/** Text as it may stand in a query: inside quotes of either kind too, in a shell as in Python. */
export function queryText(text: string): string {
  return queryWord(text).replaceAll("'", "%27");
}

/** A query string of names and values, in that order. */
export function queryString(words: Iterable<readonly [name: string, value: string]>): string {
  return Array.from(words, ([name, value]) => `${queryText(name)}=${queryText(value)}`).join("&");
}

/** A query string in which blanks are `+`, as Autoplot writes them in its addresses. */
export function plusText(text: string): string {
  return queryText(text).replaceAll("%20", "+");
}
