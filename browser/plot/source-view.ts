import type { ChosenSource } from "../../plot/page-state.js";
import { moved, type Span, spanLength, spanText } from "../../plot/span.js";
import { dataUrl } from "./data-links.js";
import { button, node } from "./dom.js";
import type { SourceFacts } from "./facts.js";
import { labelText } from "./label-text.js";
import { SourceLoader } from "./loader.js";
import { hasLogin, noteLogin } from "./login.js";
import { type PanelHost, PanelView } from "./panel-view.js";
import { panelsOf } from "./panels.js";
import { chooseParts, type Part } from "./pieces.js";
import { labelNodes } from "./rich-text.js";
import { valuesTable } from "./values-table.js";

/** What a source needs of the page. */
export interface SourceHost extends Omit<PanelHost, "toggle" | "isHidden"> {
  readonly mount: string;
  /** What was chosen for the source number, from 1. */
  readonly chosen: (source: number) => ChosenSource;
  readonly hasBand: () => boolean;
  readonly toggle: (source: number, quantity: string) => void;
  readonly remove: (source: number) => void;
  /** Something has come that is to be drawn. */
  readonly changed: () => void;
}

/** How all sources of a page are shown. */
export interface SourceFrame {
  readonly width: number;
  /** Columns of pixels of a plot. */
  readonly columns: number;
  readonly hasColours: boolean;
  readonly isLast: boolean;
  readonly isMoving: boolean;
}

