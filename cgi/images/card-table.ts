import { html, type Markup } from "../pages/html.js";
import type { ShownHeader } from "./header-cards.js";

/** The cards of a header as a table; whatever they hold is text. With scripts one can search in it. */
export function cardTable({ cards, away }: ShownHeader): Markup {
  return html`<section class="cards" aria-labelledby="cards-heading">
<div class="cards-head"><h2 id="cards-heading">Header</h2>
<label class="find" hidden>Find <input type="search" id="find-card" autocomplete="off" spellcheck="false"></label></div>
<p class="note cards-note" id="cards-note" role="status">${away === undefined ? undefined : headerNote(away)}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Cards of the header">
<table>
<thead><tr><th scope="col">Name</th><th scope="col">Value</th><th scope="col">Comment</th></tr></thead>
<tbody id="cards">
${cards.map(({ name, value, comment }) => html`<tr><th scope="row">${name}</th><td>${value}</td><td>${comment}</td></tr>\n`)}</tbody>
</table>
</div>
</section>
`;
}

/** What is said where the stored file is not there. */
export function headerNote(away: string): string {
  return `Of the database alone: ${away}`;
}
