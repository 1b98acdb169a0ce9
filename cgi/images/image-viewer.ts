import type { DataSource } from "../../dsdf/data-source.js";
import { html, type Markup } from "../pages/html.js";
import { imageTimeText } from "./asked-images.js";
import { colourBar } from "./colour-bar.js";
import { type ChosenImage, LARGE_SIZE } from "./gather-images.js";
import { fileLinks, type LinkBase, pageLink, pictureLink, plotLink } from "./image-links.js";
import type { ImageRecord } from "./image-records.js";
import type { ImageList } from "./list-images.js";

/** Images of fewer pixels a side are enlarged so that each of them is seen. */
const COARSE = 400;

/**
 * The chosen image, what is known of it in a line, links to its files, and the player, which scripts show. What they need to know stands
 * in `data-images` as JSON.
 */
export function imageViewer(
  base: LinkBase,
  pictures: string,
  list: ImageList,
  { found, how }: ChosenImage,
  plots: readonly DataSource[],
): Markup {
  const time = imageTimeText(found.us2000);
  const [width, height] = [found.segment.axes[0]?.[found.row] ?? 0, found.segment.axes[1]?.[found.row] ?? 0];
  const sides = width > 0 && height > 0 ? html` width="${width}" height="${height}"` : undefined;
  const isCoarse = width > 0 && width < COARSE;
  return html`<section class="viewer" id="viewer" aria-label="Image" data-images="${scriptData(base, pictures, list, found)}">
<p class="which"><time id="time" datetime="${time}Z">${time.replace("T", " ")} UTC</time> <code id="record">${found.specification}</code></p>
${neighbours(base, list, found)}${player(list)}<figure>
<div class="picture${isCoarse ? " coarse" : ""}" id="picture"><img src="${pictureLink(pictures, found, LARGE_SIZE)}"${sides} alt="${`Image of ${time} UTC`}"></div>
<p class="trouble" id="trouble" role="alert" hidden></p>
<figcaption>${colourBar(how)}<p class="keys" id="keys" hidden>Keys: space plays, ← → step, Home and End</p></figcaption>
</figure>
<p class="files" id="files">${fileLinks(base, found, pictures).map(({ href, text, isOfRange }) => html`<a href="${href}"${isOfRange === true ? html` data-range` : undefined}>${text}</a> `)}</p>
${
  plots.length === 0
    ? undefined
    : html`<p class="files">Plots of keywords: ${plots.map((one) => html`<a href="${plotLink(base.mount, one, base.range)}">${one.id}</a> `)}</p>\n`
}</section>
`;
}

/** Links to the images before and after, for those without scripts. */
function neighbours(base: LinkBase, { shown }: ImageList, found: ImageRecord): Markup {
  const before = shown.findLast(({ us2000 }) => us2000 < found.us2000);
  const after = shown.find(({ us2000 }) => us2000 > found.us2000);
  const link = (record: ImageRecord | undefined, text: string) =>
    record === undefined
      ? undefined
      : html`<a class="button" href="${pageLink(base, base.range, record.us2000)}">${text}</a> `;
  return html`<p class="neighbours" id="neighbours">${link(before, "← Image before")}${link(after, "Image after →")}</p>
`;
}

/** Frames a second that may be chosen. */
const SPEEDS = [1, 2, 5, 10, 15, 30];
const USUAL_SPEED = 5;

function player({ shown }: ImageList): Markup {
  return html`<div class="player" id="player" role="group" aria-label="Player" hidden>
<button type="button" id="first" aria-label="First image">«</button>
<button type="button" id="back" aria-label="Image before">‹</button>
<button type="button" id="play" class="main" aria-label="Play">Play</button>
<button type="button" id="forward" aria-label="Image after">›</button>
<button type="button" id="last" aria-label="Last image">»</button>
<label class="slider"><span class="unseen">Image</span><input type="range" id="slider" min="0" max="${Math.max(0, shown.length - 1)}" value="0"></label>
<label>Speed <select id="speed">${SPEEDS.map((speed) => html`<option value="${speed}"${speed === USUAL_SPEED ? html` selected` : undefined}>${speed}/s</option>`)}</select></label>
<label class="check"><input type="checkbox" id="loop"> Loop</label>
</div>
`;
}

/** What the script of the page needs: times and versions of the images, and what addresses begin with. */
function scriptData(base: LinkBase, pictures: string, { shown }: ImageList, found: ImageRecord): string {
  return JSON.stringify({
    frames: shown.map(({ us2000, recnum }) => [imageTimeText(us2000), String(recnum)]),
    chosen: [imageTimeText(found.us2000), String(found.recnum)],
    pictures,
    page: pageLink(base, base.range),
    header: pageLink(base, base.range).replace("/images?", "/images/header.json?"),
  });
}
