/**
 * A time as people write it, without what is zero at its end: `2021-06-30`, `2021-06-30T10:15`, `2021-06-30T10:15:30.25`.
 * @param text ISO-8601, with or without a `Z`; other text stays as it is
 */
export function shortTime(text: string): string {
  return text
    .replace(/Z$/, "")
    .replace(/(T\d\d:\d\d:\d\d(?:\.\d*[1-9])?)\.?0+$/, "$1")
    .replace(/(T\d\d:\d\d):00$/, "$1")
    .replace(/T00:00$/, "");
}
