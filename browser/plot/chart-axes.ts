import type uPlot from "uplot";
import { type AxisRange, fraction, ticks } from "../../plot/ticks.js";
import { timeTicks } from "../../plot/time-ticks.js";
import { labelText } from "./label-text.js";
import { drawLabel, fontOf } from "./rich-text.js";
import type { Theme } from "./theme.js";

/** CSS pixels to the left of every panel. */
export const LEFT = 76;
/** CSS pixels to the right of a panel, with a bar of colours and without. */
export const RIGHT = { colours: 88, plain: 40 } as const;
/** Height of the marks of time below the last panel, and of nothing below others. */
const TIME_HEIGHT = 42;
const NO_TIME_HEIGHT = 6;
const FONT_PX = 12;
/** Pixels that a number along each axis has for itself. */
const TIME_ROOM = 100;
const VALUE_ROOM = 44;
/** Length of a mark with a number, and of a small one. */
const MARK_PX = 5;
const SMALL_MARK_PX = 3;

/** What axes ask whenever they are drawn. */
export interface AxesHost {
  readonly y: () => AxisRange;
  readonly theme: () => Theme;
  /** Of the axis of y, with escapes. */
  readonly label: () => string;
}

/** The axes of time and values. @param look whether times are told, and whether lines lie across the plot */
export function chartAxes(
  host: AxesHost,
  look: { readonly isLast: boolean; readonly isRuled: boolean },
): uPlot.Axis[] {
  const rule = { show: look.isRuled, stroke: () => host.theme().rule, width: 1 };
  const common = { font: fontOf(FONT_PX), stroke: () => host.theme().ink, gap: 4, grid: rule };
  const ticksOf = { show: true, stroke: () => host.theme().muted, width: 1, size: MARK_PX };
  return [
    {
      ...common,
      scale: "x",
      size: look.isLast ? TIME_HEIGHT : NO_TIME_HEIGHT,
      ticks: { ...ticksOf, size: look.isLast ? MARK_PX : MARK_PX - 1 },
      splits: (u) => labelled(timeMarks(u)).map(({ value }) => value),
      values: (u, splits) => (look.isLast ? timeLabels(u, splits) : splits.map(() => "")),
    },
    {
      ...common,
      scale: "y",
      size: LEFT,
      ticks: ticksOf,
      // Of a logarithmic axis uPlot would write powers of ten alone.
      filter: (_u, splits) => splits,
      splits: (u) => labelled(valueMarks(u, host)).map(({ value }) => value),
      values: (u, splits) => {
        const labels = new Map(valueMarks(u, host).map(({ value, label }) => [value, label]));
        return splits.map((value) => labelText(labels.get(value) ?? ""));
      },
    },
  ];
}

/** Draws the frame of the plot, the small marks of both axes, and the name of the axis of y. */
export function drawFrame(u: uPlot, host: AxesHost): void {
  const { ctx, bbox } = u;
  const { ink, muted } = host.theme();
  const px = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = muted;
  ctx.fillStyle = muted;
  ctx.lineWidth = px;
  ctx.strokeRect(bbox.left, bbox.top, bbox.width, bbox.height);
  const { min = 0, max = 1 } = u.scales.x ?? {};
  for (const { value, label } of timeMarks(u))
    if (label === undefined && value >= min && value <= max) {
      const x = Math.round(bbox.left + ((value - min) / (max - min)) * bbox.width);
      ctx.fillRect(x, bbox.top + bbox.height, px, SMALL_MARK_PX * px);
    }
  for (const { value, label } of valueMarks(u, host)) {
    const part = fraction(value, host.y());
    if (label !== undefined || part < 0 || part > 1) continue;
    const y = Math.round(bbox.top + (1 - part) * bbox.height);
    ctx.fillRect(bbox.left - SMALL_MARK_PX * px, y, SMALL_MARK_PX * px, px);
  }
  ctx.restore();
  drawLabel(ctx, host.label(), 11 * px, bbox.top + bbox.height / 2, {
    fontPx: FONT_PX * px,
    colour: ink,
    most: bbox.height,
    isUpwards: true,
  });
}

function timeMarks(u: uPlot) {
  const { min = 0, max = 1 } = u.scales.x ?? {};
  return timeTicks(min, max, u.bbox.width / devicePixelRatio / TIME_ROOM);
}

function valueMarks(u: uPlot, host: AxesHost) {
  return ticks(host.y(), Math.max(2, u.bbox.height / devicePixelRatio / VALUE_ROOM));
}

function labelled<T extends { readonly label?: string }>(marks: readonly T[]): readonly T[] {
  return marks.filter(({ label }) => label !== undefined);
}

/** Marks of time with the date below where it changes. */
function timeLabels(u: uPlot, splits: readonly number[]): string[] {
  const marks = new Map(timeMarks(u).map((tick) => [tick.value, tick]));
  return splits.map((value) => {
    const tick = marks.get(value);
    return [tick?.label ?? "", tick?.context ?? ""].filter((text) => text !== "").join("\n");
  });
}
