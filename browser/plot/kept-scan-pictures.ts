import type { Span } from "../../plot/span.js";
import type { PlotBox } from "./panel-content.js";
import type { Part } from "./pieces.js";
import { type ScanLook, ScanPicture } from "./scan-picture.js";
import type { ScanTable } from "./scan-table.js";

/** A picture of a table and the part of it that is shown. */
export interface PaintedPart {
  readonly picture: ScanPicture;
  readonly span: Span;
}

/** Pictures that are kept for tables that are not shown now: some megabytes each. */
const MOST_PICTURES = 16;

/** Pictures of tables, those used last at the end. */
export class Pictures {
  readonly #made = new Map<ScanTable, ScanPicture>();

  /** The picture of a table, with columns of a width in microseconds. */
  of(table: ScanTable, span: Span, widthUs: number): ScanPicture {
    const picture = this.#made.get(table) ?? new ScanPicture(table, span, widthUs);
    this.#made.delete(table);
    this.#made.set(table, picture);
    return picture;
  }

  /** Forgets the oldest, but none of the last `used`. */
  makeRoom(used: number): void {
    for (const table of [...this.#made.keys()].slice(
      0,
      Math.max(0, this.#made.size - Math.max(used, MOST_PICTURES)),
    ))
      this.#made.delete(table);
  }
}

/** Paints what is new of the tables that are shown. */
export function paintParts(
  pictures: Pictures,
  parts: readonly Part[],
  tables: readonly ScanTable[],
  look: ScanLook,
): readonly PaintedPart[] {
  const painted: PaintedPart[] = [];
  for (const { piece, span } of parts)
    for (const table of piece.columns.scans) {
      if (!tables.includes(table)) continue;
      const picture = pictures.of(table, piece.columns.span, piece.widthUs);
      picture.paint(look);
      painted.push({ picture, span });
    }
  pictures.makeRoom(painted.length);
  return painted;
}

/** Draws the parts of pictures where the range has them. */
export function drawParts(
  context: CanvasRenderingContext2D,
  box: PlotBox,
  span: Span,
  painted: readonly PaintedPart[],
): void {
  const perUs = box.width / (span.end - span.begin);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  context.imageSmoothingEnabled = false;
  for (const { picture, span: of } of painted) {
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
}
