import { type AxisChoice, axisKey, type PlotState } from "../../plot/page-state.js";
import { type Span, timeWord } from "../../plot/span.js";
import type { AxisRange } from "../../plot/ticks.js";
import { type AxisField, axisForm } from "./axis-form.js";
import { colourAxis, lineAxis, scanAxis, scanTables } from "./axis-ranges.js";
import { Chart, type ChartShape, isSameShape } from "./chart.js";
import { drawColourBar } from "./colour-bar.js";
import { readLines, readScans } from "./cursor-values.js";
import { node } from "./dom.js";
import { labelText } from "./label-text.js";
import { type LineData, lineData, valueRange } from "./line-data.js";
import { valueText } from "./number-text.js";
import { lineName, type Panel } from "./panels.js";
import type { Part } from "./pieces.js";
import type { Quantity } from "./quantity.js";
import { labelNodes } from "./rich-text.js";
import { type PaintedPart, type Pictures, paintParts } from "./scan-pictures.js";
import type { ScanTable } from "./scan-table.js";
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
}

const HEIGHT = { lines: 230, scan: 270, time: 36 } as const;
const UNIT_RANGE: AxisRange = { low: 0, high: 1, scale: "linear" };

/** One panel: its legend with the values at the cursor, its axes, and the chart. */
export class PanelView {
  readonly root: HTMLElement;
  readonly chartBox: HTMLElement;
  readonly #host: PanelHost;
  readonly #key: { readonly source: number; readonly panel: number };
  readonly #legend = node("div", { class: "legend" });
  readonly #values = new Map<string, HTMLElement>();
  #panel: Panel;
  #chart: Chart | undefined;
  #frame: PanelFrame | undefined;
  #data: LineData = { x: [], lines: [] };
  #tables: readonly ScanTable[] = [];
  #painted: readonly PaintedPart[] = [];
  #y: AxisRange = UNIT_RANGE;
  #z: AxisRange = UNIT_RANGE;
  #pointedY: number | undefined;
  #legendOf = "";

