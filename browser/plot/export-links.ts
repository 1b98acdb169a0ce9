import { type Span, spanLength } from "../../plot/span.js";
import { node } from "./dom.js";

/** Which data a link leads to. */
export interface LinkedData {
  readonly span: Span;
  /** Width of bins, seconds; missing: every record. */
  readonly widthS?: number;
  readonly format?: "csv";
}

/** Links to the numbers of a picture. */
export class ExportLinks {
  readonly root = node("span", { class: "exports" });
  readonly #url: (data: LinkedData) => string;
  #of = "";

  /** @param url the address of data */
  constructor(url: (data: LinkedData) => string) {
    this.#url = url;
  }

  /** Leads to the data of a range on so many columns of pixels. */
  show(span: Span, columns: number): void {
    const widthS = Number((spanLength(span) / 1e6 / Math.max(1, columns)).toPrecision(6));
    const links = [
      ["CSV", this.#url({ span, widthS, format: "csv" }), "The values of this picture as CSV"],
      ["das2", this.#url({ span, widthS }), "The values of this picture as a das2 stream"],
      ["every record", this.#url({ span }), "Every record of this range as a das2 stream"],
    ] as const;
    const signature = JSON.stringify(links);
    if (this.#of === signature) return;
    this.#of = signature;
    this.root.replaceChildren(
      ...links.flatMap(([text, href, title]) => [node("a", { text, is: { href, title } }), " "]),
    );
  }
}
