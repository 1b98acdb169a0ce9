import type { ChosenSource } from "../../plot/page-state.js";
import { moved, type Span, spanLength } from "../../plot/span.js";
import { CLOCK } from "./clock.js";
import { dataUrl } from "./data-links.js";
import { button, node } from "./dom.js";
import { emptyText } from "./empty-text.js";
import { ExportLinks } from "./export-links.js";
import type { SourceFacts } from "./facts.js";
import type { Lanes } from "./lanes.js";
import { SourceLoader } from "./loader.js";
import { hasLogin, noteLogin } from "./login.js";
import { type PanelHost, PanelView } from "./panel-view.js";
import { type Panel, panelsOf } from "./panels.js";
import { chooseParts, type Part } from "./pieces.js";
import { isServerThere } from "./probe.js";
import { labelNodes } from "./rich-text.js";
import { troubleNodes } from "./source-trouble.js";
import { valuesTable } from "./values-table.js";

/** What a source needs of the page. */
export interface SourceHost extends Omit<PanelHost, "toggle" | "isHidden"> {
  readonly mount: string;
  /** Address of the request log, where it is open to the reader. */
  readonly log: string | undefined;
  readonly lanes: Lanes;
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
  readonly #links = new ExportLinks((data) => this.#url(data));
  readonly #trouble = node("div", { class: "trouble", is: { role: "alert" } });
  readonly #empty = node("p", { class: "nothing" });
  readonly #panels = node("div", { class: "panels" });
  readonly #table = node(
    "details",
    { class: "values" },
    node("summary", { class: "fold", text: "Values as a table" }),
  );
  #views: readonly PanelView[] = [];
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
      clock: CLOCK,
      lanes: host.lanes,
      isThere: (signal) => isServerThere(host.mount, signal),
      changed: host.changed,
    });
    const heading = node("h2", {}, node("span", { text: facts.id }));
    const remove = button("×", () => host.remove(number), {
      class: "remove",
      label: `Remove ${facts.id} from the page`,
    });
    const head = node("div", { class: "source-head" }, heading, this.#title, this.#links.root, remove);
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

  /** Title and bins as the stream tells them, with their escapes. */
  get title(): string {
    const columns = this.#parts.at(-1)?.piece.columns;
    return [columns?.title ?? "", columns?.about ?? ""].filter((text) => text !== "").join(" ");
  }

  /** Whether it has panels of colours, so that all panels leave room for their bars. */
  get hasColours(): boolean {
    return (
      this.#views.some(({ panel }) => panel.kind !== "lines") ||
      this.loader.pieces.some(({ columns }) => columns.scans.length + columns.points.length > 0)
    );
  }

  /**
   * How far apart its records are, microseconds; where only bins of them have come, at least the finest of these. `undefined` for a source that
   * computes its points, and where nothing has come.
   */
  get cadence(): number | undefined {
    const all = this.loader.pieces.flatMap(({ columns, isSampled }) => (isSampled ? [] : columns));
    const known = all.flatMap(({ cadence }) => cadence ?? []);
    if (known.length > 0) return Math.min(...known);
    const bins = all.flatMap(({ binUs, records }) => (binUs > 0 && records > 1 ? binUs : []));
    return bins.length === 0 ? undefined : Math.min(...bins);
  }

  show(frame: SourceFrame): void {
    if (!this.isDrawn) {
      this.#showOther();
      return;
    }
    const span = this.#host.span();
    if (!frame.isMoving) this.#links.show(span, frame.columns);
    const widthUs = spanLength(span) / Math.max(1, frame.columns);
    // A part to both sides is ready to be dragged into view.
    const wide = { begin: moved(span, -0.5).begin, end: moved(span, 0.5).end };
    this.#parts = chooseParts(this.loader.pieces, frame.isMoving ? wide : span, widthUs * 1.34);
    this.loader.use(new Set(this.#parts.map(({ piece }) => piece)));
    const panels = panelsOf(this.loader.pieces);
    this.#makeViews(panels);
    const empty = this.loader.state.kind === "idle" ? emptyText(this.facts, span) : "";
    for (const [n, view] of this.#views.entries())
      view.show(panels[n]!, {
        parts: this.#parts,
        width: frame.width,
        hasColours: frame.hasColours,
        isLast: frame.isLast && n === panels.length - 1,
        isMoving: frame.isMoving,
        empty,
      });
    this.#showState(empty);
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

  /** Other panels get views of their own; the same keep theirs. */
  #makeViews(panels: readonly Panel[]): void {
    const isSame =
      panels.length === this.#views.length &&
      panels.every(({ key, kind }, n) => {
        const panel = this.#views[n]?.panel;
        return panel?.key === key && panel.kind === kind;
      });
    if (isSame) return;
    for (const view of this.#views) view.destroy();
    const host: PanelHost = {
      ...this.#host,
      toggle: (quantity) => this.#host.toggle(this.#number, quantity),
      isHidden: (quantity) => this.#host.chosen(this.#number).hidden.includes(quantity),
    };
    this.#views = panels.map(
      (panel, n) => new PanelView(panel, { source: this.#number, panel: n + 1 }, host),
    );
    this.#panels.replaceChildren(...this.#views.map(({ root }) => root));
  }

  /** What leads to a source that is not drawn here. */
  #showOther(): void {
    const { mount } = this.#host;
    this.#table.hidden = true;
    this.#empty.hidden = false;
    if (this.#empty.hasChildNodes()) return;
    if (this.facts.access !== "files") {
      this.#empty.append("This source gives q streams, which only their own clients can draw.");
      return;
    }
    const is = { href: `${mount}/images?source=${encodeURIComponent(this.facts.id)}` };
    const link = node("a", { class: "button", text: "Show its images", is });
    this.#empty.append("This source gives images or files: ", link);
  }

  /** What is wrong, or that there is nothing where no panel can say so; and the title of the stream. */
  #showState(empty: string): void {
    const { state } = this.loader;
    const columns = this.#parts.at(-1)?.piece.columns;
    this.#empty.hidden = empty === "" || this.#views.length > 0;
    this.#empty.textContent = this.#empty.hidden
      ? ""
      : columns?.hasOtherX === true
        ? "These data are not over time; the PNG of the server shows them."
        : empty;
    const { title } = this;
    const told = JSON.stringify([state, title]);
    if (told === this.#told) return;
    this.#told = told;
    this.#title.replaceChildren(...labelNodes(title));
    this.#trouble.replaceChildren(
      ...troubleNodes(state, {
        loginUrl: () => this.#url({ span: this.#host.span(), widthS: 1e6 }),
        retry: () => this.loader.retry(),
        log: this.#host.log,
      }),
    );
  }

  #showTable(): void {
    if (!this.#table.open) return;
    const summary = this.#table.firstElementChild!; // made with it
    this.#table.replaceChildren(summary, ...this.#views.map(({ title, table }) => valuesTable(title, table)));
  }
}
