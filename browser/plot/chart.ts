import uPlot from "uplot";
import type { Span } from "../../plot/span.js";
import { type AxisRange, type ScaleType, ticks } from "../../plot/ticks.js";
import { timeTicks } from "../../plot/time-ticks.js";
import { labelText } from "./label-text.js";
import type { LineData } from "./line-data.js";
import { drawLabel, fontOf } from "./rich-text.js";
import type { Theme } from "./theme.js";

/** CSS pixels to the left of every panel, and to the right of it with and without a bar of colours. */
export const LEFT = 76;
export const RIGHT = { colours: 88, plain: 40 } as const;
/** Height of the marks of time below the last panel, and of nothing below others. */
const TIME_HEIGHT = 42;
const NO_TIME_HEIGHT = 6;
const TOP = 8;
const FONT_PX = 12;

/** What makes a chart what it is; where any of it changes, a new one is made. */
export interface ChartShape {
  readonly width: number;
  readonly height: number;
  readonly hasColours: boolean;
  /** Whether the marks of time are told below it. */
  readonly isLast: boolean;
  readonly scale: ScaleType;
  /** Of each line, whether it has a band. */
  readonly bands: readonly boolean[];
}

/** What a chart asks whenever it draws. */
export interface ChartHost {
  readonly span: () => Span;
  readonly y: () => AxisRange;
  readonly theme: () => Theme;
  /** Of the axis of y, with escapes. */
  readonly label: () => string;
  /** Draws what lies below the lines into the plot, in device pixels. */
  readonly paint?: (context: CanvasRenderingContext2D, box: uPlot.BBox) => void;
  /** Draws beside the plot. */
  readonly paintBeside?: (context: CanvasRenderingContext2D, box: uPlot.BBox, theme: Theme) => void;
  readonly pointed: (part: number | undefined, y: number | undefined) => void;
}

/** Whether two shapes are the same. */
export function isSameShape(a: ChartShape, b: ChartShape): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.hasColours === b.hasColours &&
    a.isLast === b.isLast &&
    a.scale === b.scale &&
    a.bands.length === b.bands.length &&
    a.bands.every((band, n) => band === b.bands[n])
  );
}

/** One panel: uPlot with axes of this page. All panels of a page share `sync`, so their cursors move together. */
export class Chart {
  readonly shape: ChartShape;
  readonly plot: uPlot;
  readonly #host: ChartHost;

