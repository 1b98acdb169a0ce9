import { type Span, timeWord } from "../../plot/span.js";
import type { AxisRange } from "../../plot/ticks.js";
import { lineAxis } from "./axis-ranges.js";
import { readLines } from "./cursor-values.js";
import { labelText, unitsText } from "./label-text.js";
import { type Cell, type LineData, lineData, valueRange } from "./line-data.js";
import { cellText, valueText } from "./number-text.js";
import {
  type ContentFrame,
  type ContentHost,
  type ContentReading,
  type ContentTable,
  leftText,
  MOST_ROWS,
  type PanelContent,
} from "./panel-content.js";
import { type LinePanel, lineName } from "./panels.js";
import type { Quantity } from "./quantity.js";

/** Lines over time, with bands where the stream tells of least and greatest values. */
export class LinesContent implements PanelContent<LinePanel> {
  readonly #host: ContentHost;
  #panel: LinePanel;
  #data: LineData = { x: [], lines: [] };
  #shown: readonly Quantity[] = [];
  #isTaken = false;
  y: AxisRange = { low: 0, high: 1, scale: "linear" };

  constructor(panel: LinePanel, host: ContentHost) {
    this.#panel = panel;
    this.#host = host;
  }

  take({ panel, parts, keepsAxes }: ContentFrame<LinePanel>): void {
    this.#panel = panel;
    this.#shown = panel.quantities.filter(({ name }) => !this.#host.isHidden(name));
    this.#data = lineData(parts, this.#shown);
    if (!keepsAxes || !this.#isTaken) this.y = lineAxis(panel, this.#data, this.#host.choice("y"));
    this.#isTaken = true;
  }

  get label(): string {
    return this.#panel.label;
  }

  get quantities(): readonly Quantity[] {
    return this.#panel.quantities;
  }

  get lines(): LineData {
    return this.#data;
  }

  get hasRecords(): boolean {
    // What is hidden is not missing.
    if (this.#shown.length === 0) return true;
    return this.#data.lines.some(({ y }) => y.some((cell) => typeof cell === "number"));
  }

  read(x: number, _y: number | undefined, reach: number): readonly ContentReading[] {
    return readLines(this.#data, x, reach).flatMap(({ quantity, value, low, high }) => {
      if (value === undefined) return [];
      const band =
        low === undefined || high === undefined ? "" : ` (${valueText(low)} to ${valueText(high)})`;
      const text = `${valueText(value)}${band}`;
      const name = labelText(lineName(quantity));
      return [{ quantity, text, spoken: `${name} ${text} ${unitsText(quantity.units)}`.trim() }];
    });
  }

  summary(): string {
    const lines = this.#data.lines.map((line) => {
      const range = valueRange({ x: this.#data.x, lines: [line] }, false);
      const name = labelText(lineName(line.quantity));
      return range === undefined
        ? `${name} no data`
        : `${name} ${valueText(range.low)} to ${valueText(range.high)} ${unitsText(line.quantity.units)}`.trim();
    });
    return `: ${lines.length === 0 ? "no data" : lines.join("; ")}`;
  }

  table({ begin, end }: Span): ContentTable {
    const { x, lines } = this.#data;
    const columns = lines.flatMap(({ quantity, y, low, high }) => {
      const name = labelText(lineName(quantity));
      const units = quantity.units.trim() === "" ? "" : ` (${unitsText(quantity.units)})`;
      return [
        { head: `${name}${units}`, cells: y },
        ...(low === undefined ? [] : [{ head: `${name} least`, cells: low }]),
        ...(high === undefined ? [] : [{ head: `${name} greatest`, cells: high }]),
      ];
    });
    const isRecord = (n: number) =>
      x[n]! >= begin && x[n]! < end && columns.some(({ cells }) => typeof cells[n] === "number");
    const places = [...x.keys()].filter(isRecord);
    const text = (cell: Cell) => (typeof cell === "number" ? cellText(cell) : "");
    return {
      heads: ["Time (UTC)", ...columns.map(({ head }) => head)],
      rows: places
        .slice(0, MOST_ROWS)
        .map((n) => [timeWord(x[n]!), ...columns.map(({ cells }) => text(cells[n]))]),
      left: leftText(places.length),
    };
  }
}
