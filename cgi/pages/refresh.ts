import { html, type Markup } from "./html.js";

/** Seconds after which a page may load itself again; 0 is never. */
export const REFRESH_SECONDS = [0, 15, 60, 300] as const;

function refreshText(seconds: number): string {
  if (seconds === 0) return "never";
  return seconds < 60 ? `${seconds} s` : `${seconds / 60} min`;
}

/** The choice of them in a form, as the word `refresh`. */
export function refreshChoice(chosen: number): Markup {
  return html`<label>Reload <select name="refresh">${REFRESH_SECONDS.map(
    (one) =>
      html`<option value="${one}"${one === chosen ? html` selected` : undefined}>${refreshText(one)}</option>`,
  )}</select></label>`;
}

/** What makes a page load itself again, for its head; missing for 0. */
export function refreshHead(seconds: number): { readonly head?: Markup } {
  return seconds === 0 ? {} : { head: html`<meta http-equiv="refresh" content="${seconds}">\n` };
}
