import { html, type Markup } from "../pages/html.js";
import { serverPages } from "../pages/page-site.js";
import type { QueryContext } from "../query.js";
import type { Chosen } from "./chosen-range.js";
import { dataUrl, pictureWords, plotPage, type ShownSource } from "./data-query.js";

/**
 * A picture of the chosen range, made when it comes into sight, light or dark as the page is; it leads to the page of plots. A script
 * says why it is not there where it cannot be made. `undefined` for a source that has no pictures.
 */
export function examplePicture(
  { request, site }: Pick<QueryContext, "request" | "site">,
  shown: ShownSource,
  chosen: Chosen,
  size: { readonly width: number; readonly height: number },
): Markup | undefined {
  const words = pictureWords(shown, size);
  if (words === undefined) return undefined;
  const { mount } = request;
  const address = (theme: readonly (readonly [string, string])[]) =>
    dataUrl(mount === "" ? "/" : mount, shown, chosen, [...words, ...theme]);
  const story = `${serverPages(request, site).log}?id=`;
  return html`<a class="picture" href="${plotPage(mount, shown, chosen)}" data-story="${story}"><picture><source media="(prefers-color-scheme: dark)" srcset="${address([["format.theme", "dark"]])}"><img src="${address([])}" width="${size.width}" height="${size.height}" loading="lazy" decoding="async" alt="Plot of ${chosen.begin} to ${chosen.end}"></picture></a>`;
}
