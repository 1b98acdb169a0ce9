import { type Span, timeWord } from "../../plot/span.js";
import type { AxisRange } from "../../plot/ticks.js";
import { colourAxis, tagAxis } from "./axis-ranges.js";
import { coloursOf, coloursText, readingAt } from "./colour-content.js";
import { readScans } from "./cursor-values.js";
import { drawParts, paintParts } from "./kept-scan-pictures.js";
import { unitsText } from "./label-text.js";
import { cellText } from "./number-text.js";
import {
  type ContentColours,
  type ContentFrame,
  type ContentHost,
  type ContentReading,
  type ContentTable,
  leftText,
  MOST_ROWS,
  middleOf,
  type PanelContent,
  type PlotBox,
} from "./panel-content.js";
import { type ColourPanel, colourKey } from "./panels.js";
import type { Part } from "./pieces.js";
import type { Quantity } from "./quantity.js";
import type { ScanTable } from "./scan-table.js";
import { sampleOf, type ValueRun } from "./value-sample.js";

/** Columns of a table on the page: of more tags each so many is shown. */
const MOST_COLUMNS = 16;

/** A spectrogram: values over time and tags of y as colours. */
export class ScanContent implements PanelContent<ColourPanel> {
  readonly #host: ContentHost;
  #panel: ColourPanel;
  #parts: readonly Part[] = [];
  #tables: readonly ScanTable[] = [];
  #z: AxisRange = { low: 0, high: 1, scale: "linear" };
  #isTaken = false;
  y: AxisRange = { low: 0, high: 1, scale: "linear" };

  constructor(panel: ColourPanel, host: ContentHost) {
    this.#panel = panel;
    this.#host = host;
  }

  take({ panel, parts, keepsAxes }: ContentFrame<ColourPanel>): void {
    this.#panel = panel;
    this.#parts = parts;
    const all = parts.flatMap(({ piece }) => piece.columns.scans);
    this.#tables = [...new Set(all)].filter(
      ({ quantity, y }) => colourKey("scan", quantity, y) === panel.key,
    );
    if (keepsAxes && this.#isTaken) return;
    this.#isTaken = true;
    const { choice } = this.#host;
    this.y = tagAxis(
      panel,
      this.#tables.map(({ tags }) => tags),
      choice("y"),
    );
    this.#z = colourAxis(panel.z, choice("z"), () => sampleOf(this.#runs()));
  }

  get label(): string {
    return this.#panel.y.label;
  }

  get colours(): ContentColours {
    return coloursOf(this.#panel, this.#z, this.#host.map());
  }

  get quantities(): readonly Quantity[] {
    return [this.#panel.z];
  }

  get hasRecords(): boolean {
    return this.#runs().some(({ from, to }) => to > from);
  }

  paint(context: CanvasRenderingContext2D, box: PlotBox, span: Span): void {
    const look = { y: this.y, z: this.#z, map: this.colours.map, rows: Math.max(1, Math.round(box.height)) };
    drawParts(context, box, span, paintParts(this.#host.pictures, this.#parts, this.#tables, look));
  }

  read(x: number, y: number | undefined): readonly ContentReading[] {
    const reading = readScans(this.#parts, this.#tables, x, y ?? middleOf(this.y));
    if (reading === undefined) return [];
    return [readingAt(this.#panel, { value: reading.value, y: reading.tag })];
  }

  summary(): string {
    const records = this.#tables.reduce((sum, { count }) => sum + count, 0);
    if (records === 0) return ": no data";
    return `: ${records} records, ${coloursText(this.#panel, this.y, this.#z)}`;
  }

  table(): ContentTable {
    const [first] = this.#tables;
    if (first === undefined) return { heads: ["Time (UTC)"], rows: [], left: "" };
    const step = Math.max(1, Math.ceil(first.tags.length / MOST_COLUMNS));
    const tags = [...first.tags.keys()].filter((n) => n % step === 0);
    const records = this.#places().flatMap(({ table, from, to }) =>
      // Those of the same tags, which the heads of the columns tell.
      table.key === first.key
        ? Array.from({ length: to - from }, (_, i) => ({ table, place: from + i }))
        : [],
    );
    const units = unitsText(this.#panel.y.units);
    return {
      heads: ["Time (UTC)", ...tags.map((n) => `${cellText(first.tags[n]!)} ${units}`.trim())],
      rows: records.slice(0, MOST_ROWS).map(({ table, place }) => [
        timeWord(table.x.values[place]!),
        ...tags.map((n) => {
          const value = table.values[place * table.tags.length + n]!;
          return Number.isNaN(value) ? "" : cellText(value);
        }),
      ]),
      left: `${leftText(records.length)}${step > 1 ? `, each ${step}th channel` : ""}`,
    };
  }

  /** The records that are shown of each table. */
  #places(): readonly { readonly table: ScanTable; readonly from: number; readonly to: number }[] {
    return this.#parts.flatMap(({ piece, span }) =>
      piece.columns.scans.flatMap((table) =>
        this.#tables.includes(table) ? [{ table, ...table.places(span) }] : [],
      ),
    );
  }

  #runs(): readonly ValueRun[] {
    return this.#places().map(({ table: { values, tags }, from, to }) => ({
      values,
      from: from * tags.length,
      to: to * tags.length,
    }));
  }
}