  constructor(panel: Panel, key: { readonly source: number; readonly panel: number }, host: PanelHost) {
    this.#panel = panel;
    this.#key = key;
    this.#host = host;
    this.chartBox = node("div", { class: "chart", is: { tabindex: "0", role: "group" } });
    const head = node("div", { class: "panel-head" }, this.#legend, axisForm(this.#fields()));
    this.root = node("div", { class: "panel" }, head, this.chartBox);
  }

  get panel(): Panel {
    return this.#panel;
  }

  /** What is drawn as lines. */
  get data(): LineData {
    return this.#data;
  }

  get tables(): readonly ScanTable[] {
    return this.#tables;
  }

  get canvas(): HTMLCanvasElement | undefined {
    return this.#chart?.plot.ctx.canvas;
  }

  get label(): string {
    return this.#panel.kind === "lines" ? this.#panel.label : this.#panel.y.label;
  }

  /** Shows what has come, or what is left of it. */
  show(panel: Panel, frame: PanelFrame): void {
    this.#panel = panel;
    this.#frame = frame;
    const bands = panel.kind === "lines" ? this.#showLines(frame) : this.#showScans(frame);
    this.#showLegend();
    const scale = this.#y.scale;
    const shape: ChartShape = {
      width: frame.width,
      height: HEIGHT[panel.kind] + (frame.isLast ? HEIGHT.time : 0),
      hasColours: frame.hasColours,
      isLast: frame.isLast,
      scale,
      bands,
    };
    if (this.#chart === undefined || !isSameShape(this.#chart.shape, shape)) {
      this.#chart?.destroy();
      this.#chart = this.#makeChart(shape);
    }
    this.#chart.show(panel.kind === "lines" ? this.#data : undefined);
    const text = this.#summary();
    this.#chart.describe(text);
    this.chartBox.setAttribute(
      "aria-label",
      `${labelText(this.label) || "Values"}: arrow keys move, + and − zoom`,
    );
  }

  /** Shows values at an instant; `undefined`: the cursor is nowhere. */
  read(x: number | undefined): readonly string[] {
    const told: string[] = [];
    const panel = this.#panel;
    if (panel.kind === "lines") {
      const span = this.#host.span();
      const reach = (span.end - span.begin) / 50;
      const readings = x === undefined ? [] : readLines(this.#data, x, reach);
      for (const [key, element] of this.#values) {
        const reading = readings.find(({ quantity }) => quantity.key === key);
        const text =
          reading?.value === undefined ? "" : readingText(reading.value, reading.low, reading.high);
        element.textContent = text;
        if (text !== "" && reading !== undefined)
          told.push(`${labelText(lineName(reading.quantity))} ${text} ${unitsText(reading.quantity)}`.trim());
      }
      return told;
    }
    const y = this.#pointedY ?? middleOf(this.#y);
    const reading = x === undefined ? undefined : readScans(this.#frame?.parts ?? [], this.#tables, x, y);
    const element = this.#values.get(panel.z.key);
    const text =
      reading === undefined
        ? ""
        : `${valueText(reading.value)} at ${valueText(reading.tag)} ${unitsText(panel.y)}`.trim();
    if (element !== undefined) element.textContent = text;
    if (text !== "") told.push(`${labelText(lineName(panel.z))} ${text}`);
    return told;
  }

  /** Moves the cursor to a part of the range. */
  pointAt(part: number): void {
    this.#chart?.pointAt(part);
  }

  destroy(): void {
    this.#chart?.destroy();
    this.root.remove();
  }

  #axisKey(axis: "y" | "z"): string {
    return axisKey(axis, this.#key.source, this.#key.panel);
  }

  #choice(axis: "y" | "z"): AxisChoice {
    return this.#host.state().axes.get(this.#axisKey(axis)) ?? {};
  }

  #fields(): readonly AxisField[] {
    const field = (axis: "y" | "z", title: string): AxisField => ({
      title,
      choice: () => this.#choice(axis),
      shown: () => (axis === "y" ? this.#y : this.#z),
      choose: (choice) => this.#host.chooseAxis(this.#axisKey(axis), choice),
    });
    return this.#panel.kind === "lines"
      ? [field("y", "Axis of values")]
      : [field("y", "Axis"), field("z", "Colours")];
  }

  #showLines({ parts, isMoving }: PanelFrame): readonly boolean[] {
    const panel = this.#panel;
    if (panel.kind !== "lines") return [];
    const shown = panel.quantities.filter(({ name }) => !this.#host.isHidden(name));
    this.#data = lineData(parts, shown);
    if (!isMoving || this.#chart === undefined) this.#y = lineAxis(panel, this.#data, this.#choice("y"));
    return this.#data.lines.map(({ low }) => low !== undefined);
  }

  #showScans({ parts, isMoving }: PanelFrame): readonly boolean[] {
    const panel = this.#panel;
    if (panel.kind !== "scan") return [];
    this.#tables = scanTables(panel, parts);
    if (!isMoving || this.#chart === undefined) {
      this.#y = scanAxis(panel, this.#tables, this.#choice("y"));
      this.#z = colourAxis(panel, this.#tables, parts, this.#choice("z"));
    }
    const rows = Math.round((HEIGHT.scan - 14) * devicePixelRatio);
    const look = { y: this.#y, z: this.#z, map: this.#host.state().map, rows };
    this.#painted = paintParts(this.#host.pictures, parts, this.#tables, look);
    return [false];
  }

  #makeChart(shape: ChartShape): Chart {
    const host = this.#host;
    const isScan = this.#panel.kind === "scan";
    const made = new Chart(
      this.chartBox,
      shape,
      {
        span: host.span,
        theme: host.theme,
        y: () => this.#y,
        label: () => this.label,
        pointed: (part, y) => {
          this.#pointedY = y;
          host.pointed(part);
        },
        ...(isScan
          ? {
              paint: (context: CanvasRenderingContext2D, box) => {
                const span = host.span();
                const perUs = box.width / (span.end - span.begin);
                context.save();
                context.beginPath();
                context.rect(box.left, box.top, box.width, box.height);
                context.clip();
                context.imageSmoothingEnabled = false;
                for (const { picture, span: of } of this.#painted) {
                  const perColumn = (picture.span.end - picture.span.begin) / picture.columns;
                  context.drawImage(
                    picture.canvas,
                    (of.begin - picture.span.begin) / perColumn,
                    0,
                    Math.max(1e-6, (of.end - of.begin) / perColumn),
                    picture.canvas.height,
                    box.left + (of.begin - span.begin) * perUs,
                    box.top,
                    (of.end - of.begin) * perUs,
                    box.height,
                  );
                }
                context.restore();
              },
              paintBeside: (context, box, theme) => {
                const panel = this.#panel;
                if (panel.kind === "scan")
                  drawColourBar(context, box, {
                    z: this.#z,
                    map: host.state().map,
                    label: panel.z.label,
                    theme,
                  });
              },
            }
          : {}),
      },
      host.sync,
    );
    return made;
  }

  /** The legend is made anew only where it says something else. */
  #showLegend(): void {
    const panel = this.#panel;
    const theme = this.#host.theme();
    const quantities = panel.kind === "lines" ? panel.quantities : [panel.z];
    const shown = this.#data.lines.map(({ quantity }) => quantity.key);
    const signature = JSON.stringify([quantities, shown, theme.lines]);
    if (signature === this.#legendOf) return;
    this.#legendOf = signature;
    this.#values.clear();
    this.#legend.replaceChildren(
      ...quantities.map((quantity) => {
        const place = shown.indexOf(quantity.key);
        const value = node("output", { class: "value", is: { "aria-live": "off" } });
        this.#values.set(quantity.key, value);
        const name = node("span", { class: "name" }, ...labelNodes(lineName(quantity)));
        if (panel.kind === "scan") return node("span", { class: "quantity" }, name, value);
        const swatch = node("span", { class: "swatch" });
        if (place >= 0) swatch.style.background = theme.lines[place % theme.lines.length] ?? "";
        const isHidden = this.#host.isHidden(quantity.name);
        const toggle = node(
          "button",
          {
            class: "name",
            is: { type: "button", "aria-pressed": String(!isHidden), title: isHidden ? "Show" : "Hide" },
            click: () => this.#host.toggle(quantity.name),
          },
          swatch,
          ...labelNodes(lineName(quantity)),
        );
        return node("span", { class: "quantity" }, toggle, value);
      }),
    );
  }

  /** Range, quantities, least and greatest: what the picture shows, in words. */
  #summary(): string {
    const { begin, end } = this.#host.span();
    const range = `${timeWord(begin)} to ${timeWord(end)} UTC`;
    const panel = this.#panel;
    if (panel.kind === "scan") {
      const name = labelText(panel.z.label);
      const records = this.#tables.reduce((sum, { count }) => sum + count, 0);
      if (records === 0) return `Spectrogram, ${range}: no data`;
      return `Spectrogram of ${name} over ${labelText(panel.y.label)}, ${range}: ${records} records, ${labelText(panel.y.label)} ${valueText(this.#y.low, 4)} to ${valueText(this.#y.high, 4)}, colours ${valueText(this.#z.low, 3)} to ${valueText(this.#z.high, 3)}`;
    }
    const lines = this.#data.lines.map((line) => {
      const range = valueRange({ x: this.#data.x, lines: [line] }, false);
      const name = labelText(lineName(line.quantity));
      return range === undefined
        ? `${name} no data`
        : `${name} ${valueText(range.low)} to ${valueText(range.high)} ${unitsText(line.quantity)}`.trim();
    });
    return `Lines, ${range}: ${lines.length === 0 ? "no data" : lines.join("; ")}`;
  }
}

function unitsText({ units }: Quantity): string {
  return units.replaceAll(/\*\*\(?([+-]?\d+)\)?/g, (_, power: string) => labelText(`!u${power}!n`));
}

function readingText(value: number, low: number | undefined, high: number | undefined): string {
  const text = valueText(value);
  return low === undefined || high === undefined ? text : `${text} (${valueText(low)} to ${valueText(high)})`;
}

function middleOf({ low, high, scale }: AxisRange): number {
  return scale === "log" ? Math.sqrt(low * high) : (low + high) / 2;
}