/** One source of the page: its heading with links to the data, what is wrong with it, and its panels. */
export class SourceView {
  readonly root: HTMLElement;
  readonly facts: SourceFacts;
  readonly loader: SourceLoader;
  readonly #host: SourceHost;
  readonly #number: number;
  readonly #title = node("span", { class: "stream-title" });
  readonly #links = node("span", { class: "exports" });
  readonly #trouble = node("div", { class: "trouble", is: { role: "alert" } });
  readonly #empty = node("p", { class: "nothing" });
  readonly #panels = node("div", { class: "panels" });
  readonly #table = node(
    "details",
    { class: "values" },
    node("summary", { class: "fold", text: "Values as a table" }),
  );
  #views: PanelView[] = [];
  #parts: readonly Part[] = [];
  #told = "";

  /** @param number from 1 */
  constructor(facts: SourceFacts, number: number, host: SourceHost) {
    this.facts = facts;
    this.#host = host;
    this.#number = number;
    this.loader = new SourceLoader({
      url: (span, widthS) => this.#url({ span, widthS, hasBand: host.hasBand() }),
      asksForLogin: facts.asksForLogin,
      login: { isKnown: hasLogin, note: noteLogin },
      isSampled: facts.needsInterval,
      changed: host.changed,
    });
    const heading = node("h2", {}, node("span", { text: facts.id }));
    const remove = button("×", () => host.remove(number), {
      class: "remove",
      label: `Remove ${facts.id} from the page`,
    });
    const head = node("div", { class: "source-head" }, heading, this.#title, this.#links, remove);
    this.root = node(
      "section",
      { class: "plot-source", is: { "aria-label": facts.id } },
      head,
      this.#trouble,
      this.#empty,
      this.#panels,
      this.#table,
    );
    this.#empty.hidden = true;
    this.#table.addEventListener("toggle", () => this.#showTable());
  }

  get isDrawn(): boolean {
    return this.facts.access === "das2" || this.facts.access === "path";
  }

  get panels(): readonly PanelView[] {
    return this.#views;
  }

  /** Whether there is anything that a panel could show. */
  get hasPanels(): boolean {
    return panelsOf(this.loader.pieces).length > 0;
  }

  /** Whether something is drawn. */
  get hasData(): boolean {
    return this.#parts.some(({ piece }) => piece.columns.records > 0);
  }

  /** Title and bins as the stream tells them, as text. */
  get title(): string {
    const columns = this.#parts.at(-1)?.piece.columns;
    return [columns?.title ?? "", columns?.about ?? ""]
      .map(labelText)
      .filter((text) => text !== "")
      .join(" ");
  }

  /** Whether it has a spectrogram, so that all panels leave room for colours. */
  get hasColours(): boolean {
    return (
      this.#views.some(({ panel }) => panel.kind === "scan") ||
      this.loader.pieces.some(({ columns }) => columns.scans.length > 0)
    );
  }

  show(frame: SourceFrame): void {
    this.#showLinks(frame);
    if (!this.isDrawn) {
      this.#showOther();
      return;
    }
    const span = this.#host.span();
    const widthUs = spanLength(span) / Math.max(1, frame.columns);
    // A part to both sides is ready to be dragged into view.
    const wide = { begin: moved(span, -0.5).begin, end: moved(span, 0.5).end };
    this.#parts = chooseParts(this.loader.pieces, frame.isMoving ? wide : span, widthUs * 1.34);
    this.loader.use(new Set(this.#parts.map(({ piece }) => piece)));
    const panels = panelsOf(this.loader.pieces);
    const isSame =
      panels.length === this.#views.length &&
      panels.every(({ key, kind }, n) => {
        const panel = this.#views[n]?.panel;
        return panel?.key === key && panel.kind === kind;
      });
    if (!isSame) {
      for (const view of this.#views) view.destroy();
      this.#views = panels.map(
        (panel, n) =>
          new PanelView(
            panel,
            { source: this.#number, panel: n + 1 },
            {
              ...this.#host,
              toggle: (quantity) => this.#host.toggle(this.#number, quantity),
              isHidden: (quantity) => this.#host.chosen(this.#number).hidden.includes(quantity),
            },
          ),
      );
      this.#panels.replaceChildren(...this.#views.map(({ root }) => root));
    }
    for (const [n, view] of this.#views.entries())
      view.show(panels[n]!, {
        parts: this.#parts,
        width: frame.width,
        hasColours: frame.hasColours,
        isLast: frame.isLast && n === panels.length - 1,
        isMoving: frame.isMoving,
      });
    this.#showState();
    this.#table.hidden = this.#views.length === 0;
    if (!frame.isMoving) this.#showTable();
  }

  read(x: number | undefined): readonly string[] {
    return this.#views.flatMap((view) => view.read(x));
  }

  destroy(): void {
    this.loader.clear();
    for (const view of this.#views) view.destroy();
    this.root.remove();
  }

  #url(request: {
    readonly span: Span;
    readonly widthS?: number;
    readonly hasBand?: boolean;
    readonly format?: "csv" | "png";
  }): string {
    return dataUrl({
      mount: this.#host.mount,
      facts: this.facts,
      chosen: this.#host.chosen(this.#number),
      ...request,
    });
  }

  #showLinks({ columns, isMoving }: SourceFrame): void {
    if (isMoving || !this.isDrawn) return;
    const span = this.#host.span();
    const widthS = Number((spanLength(span) / 1e6 / Math.max(1, columns)).toPrecision(6));
    const links: readonly (readonly [string, string, string])[] = [
      ["CSV", this.#url({ span, widthS, format: "csv" }), "The values of this picture as CSV"],
      ["das2", this.#url({ span, widthS }), "The values of this picture as a das2 stream"],
      ["every record", this.#url({ span }), "Every record of this range as a das2 stream"],
    ];
    const signature = JSON.stringify(links);
    if (this.#links.dataset.of === signature) return;
    this.#links.dataset.of = signature;
    this.#links.replaceChildren(
      ...links.flatMap(([text, href, title]) => [node("a", { text, is: { href, title } }), " "]),
    );
  }

  #showOther(): void {
    const { mount } = this.#host;
    this.#empty.hidden = false;
    if (this.#empty.hasChildNodes()) return;
    if (this.facts.access === "files")
      this.#empty.append(
        "This source gives images or files: ",
        node("a", {
          class: "button",
          text: "Show its images",
          is: { href: `${mount}/images?source=${encodeURIComponent(this.facts.id)}` },
        }),
      );
    else this.#empty.append("This source gives q streams, which only their own clients can draw.");
    this.#table.hidden = true;
  }

  /** What is wrong, or that there is nothing; and the title of the stream. */
  #showState(): void {
    const { state } = this.loader;
    const columns = this.#parts.at(-1)?.piece.columns;
    const title = [columns?.title ?? "", columns?.about ?? ""];
    const told = JSON.stringify([
      state.kind,
      "message" in state ? state.message : "",
      title,
      columns?.hasOtherX,
      this.#views.length,
    ]);
    const isEmpty = state.kind === "idle" && this.#parts.every(({ piece }) => piece.columns.records === 0);
    this.#empty.hidden = !isEmpty;
    if (isEmpty)
      this.#empty.textContent =
        columns?.hasOtherX === true
          ? "These data are not over time; the PNG of the server shows them."
          : this.#emptyText();
    if (told === this.#told) return;
    this.#told = told;
    this.#title.replaceChildren(
      ...title.filter((text) => text !== "").flatMap((text) => [...labelNodes(text), " "]),
    );
    this.#trouble.replaceChildren(...this.#troubleNodes());
  }

  #emptyText(): string {
    const { valid } = this.facts;
    if (valid === undefined) return "No data in this range.";
    const { begin, end } = spanText(this.#host.span());
    const range = `${valid.begin.slice(0, 16)} to ${valid.end.slice(0, 16)}`;
    // What is valid has gaps, and may be looked at more closely than records are apart.
    return begin < valid.end && end > valid.begin
      ? `No record in this range, though it is within that of the source (${range}): zoom out or move.`
      : `No data in this range. The source has data from ${range}.`;
  }

  #troubleNodes(): readonly Node[] {
    const { state } = this.loader;
    switch (state.kind) {
      case "idle":
      case "loading":
        return [];
      case "away":
        return [
          node(
            "p",
            { class: "bad" },
            `The server is not there (${state.message}). What is drawn stays; the page tries again by itself. `,
            button("Try now", () => this.loader.retry()),
          ),
        ];
      case "login": {
        const href = this.#url({ span: this.#host.span(), widthS: 1e6 });
        return [
          node(
            "p",
            { class: "bad" },
            `${state.message}. `,
            node("a", { text: "Log in", is: { href, target: "_blank", rel: "noopener" } }),
            " in another tab, then ",
            button("try again", () => this.loader.retry()),
          ),
        ];
      }
      case "refused":
        return [
          node(
            "p",
            { class: "bad" },
            `${state.message} `,
            button("Try again", () => this.loader.retry()),
          ),
        ];
      default:
        return state satisfies never;
    }
  }

  #showTable(): void {
    if (!this.#table.open) return;
    const summary = this.#table.firstElementChild!; // made with it
    this.#table.replaceChildren(
      summary,
      ...this.#views.map((view) => valuesTable(view, this.#host.span(), this.#parts)),
    );
  }
}
