import { type AxisChoice, axisKey, type PlotState } from "../../plot/page-state.js";
import { type Span, spanLength, timeWord } from "../../plot/span.js";
import { type AxisField, axisForm } from "./axis-form.js";
import { Chart, type ChartHost, type ChartShape, isSameShape } from "./chart.js";
import { LEFT, RIGHT } from "./chart-axes.js";
import { drawColourBar } from "./colour-bar.js";
import { node } from "./dom.js";
import type { Pictures } from "./kept-scan-pictures.js";
import { labelText } from "./label-text.js";
import { LinesContent } from "./lines-content.js";
import type { ContentHost, ContentTable, PanelContent } from "./panel-content.js";
import { PanelLegend } from "./panel-legend.js";
import type { Panel } from "./panels.js";
import type { Part } from "./pieces.js";
import { PointsContent } from "./points-content.js";
import { ScanContent } from "./scan-content.js";
import type { Theme } from "./theme.js";

/** What a panel needs of the page. */
export interface PanelHost {
  readonly span: () => Span;
  readonly state: () => PlotState;
  readonly theme: () => Theme;
  readonly pictures: Pictures;
  /** Name by which the cursors of all panels move together. */
  readonly sync: string;
  readonly chooseAxis: (key: string, choice: AxisChoice) => void;
  readonly toggle: (quantity: string) => void;
  readonly isHidden: (quantity: string) => boolean;
  /** The pointer is at a part of the range, 0 to 1; or it has left. */
  readonly pointed: (part: number | undefined) => void;
}

/** How a panel is shown. */
export interface PanelFrame {
  readonly parts: readonly Part[];
  readonly width: number;
  readonly hasColours: boolean;
  readonly isLast: boolean;
  /** While the range is being dragged the axes stay as they are. */
  readonly isMoving: boolean;
  /** Said in the panel where nothing of it lies in the range; empty: nothing is said. */
  readonly empty: string;
}

const HEIGHT = { lines: 230, scan: 270, points: 270, time: 36 } as const;
/** A note keeps away from the sides of its plot, CSS pixels. */
const NOTE_PX = 8;
/** Of the range: how far from the cursor a record may be that is read there. */
const REACH = 1 / 50;

/** One panel: its legend with the values at the cursor, its axes, and the chart of its content. */
export class PanelView {
  readonly root: HTMLElement;
  readonly chartBox: HTMLElement;
  readonly #host: PanelHost;
  readonly #number: { readonly source: number; readonly panel: number };
  readonly #legend: PanelLegend;
  readonly #empty = node("p", { class: "chart-note" });
  readonly #content: PanelContent;
  #panel: Panel;
  #chart: Chart | undefined;
  #pointedY: number | undefined;