  constructor(mount: HTMLElement, shape: ChartShape, host: ChartHost, sync: string) {
    this.shape = shape;
    this.#host = host;
    this.plot = new uPlot(this.#options(sync), [[], ...seriesData(shape.bands)], mount);
    const { canvas } = this.plot.ctx;
    canvas.setAttribute("role", "img");
  }

  /** What those who do not see the panel are told. */
  describe(text: string): void {
    this.plot.ctx.canvas.setAttribute("aria-label", text);
  }

  /** Shows lines; for a spectrogram there are none. */
  show(data: LineData | undefined): void {
    const { begin, end } = this.#host.span();
    const columns: uPlot.AlignedData =
      data === undefined || data.x.length === 0
        ? [
            [begin, end],
            ...this.shape.bands.flatMap((band) =>
              band
                ? [
                    [null, null],
                    [null, null],
                    [null, null],
                  ]
                : [[null, null]],
            ),
          ]
        : ([
            data.x as number[],
            ...data.lines.flatMap(({ y, low, high }) =>
              low === undefined || high === undefined ? [y] : [high, low, y],
            ),
          ] as uPlot.AlignedData); // read only here as well
    this.plot.batch(() => {
      this.plot.setData(columns, false);
      this.plot.setScale("x", { min: begin, max: end });
    });
  }

  /** Moves the cursor to a part of the range. */
  pointAt(part: number): void {
    const { width } = this.plot.bbox;
    this.plot.setCursor({ left: (part * width) / devicePixelRatio, top: -10 }, false);
  }

  destroy(): void {
    this.plot.destroy();
  }

  #options(sync: string): uPlot.Options {
    const { shape } = this;
    const host = this.#host;
    const font = fontOf(FONT_PX);
    const ink = () => host.theme().ink;
    const rule = { show: true, stroke: () => host.theme().rule, width: 1 };
    const mark = { show: true, stroke: () => host.theme().muted, width: 1, size: 5 };
    return {
      width: shape.width,
      height: shape.height,
      ms: 1e-3,
      pxAlign: 1,
      padding: [TOP, shape.hasColours ? RIGHT.colours : RIGHT.plain, 0, 0],
      legend: { show: false },
      cursor: {
        sync: { key: sync, scales: ["x", null] },
        drag: { setScale: false, x: false, y: false },
        points: { show: false },
        // Gestures are those of the page.
        bind: { mousedown: () => null, mouseup: () => null, click: () => null, dblclick: () => null },
      },
      scales: {
        x: { time: false, range: () => [host.span().begin, host.span().end] },
        y: { distr: shape.scale === "log" ? 3 : 1, range: () => [host.y().low, host.y().high] },
      },
      axes: [
        {
          scale: "x",
          font,
          stroke: ink,
          size: shape.isLast ? TIME_HEIGHT : NO_TIME_HEIGHT,
          gap: 4,
          grid: { ...rule, show: host.paint === undefined },
          ticks: { ...mark, size: shape.isLast ? 5 : 4 },
          splits: (u, _axis, low, high) =>
            timeTicks(low, high, u.bbox.width / devicePixelRatio / 100).flatMap(({ value, label }) =>
              label === undefined ? [] : [value],
            ),
          values: (u, splits) => (shape.isLast ? timeLabels(u, splits) : splits.map(() => "")),
        },
        {
          scale: "y",
          font,
          stroke: ink,
          size: LEFT,
          gap: 4,
          grid: { ...rule, show: host.paint === undefined },
          ticks: mark,
          splits: (u) =>
            ticks(host.y(), Math.max(2, u.bbox.height / devicePixelRatio / 44)).flatMap(({ value, label }) =>
              label === undefined ? [] : [value],
            ),
          values: (u, splits) => {
            const labels = new Map(
              ticks(host.y(), Math.max(2, u.bbox.height / devicePixelRatio / 44)).map(({ value, label }) => [
                value,
                label,
              ]),
            );
            return splits.map((value) => labelText(labels.get(value) ?? ""));
          },
        },
      ],
      series: [{}, ...seriesOptions(shape.bands, host)],
      bands: bandsOf(shape.bands, host),
      hooks: {
        drawClear: [
          (u) => {
            u.ctx.fillStyle = host.theme().panel;
            u.ctx.fillRect(0, 0, u.ctx.canvas.width, u.ctx.canvas.height);
            host.paint?.(u.ctx, u.bbox);
          },
        ],
        draw: [
          (u) => {
            frame(u, host);
            host.paintBeside?.(u.ctx, u.bbox, host.theme());
          },
        ],
        setCursor: [
          (u) => {
            const { left = -1, top = -1 } = u.cursor;
            const width = u.bbox.width / devicePixelRatio;
            const isInside = left >= 0 && left <= width;
            host.pointed(isInside ? left / width : undefined, top >= 0 ? u.posToVal(top, "y") : undefined);
          },
        ],
      },
    };
  }
}

/** Marks of time with the date below where it changes. */
function timeLabels(u: uPlot, splits: number[]): string[] {
  const { min = 0, max = 1 } = u.scales.x ?? {};
  const marks = new Map(
    timeTicks(min, max, u.bbox.width / devicePixelRatio / 100).map((tick) => [tick.value, tick]),
  );
  return splits.map((value) => {
    const tick = marks.get(value);
    return [tick?.label ?? "", tick?.context ?? ""].filter((text) => text !== "").join("\n");
  });
}

/** The frame of the plot, and the name of the axis of y beside it. */
function frame(u: uPlot, host: ChartHost): void {
  const { ctx, bbox } = u;
  const { ink, muted } = host.theme();
  ctx.save();
  ctx.strokeStyle = muted;
  ctx.lineWidth = devicePixelRatio;
  ctx.strokeRect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.restore();
  drawLabel(ctx, host.label(), 11 * devicePixelRatio, bbox.top + bbox.height / 2, {
    fontPx: FONT_PX * devicePixelRatio,
    colour: ink,
    most: bbox.height,
    isUpwards: true,
  });
}

function seriesData(bands: readonly boolean[]): (number | null)[][] {
  return bands.flatMap((band) => (band ? [[], [], []] : [[]]));
}

/** A line, or the edges of its band and then the line. */
function seriesOptions(bands: readonly boolean[], host: ChartHost): uPlot.Series[] {
  return bands.flatMap((band, n): uPlot.Series[] => {
    const stroke = () => host.theme().lines[n % host.theme().lines.length]!;
    const line: uPlot.Series = {
      scale: "y",
      stroke,
      // Aligned to pixels a slow change would look like stairs.
      pxAlign: 0,
      width: 1.25,
      points: { size: 4, width: 1, fill: stroke },
    };
    const edge: uPlot.Series = { scale: "y", stroke: "transparent", width: 0, points: { show: false } };
    return band ? [edge, edge, line].map((one) => ({ ...one })) : [line];
  });
}

function bandsOf(bands: readonly boolean[], host: ChartHost): uPlot.Band[] {
  let first = 1;
  return bands.flatMap((band, n): uPlot.Band[] => {
    const at = first;
    first += band ? 3 : 1;
    return band
      ? [{ series: [at, at + 1], fill: () => host.theme().bands[n % host.theme().bands.length]! }]
      : [];
  });
}
