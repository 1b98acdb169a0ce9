import { html, type Markup } from "./html.js";

/** A line of a table of links: where to, what it says, what it gives. */
export interface LinkRow {
  readonly href: string;
  readonly text: string;
  readonly about: string;
}

/** A table of links; nothing of what it is given is markup. */
export function linkTable(rows: readonly LinkRow[]): Markup {
  return html`<table class="links">
<tbody>
${rows.map(({ href, text, about }) => html`<tr><th scope="row"><a href="${href}">${text}</a></th><td>${about}</td></tr>\n`)}</tbody>
</table>
`;
}
