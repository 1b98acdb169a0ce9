import { type Span, timeWord } from "../../plot/span.js";
import type { AxisRange } from "../../plot/ticks.js";
import { colourAxis, pointAxis, tagAxis } from "./axis-ranges.js";
import { coloursOf, coloursText, readingAt } from "./colour-content.js";
import { cssWord } from "./colour-words.js";
import { labelText, unitsText } from "./label-text.js";
import { nearestPoint } from "./nearest-point.js";
import { cellText } from "./number-text.js";
import {
  type ContentColours,
  type ContentFrame,
  type ContentHost,
  type ContentReading,
  type ContentTable,
  leftText,
  MOST_ROWS,
  type PanelContent,
  type PlotBox,
} from "./panel-content.js";
import { type ColourPanel, colourKey, lineName } from "./panels.js";
import type { Part } from "./pieces.js";
import { type PointRun, pointPixels } from "./point-picture.js";
import type { Quantity } from "./quantity.js";
import { sampleOf } from "./value-sample.js";

/** Half the width of a mark, CSS pixels. */
const MARK_PX = 2.75;
/** The ring around it. */
const RING_PX = 0.75;

/** Values at points of time and y of their own: coloured marks, or cells where the points form a grid. */
export class PointsContent implements PanelContent<ColourPanel> {
  readonly #host: ContentHost;
  #panel: ColourPanel;
  #parts: readonly Part[] = [];
  #z: AxisRange = { low: 0, high: 1, scale: "linear" };
  #isTaken = false;
  #canvas = document.createElement("canvas");
  #painted = "";
  y: AxisRange = { low: 0, high: 1, scale: "linear" };

  constructor(panel: ColourPanel, host: ContentHost) {
    this.#panel = panel;
    this.#host = host;
  }

  take({ panel, parts, keepsAxes }: ContentFrame<ColourPanel>): void {
    this.#panel = panel;
    this.#parts = parts;
    if (keepsAxes && this.#isTaken) return;
    this.#isTaken = true;
    const { choice } = this.#host;
    const runs = this.#runs();
    const rows = runs.flatMap(({ table }) => table.rows ?? []);
    // Of a grid the axis has room for whole cells.
    this.y =
      runs.length > 0 && rows.length === runs.length
        ? tagAxis(panel, rows, choice("y"))
        : pointAxis(
            panel,
            runs.map(({ table, from, to }) => table.ys.values.subarray(from, to)),
            choice("y"),
          );
    this.#z = colourAxis(panel.z, choice("z"), () =>
      sampleOf(runs.map(({ table, from, to }) => ({ values: table.values.values, from, to }))),
    );
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
    const [width, height] = [Math.max(1, Math.round(box.width)), Math.max(1, Math.round(box.height))];
    const { map } = this.colours;
    const runs = this.#runs();
    const counts = runs.map(({ table, from, to }) => [table.count, from, to]);
    const { muted } = this.#host.theme();
    const signature = JSON.stringify([width, height, span, this.y, this.#z, map, muted, counts]);
    if (signature !== this.#painted) {
      this.#painted = signature;
      this.#canvas.width = width;
      this.#canvas.height = height;
      const radius = MARK_PX * devicePixelRatio;
      const ring = { width: RING_PX * devicePixelRatio, colour: cssWord(muted) };
      const pixels = pointPixels(runs, { width, height, span, y: this.y, z: this.#z, map, radius, ring });
      const image = new ImageData(new Uint8ClampedArray(pixels.buffer), width, height);
      this.#canvas.getContext("2d")?.putImageData(image, 0, 0);
    }
    context.drawImage(this.#canvas, box.left, box.top, box.width, box.height);
  }

  read(x: number, y: number | undefined, reach: number): readonly ContentReading[] {
    const point = nearestPoint(this.#runs(), x, y, { reach, axis: this.y });
    if (point === undefined) return [];
    // The time is that of the point, which the pointer need not meet.
    const more = `, ${timeWord(point.x).replace("T", " ")}`;
    return [readingAt(this.#panel, { ...point, more })];
  }

  summary(): string {
    const points = this.#runs().reduce((sum, { from, to }) => sum + to - from, 0);
    return points === 0 ? ": no data" : `: ${points} points, ${coloursText(this.#panel, this.y, this.#z)}`;
  }

  table(): ContentTable {
    const { y, z } = this.#panel;
    const records = this.#runs().flatMap(({ table, from, to }) =>
      Array.from({ length: to - from }, (_, i) => ({ table, place: from + i })),
    );
    const head = (quantity: Quantity) => {
      const units = unitsText(quantity.units);
      return `${labelText(lineName(quantity))}${units === "" ? "" : ` (${units})`}`;
    };
    return {
      heads: ["Time (UTC)", head(y), head(z)],
      rows: records
        .slice(0, MOST_ROWS)
        .map(({ table, place }) => [
          timeWord(table.x.values[place]!),
          cellText(table.ys.values[place]!),
          cellText(table.values.values[place]!),
        ]),
      left: leftText(records.length),
    };
  }

  /** The points that are shown of each table of the panel. */
  #runs(): readonly PointRun[] {
    return this.#parts.flatMap(({ piece, span }) =>
      piece.columns.points.flatMap((table) =>
        colourKey("points", table.quantity, table.y) === this.#panel.key
          ? [{ table, ...table.places(span) }]
          : [],
      ),
    );
  }
}
