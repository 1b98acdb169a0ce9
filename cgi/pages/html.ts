import { escapeMarkup } from "../../stream/xml-text.js";

/** Text that is markup already; made by {@link html} alone, so that nothing gets onto a page unescaped by mistake. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text is escaped, markup is not, lists are joined, nothing is nothing. */
export type Piece = string | number | Markup | undefined | readonly Piece[];

/** Characters that change how the text around them is ordered or that cannot be seen: shown by their number. */
const UNSEEN = /[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u061c\u00ad]/g;

function pieceText(piece: Piece): string {
  if (piece === undefined) return "";
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === "object") return piece.map(pieceText).join("");
  return escapeMarkup(
    String(piece).replace(UNSEEN, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}

/** A template of HTML: everything that is put in is escaped for content and for quoted attributes, except {@link Markup}. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return new Markup(parts.map((part, index) => part + pieceText(pieces[index])).join(""));
}
