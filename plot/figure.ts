import type { CellGrid } from "./cell-grid.js";
import type { LineBins } from "./line-bins.js";
import type { MapName } from "./page-state.js";
import type { PointGrid } from "./point-grid.js";
import type { AxisRange, ScaleType } from "./ticks.js";
import type { Cadence, XColumns } from "./x-columns.js";

/** A suggested range of an axis. */
export interface Suggested {
  readonly low: number;
  readonly high: number;
}

/** How the values of a line are joined: straight, by steps halfway between them, or straight with a symbol at each. */
export type LineStyle = "line" | "steps" | "symbols";

/** One line of a panel, and the band between the least and greatest values around it. */
export interface Line {
  readonly label: string;
  readonly bins: LineBins;
  readonly low?: LineBins;
  readonly high?: LineBins;
  readonly cadence: Cadence;
  /** Width of a record, units of x. */
  readonly stated?: number;
  /** Missing: `line`. */
  readonly style?: LineStyle;
}

/** Lines with one axis of values. */
export interface LinePanel {
  readonly kind: "lines";
  readonly label: string;
  /** Missing: what suits the values. */
  readonly scale?: ScaleType;
  readonly range?: Suggested;
  readonly lines: readonly Line[];
}

/** Colours over x and y. */
export interface SpectrogramPanel {
  readonly kind: "spectrogram";
  readonly yLabel: string;
  readonly zLabel: string;
  readonly grid: CellGrid;
  readonly yRange?: Suggested;
  /** Missing: what suits the values. */
  readonly zScale?: ScaleType;
  readonly zRange?: Suggested;
  readonly cadence: Cadence;
  readonly stated?: number;
}

/** Coloured marks over x and y. */
export interface PointsPanel {
  readonly kind: "points";
  readonly yLabel: string;
  readonly zLabel: string;
  readonly grid: PointGrid;
  readonly yRange?: Suggested;
  /** Missing: what suits the values. */
  readonly zScale?: ScaleType;
  readonly zRange?: Suggested;
}

/** How values become colours. */
export interface ColourAxis {
  readonly range: AxisRange;
  readonly map: MapName;
}

/** Panels above each other over one x. */
export interface Figure {
  readonly title: string;
  readonly columns: XColumns;
  /** Whether x is time, us2000. */
  readonly isTime: boolean;
  readonly xLabel: string;
  readonly panels: readonly (LinePanel | SpectrogramPanel | PointsPanel)[];
  /** Said in the middle of a figure without panels. */
  readonly empty: string;
  /** Said below, small. */
  readonly note?: string;
}
