import { escapeMarkup } from "../../stream/xml-text.js";
import { html, Markup } from "../pages/html.js";

/** The contact as it is configured; entities such as `&#64;` are allowed there and kept. Missing where none is. */
export function contact(email: string | undefined, url: string | undefined): Markup | undefined {
  if (email === undefined && url === undefined) return undefined;
  const name =
    email === undefined
      ? undefined
      : new Markup(`Contact: ${escapeMarkup(email).replace(/&amp;(#\d+|[a-z]+);/gi, "&$1;")}`);
  const about = url === undefined ? undefined : html`<a href="${url}">About this server</a>`;
  return html`${name}${name !== undefined && about !== undefined ? html` &middot; ` : undefined}${about}`;
}
