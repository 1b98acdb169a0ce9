/**
 * A time as people write it, without zeros that end its fraction, seconds that are zero, and midnight: `2021-06-30`, `2021-06-30T10:00`,
 * `2021-06-30T10:15:30.25`.
 * @param text ISO-8601 with a `T`, UTC, with or without a `Z`; of other text a `Z` at its end goes
 */
export function shortTime(text: string): string {
  return text
    .replace(/Z$/, "")
    .replace(/(T\d\d:\d\d:\d\d(?:\.\d*[1-9])?)\.?0+$/, "$1")
    .replace(/(T\d\d:\d\d):00$/, "$1")
    .replace(/T00:00$/, "");
}