  /** @param number of the source and of its panel, both from 1 */
  constructor(panel: Panel, number: { readonly source: number; readonly panel: number }, host: PanelHost) {
    this.#panel = panel;
    this.#number = number;
    this.#host = host;
    this.#legend = new PanelLegend(host);
    this.#content = contentOf(panel, {
      choice: (axis) => this.#choice(axis),
      map: () => host.state().map,
      isHidden: host.isHidden,
      pictures: host.pictures,
      theme: host.theme,
    });
    this.chartBox = node("div", { class: "chart", is: { tabindex: "0", role: "group" } });
    const head = node("div", { class: "panel-head" }, this.#legend.root, axisForm(this.#fields()));
    this.root = node("div", { class: "panel" }, head, this.chartBox, this.#empty);
  }

  get panel(): Panel {
    return this.#panel;
  }

  get canvas(): HTMLCanvasElement | undefined {
    return this.#chart?.plot.ctx.canvas;
  }

  /** What its values are called. */
  get title(): string {
    return labelText(this.#content.label) || "Values";
  }

  /** What is drawn, as numbers. */
  get table(): ContentTable {
    return this.#content.table(this.#host.span());
  }

  /** Shows what has come, or what is left of it. */
  show(panel: Panel, frame: PanelFrame): void {
    const content = this.#content;
    const span = this.#host.span();
    this.#panel = panel;
    content.take({ panel, parts: frame.parts, span, keepsAxes: frame.isMoving });
    const lines = content.lines?.lines;
    this.#legend.show({
      quantities: content.quantities,
      colours: this.#host.theme().lines,
      ...(lines === undefined ? {} : { lines: lines.map(({ quantity }) => quantity) }),
    });
    const shape: ChartShape = {
      width: frame.width,
      height: HEIGHT[panel.kind] + (frame.isLast ? HEIGHT.time : 0),
      hasColours: frame.hasColours,
      isLast: frame.isLast,
      scale: content.y.scale,
      bands: lines === undefined ? [false] : lines.map(({ low }) => low !== undefined),
    };
    if (this.#chart === undefined || !isSameShape(this.#chart.shape, shape)) {
      this.#chart?.destroy();
      this.#chart = new Chart(this.chartBox, shape, this.#chartHost(), this.#host.sync);
    }
    this.#chart.show(content.lines);
    const kind = { lines: "Lines", scan: "Spectrogram", points: "Points" }[panel.kind];
    this.#chart.describe(`${this.#about(kind)}, ${rangeText(span)}${content.summary()}`);
    this.chartBox.setAttribute("aria-label", `${this.title}: arrow keys move, + and − zoom`);
    this.#empty.style.left = `${LEFT + NOTE_PX}px`;
    this.#empty.style.right = `${(frame.hasColours ? RIGHT.colours : RIGHT.plain) + NOTE_PX}px`;
    this.#empty.hidden = frame.empty === "" || content.hasRecords;
    this.#empty.textContent = this.#empty.hidden ? "" : frame.empty;
  }

  /** Shows values at an instant; `undefined`: the cursor is nowhere. */
  read(x: number | undefined): readonly string[] {
    const reach = spanLength(this.#host.span()) * REACH;
    const readings = x === undefined ? [] : this.#content.read(x, this.#pointedY, reach);
    this.#legend.read(readings);
    return readings.map(({ spoken }) => spoken);
  }

  /** Moves the cursor to a part of the range. */
  pointAt(part: number): void {
    this.#chart?.pointAt(part);
  }

  destroy(): void {
    this.#chart?.destroy();
    this.root.remove();
  }

  /** What kind of picture it is, and of what. */
  #about(kind: string): string {
    const panel = this.#panel;
    return panel.kind === "lines"
      ? kind
      : `${kind} of ${labelText(panel.z.label)} over ${labelText(panel.y.label)}`;
  }

  #choice(axis: "y" | "z"): AxisChoice {
    return this.#host.state().axes.get(this.#axisKey(axis)) ?? {};
  }

  #axisKey(axis: "y" | "z"): string {
    return axisKey(axis, this.#number.source, this.#number.panel);
  }

  #fields(): readonly AxisField[] {
    const content = this.#content;
    const field = (axis: "y" | "z", title: string): AxisField => ({
      title,
      choice: () => this.#choice(axis),
      shown: () => (axis === "y" ? content.y : (content.colours?.z ?? content.y)),
      choose: (choice) => this.#host.chooseAxis(this.#axisKey(axis), choice),
    });
    return this.#panel.kind === "lines"
      ? [field("y", "Axis of values")]
      : [field("y", "Axis"), field("z", "Colours")];
  }

  #chartHost(): ChartHost {
    const [host, content] = [this.#host, this.#content];
    return {
      span: host.span,
      theme: host.theme,
      y: () => content.y,
      label: () => content.label,
      pointed: (part, y) => {
        this.#pointedY = y;
        host.pointed(part);
      },
      ...(content.paint === undefined
        ? {}
        : { paint: (context: CanvasRenderingContext2D, box) => content.paint?.(context, box, host.span()) }),
      paintBeside: (context, box, theme) => {
        const { colours } = content;
        if (colours !== undefined) drawColourBar(context, box, { ...colours, theme });
      },
    };
  }
}

function contentOf(panel: Panel, host: ContentHost): PanelContent {
  switch (panel.kind) {
    case "lines":
      return new LinesContent(panel, host);
    case "scan":
      return new ScanContent(panel, host);
    case "points":
      return new PointsContent(panel, host);
    default:
      return panel satisfies never;
  }
}

function rangeText({ begin, end }: Span): string {
  return `${timeWord(begin)} to ${timeWord(end)} UTC`;
}
