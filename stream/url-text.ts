/** Left as they are in a query, where they are legal: ids and times stay legible. */
const LEGIBLE: Readonly<Record<string, string>> = { "%2F": "/", "%3A": ":", "%2C": "," };

/** A word of a query, percent-encoded but for `/`, `:` and `,`. */
export function queryWord(text: string): string {
  return encodeURIComponent(text).replaceAll(/%2F|%3A|%2C/g, (code) => LEGIBLE[code] ?? code);
}

/** A query without `?`, of words in that order; those without a value are left out. */
export function queryOf(words: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(words)
    .flatMap(([name, text]) => (text === undefined ? [] : [`${name}=${queryWord(text)}`]))
    .join("&");
}

/** A path, such as the id of a source, with all that a URL does not take encoded; `/` parts it. */
export function encodedPath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
