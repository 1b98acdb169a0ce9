import { bandsOf } from "../../plot/cell-grid.js";
import { colourRange } from "../../plot/colour-range.js";
import type { AxisChoice } from "../../plot/page-state.js";
import { type AxisRange, niceRange, type ScaleType } from "../../plot/ticks.js";
import { type LineData, valueRange } from "./line-data.js";
import type { ColourPanel, LinePanel } from "./panels.js";
import type { Quantity } from "./quantity.js";

/** Where there is nothing to be shown. */
const NOTHING = { linear: { low: 0, high: 1 }, log: { low: 0.1, high: 10 } } as const;
const NO_VALUES = new Float64Array(0);

/** A range that was chosen; `undefined` where none was, or where it cannot be on a logarithmic axis. */
function chosenRange({ low, high }: AxisChoice, scale: ScaleType): AxisRange | undefined {
  if (low === undefined || high === undefined || (scale === "log" && low <= 0)) return undefined;
  return { low, high, scale };
}

/** The axis of lines: what was chosen, else what holds all that is shown. */
export function lineAxis(panel: LinePanel, data: LineData, choice: AxisChoice = {}): AxisRange {
  const wanted = choice.scale ?? panel.scale ?? "linear";
  const values = valueRange(data, wanted === "log");
  const isEmptyLog = wanted === "log" && values === undefined && valueRange(data, false) !== undefined;
  const scale = isEmptyLog ? "linear" : wanted;
  const chosen = chosenRange(choice, scale);
  if (chosen !== undefined) return chosen;
  const shown = isEmptyLog ? valueRange(data, false) : values;
  return shown === undefined ? { ...NOTHING[scale], scale } : niceRange(shown.low, shown.high, scale);
}

/** The axis of tags, or of rows of a grid: what was chosen, else the bands of all of them. */
export function tagAxis(
  { y }: ColourPanel,
  all: readonly Float64Array[],
  choice: AxisChoice = {},
): AxisRange {
  const scale = choice.scale ?? y.scale ?? "linear";
  const chosen = chosenRange(choice, scale);
  if (chosen !== undefined) return chosen;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const tags of all) {
    const bands = bandsOf(tags, scale);
    for (const edge of bands.low) if (edge < low) low = edge;
    for (const edge of bands.high) if (edge > high) high = edge;
  }
  if (!(low < high)) return { ...NOTHING[scale], scale };
  return scale === "log" ? { low: 10 ** low, high: 10 ** high, scale } : { low, high, scale };
}

/** The axis of points: what was chosen, else what holds all of them. @param ys of the points that are shown */
export function pointAxis(
  { y }: ColourPanel,
  ys: readonly Float64Array[],
  choice: AxisChoice = {},
): AxisRange {
  const scale = choice.scale ?? y.scale ?? "linear";
  const chosen = chosenRange(choice, scale);
  if (chosen !== undefined) return chosen;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const values of ys)
    for (const value of values) {
      if (scale === "log" && value <= 0) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  return low <= high ? niceRange(low, high, scale) : { ...NOTHING[scale], scale };
}

/**
 * The range of colours: what was chosen, else what the stream suggests, else nearly all of what is shown.
 * @param sample of the values that are shown, in any order
 */
export function colourAxis(z: Quantity, choice: AxisChoice, sample: () => Float64Array): AxisRange {
  const given = choice.scale ?? z.scale;
  const wishes = {
    ...(given === undefined ? {} : { scale: given }),
    ...(z.range === undefined ? {} : { range: z.range }),
  };
  // Where nothing depends on the values none is looked at.
  const isKnown = given !== undefined && (chosenRange(choice, given) ?? z.range) !== undefined;
  const suited =
    (isKnown ? colourRange(NO_VALUES, wishes) : undefined) ?? colourRange(sample().sort(), wishes);
  const scale = suited?.scale ?? given ?? "linear";
  return chosenRange(choice, scale) ?? suited ?? { ...NOTHING[scale], scale };
}
