import uPlot from "uplot";
import type { Span } from "../../plot/span.js";
import type { ScaleType } from "../../plot/ticks.js";
import { type AxesHost, chartAxes, drawFrame, RIGHT } from "./chart-axes.js";
import { noValues, seriesBands, seriesColumns, seriesOptions } from "./chart-series.js";
import type { LineData } from "./line-data.js";
import type { Theme } from "./theme.js";

const TOP = 8;

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
export interface ChartHost extends AxesHost {
  readonly span: () => Span;
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
    this.plot = new uPlot(chartOptions(shape, host, sync), [[], ...noValues(shape.bands)], mount);
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
    this.plot.batch(() => {
      this.plot.setData(seriesColumns(data, this.shape.bands, [begin, end]), false);
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
}

function chartOptions(shape: ChartShape, host: ChartHost, sync: string): uPlot.Options {
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
    axes: chartAxes(host, { isLast: shape.isLast, isRuled: host.paint === undefined }),
    series: [{}, ...seriesOptions(shape.bands, host.theme)],
    bands: seriesBands(shape.bands, host.theme),
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
          drawFrame(u, host);
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
