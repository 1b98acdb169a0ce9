/** Characters of a description in a line of a list; the page of the source has all of it. */
const MOST_CHARACTERS = 160;

/** The first line of a text, shortened at a word. */
export function shortText(text: string, most = MOST_CHARACTERS): string {
  const line = text.trim().split(/[\r\n]/, 1)[0] ?? "";
  if (line.length <= most) return line;
  const cut = line.slice(0, most);
  const blank = cut.lastIndexOf(" ");
  return `${(blank > most / 2 ? cut.slice(0, blank) : cut).replace(/[\ud800-\udbff]$/, "")} …`;
}
