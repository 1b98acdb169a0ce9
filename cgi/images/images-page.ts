import type { DataSource } from "../../dsdf/data-source.js";
import { dateOrTime } from "../../dsdf/flex/source-interface.js";
import { html, type Markup } from "../pages/html.js";
import type { Page } from "../pages/page.js";
import { shortText } from "../pages/short-text.js";
import { cardTable } from "./card-table.js";
import { filmStrip } from "./film-strip.js";
import type { ImagesView } from "./gather-images.js";
import { type LinkBase, pageLink, pictureBase } from "./image-links.js";
import { imageViewer } from "./image-viewer.js";
import { lookForm } from "./look-form.js";
import { rangeLinks } from "./range-links.js";

/** What the pages of images have in common. */
const COMMON = { section: "sources", styles: ["images.css"], isWide: true } as const;

/** Characters of a description above the images. */
const MOST_LEAD = 300;

/** The page of a series of images. */
export function seriesPage(base: LinkBase, view: ImagesView): Page {
  const { source, list, chosen, plots } = view;
  const pictures = chosen === undefined ? undefined : pictureBase(base, chosen.how);
  const body =
    list === undefined || chosen === undefined || pictures === undefined
      ? nothing(base)
      : html`<div class="beside">
${imageViewer(base, pictures, list, chosen, plots)}${cardTable(chosen.header)}</div>
${filmStrip(base, pictures, list, chosen.found)}`;
  return {
    ...COMMON,
    title: `Images of ${source.id}`,
    trail: trailOf(base.mount),
    lead: shortText(source.description, MOST_LEAD),
    body: html`${lookForm(base, view)}${rangeLinks(base, list)}${body}`,
    ...(chosen === undefined ? {} : { scripts: ["images.js"] }),
  };
}

/** What is shown where a range has no images, with ranges that have. */
function nothing(base: LinkBase): Markup {
  const { source } = base;
  const examples = source.examples.map(
    ({ begin, end, name, number }) =>
      html`<li><a href="${pageLink({ ...base, lookTexts: {} }, { begin, end })}">${name ?? `Example ${number}`}</a> ${dateOrTime(begin)} to ${dateOrTime(end)}</li>\n`,
  );
  return html`<div class="nothing"><p>There are no images in this range.</p>${examples.length === 0 ? undefined : html`<ul>${examples}</ul>`}</div>
`;
}

function trailOf(mount: string): NonNullable<Page["trail"]> {
  return [
    { href: mount === "" ? "/" : mount, text: "Sources" },
    { href: `${mount}/images`, text: "Images" },
  ];
}

/** The page that lists the sources with images. */
export function listPage(mount: string, sources: readonly DataSource[]): Page {
  const rows = sources.map(
    ({ id, description }) =>
      html`<tr><th scope="row"><a href="${mount}/images?source=${encodeURIComponent(id)}">${id}</a></th><td>${shortText(description)}</td></tr>\n`,
  );
  return {
    ...COMMON,
    title: "Images",
    lead: "Series of images that can be looked through.",
    trail: trailOf(mount).slice(0, 1),
    body:
      rows.length === 0
        ? html`<p class="nothing">No source of this server has images.</p>`
        : html`<table class="links"><tbody>\n${rows}</tbody></table>`,
  };
}

/** The page that says what is wrong with a request for images. */
export function faultPage(mount: string, id: string, message: string): Page {
  return {
    ...COMMON,
    title: id === "" ? "Images" : `Images of ${id}`,
    trail: trailOf(mount),
    body: html`<p class="nothing bad" role="alert">${message}</p>
<p><a href="${mount}/images?source=${encodeURIComponent(id)}">Its usual range</a></p>`,
  };
}
