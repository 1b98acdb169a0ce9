import { html, type Markup } from "../pages/html.js";
import { imageTimeText } from "./asked-images.js";
import { THUMBNAIL_SIZE } from "./common-range.js";
import { type LinkBase, pageLink, pictureLink } from "./image-links.js";
import type { ImageRecord } from "./image-records.js";
import type { ImageList } from "./list-images.js";
import { countLine } from "./range-links.js";

/** The images of a range one beside the other, each a link to itself, loaded when it comes into sight. */
export function filmStrip(
  base: LinkBase,
  pictures: string,
  list: ImageList,
  chosen: ImageRecord | undefined,
): Markup {
  return html`<section class="strip" aria-labelledby="strip-heading">
<div class="strip-head"><h2 id="strip-heading">Images</h2><p class="note">${countLine(list)}</p></div>
<ol id="strip">
${list.shown.map((record) => {
  const isChosen = record.recnum === chosen?.recnum;
  const [date, clock] = shortTexts(record.us2000);
  return html`<li><a href="${pageLink(base, base.range, record.us2000)}"${isChosen ? html` aria-current="true"` : undefined}><img src="${pictureLink(pictures, record, THUMBNAIL_SIZE)}" loading="lazy" decoding="async" width="96" height="96" alt=""><time datetime="${imageTimeText(record.us2000)}Z"><span>${date}</span> ${clock}</time></a></li>\n`;
})}</ol>
</section>
`;
}

/** Day and time of the day, the fraction cut off. */
function shortTexts(us2000: number): readonly [string, string] {
  const [date = "", clock = ""] = imageTimeText(us2000).split("T");
  return [date, clock.slice(0, 8)];
}
