import { addSeconds, type TimeRange, timeToUs2000, us2000ToTime } from "../../stream/time.js";
import { numberText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import { type LinkBase, pageLink } from "./image-links.js";
import type { ImageList } from "./list-images.js";

const ORDINALS: Readonly<Record<number, string>> = { 1: "st", 2: "nd", 3: "rd" };

function ordinal(n: number): string {
  const isTeen = n % 100 >= 11 && n % 100 <= 13;
  return `${numberText(n)}${isTeen ? "th" : (ORDINALS[n % 10] ?? "th")}`;
}

/** How many images there are, and which of them are shown. */
export function countLine({ count, every, isCut, shown }: ImageList): string {
  const of = isCut ? `the first ${numberText(count)}` : numberText(count);
  const end = isCut ? " The range has more: choose a narrower one." : "";
  if (every > 1) return `Every ${ordinal(every)} of ${of} images is shown.${end}`;
  return `${isCut ? "The first " : ""}${numberText(shown.length)} ${shown.length === 1 ? "image" : "images"}.${end}`;
}

/** Ranges of more than this are not made wider, seconds. */
const WIDEST_S = 1e10;

/** Links to the ranges beside and around, and where not every image is shown to one in which all around the chosen one are. */
export function rangeLinks(base: LinkBase, list: ImageList | undefined): Markup {
  const { range } = base;
  const seconds = (timeToUs2000(range.end) - timeToUs2000(range.begin)) / 1e6;
  const at = list?.chosen?.us2000;
  const moved = (by: number): TimeRange => ({
    begin: addSeconds(range.begin, by * seconds),
    end: addSeconds(range.end, by * seconds),
  });
  const wider: TimeRange = {
    begin: addSeconds(range.begin, -1.5 * seconds),
    end: addSeconds(range.end, 1.5 * seconds),
  };
  return html`<nav class="ranges" aria-label="Range">
<a href="${pageLink(base, moved(-1))}" rel="prev">← Earlier</a>
<a href="${pageLink(base, moved(1))}" rel="next">Later →</a>
${seconds > WIDEST_S ? undefined : html`<a href="${pageLink(base, wider, at)}">Wider</a>\n`}${narrower(base, list)}</nav>
`;
}

function narrower(base: LinkBase, list: ImageList | undefined): Markup | undefined {
  if (list?.around === undefined || list.chosen === undefined || list.every === 1) return undefined;
  const [first, last] = list.around;
  // The end of a range is excluded.
  const range = { begin: us2000ToTime(first), end: us2000ToTime(Math.ceil(last + 1)) };
  return html`<a href="${pageLink(base, range, list.chosen.us2000)}">Every image around the shown one</a>\n`;
}
