import type { AxisChoice, MapName } from "../../plot/page-state.js";
import type { Span } from "../../plot/span.js";
import type { AxisRange } from "../../plot/ticks.js";
import type { Pictures } from "./kept-scan-pictures.js";
import type { LineData } from "./line-data.js";
import type { Panel } from "./panels.js";
import type { Part } from "./pieces.js";
import type { Quantity } from "./quantity.js";
import type { Theme } from "./theme.js";

/** What has come for a panel, and how it is to be shown. */
export interface ContentFrame<P extends Panel = Panel> {
  readonly panel: P;
  readonly parts: readonly Part[];
  readonly span: Span;
  /** Axes stay as they are, for the range is being dragged. */
  readonly keepsAxes: boolean;
}

/** What a content asks of the page. */
export interface ContentHost {
  readonly choice: (axis: "y" | "z") => AxisChoice;
  /** What was chosen; missing: what suits. */
  readonly map: () => MapName | undefined;
  readonly isHidden: (quantity: string) => boolean;
  readonly pictures: Pictures;
  readonly theme: () => Theme;
}

/** Where the plot lies on a canvas, device pixels. */
export interface PlotBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What is at the cursor, of one quantity. */
export interface ContentReading {
  readonly quantity: Quantity;
  /** For the eye; empty: nothing is there. */
  readonly text: string;
  /** With the units that the eye finds at the axis. */
  readonly spoken: string;
}

/** Values as a table, times first; all of it text for people. */
export interface ContentTable {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What of the values the rows are; empty: all. */
  readonly left: string;
}

/** The colours of a panel. */
export interface ContentColours {
  readonly z: AxisRange;
  readonly map: MapName;
  readonly label: string;
}

/** What one kind of panel shows: its axes, its picture, and the same in words and numbers. */
export interface PanelContent<P extends Panel = Panel> {
  /** Takes what has come; everything else tells of that. */
  take(frame: ContentFrame<P>): void;
  readonly y: AxisRange;
  /** Of the axis of y, with escapes. */
  readonly label: string;
  readonly colours?: ContentColours;
  /** What the legend names. */
  readonly quantities: readonly Quantity[];
  /** Drawn as lines by the chart; missing: the content paints by itself. */
  readonly lines?: LineData;
  /** Whether any record lies in the range. */
  readonly hasRecords: boolean;
  /** Draws below the lines. */
  paint?(context: CanvasRenderingContext2D, box: PlotBox, span: Span): void;
  /** What is at a time, us2000, and where it matters at a y. @param reach what is no further away counts as near, microseconds */
  read(x: number, y: number | undefined, reach: number): readonly ContentReading[];
  /** What the picture shows, in words. */
  summary(): string;
  table(span: Span): ContentTable;
}

/** Rows of a table on the page; CSV has all of them. */
export const MOST_ROWS = 200;

/** What is left off of a table with so many records. */
export function leftText(records: number): string {
  return records > MOST_ROWS ? `, the first ${MOST_ROWS} of ${records} records` : "";
}

/** The middle of an axis as it is seen. */
export function middleOf({ low, high, scale }: AxisRange): number {
  return scale === "log" ? Math.sqrt(low * high) : (low + high) / 2;
}
