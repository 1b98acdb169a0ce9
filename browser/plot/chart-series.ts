import type uPlot from "uplot";
import type { LineData } from "./line-data.js";
import type { Theme } from "./theme.js";

/*
 * A line is one series of uPlot, a line with a band three: the upper edge of the band, the lower one, and the line. `bands` says of each line
 * whether it has one.
 */

/** Series without values. */
export function noValues(bands: readonly boolean[]): (number | null)[][] {
  return bands.flatMap((band) => (band ? [[], [], []] : [[]]));
}

const LINE_PX = 1.25;

/** Gaps without the edge of a steep line that would lead through them: it is as wide as it is drawn. */
function clearGaps(gaps: uPlot.Series.Gaps): uPlot.Series.Gaps {
  const edge = LINE_PX * devicePixelRatio;
  return gaps.map(([from, to]) => [from - edge, to + edge]);
}

/** How they are drawn. */
export function seriesOptions(bands: readonly boolean[], theme: () => Theme): uPlot.Series[] {
  return bands.flatMap((band, n): uPlot.Series[] => {
    const stroke = () => theme().lines[n % theme().lines.length]!;
    const line: uPlot.Series = {
      scale: "y",
      stroke,
      // Aligned to pixels a slow change would look like stairs.
      pxAlign: 0,
      width: LINE_PX,
      gaps: (_u, _series, _from, _to, gaps) => clearGaps(gaps),
      points: { size: 4, width: 1, fill: stroke },
    };
    const edge: uPlot.Series = { scale: "y", stroke: "transparent", width: 0, points: { show: false } };
    return band ? [edge, edge, line].map((one) => ({ ...one })) : [line];
  });
}

/** The areas between edges. */
export function seriesBands(bands: readonly boolean[], theme: () => Theme): uPlot.Band[] {
  let first = 1;
  return bands.flatMap((band, n): uPlot.Band[] => {
    const at = first;
    first += band ? 3 : 1;
    return band ? [{ series: [at, at + 1], fill: () => theme().bands[n % theme().bands.length]! }] : [];
  });
}

/** What uPlot draws of lines: x and the series; of none an empty range. */
export function seriesColumns(
  data: LineData | undefined,
  bands: readonly boolean[],
  range: readonly [begin: number, end: number],
): uPlot.AlignedData {
  if (data === undefined || data.x.length === 0)
    return [[...range], ...noValues(bands).map(() => range.map(() => null))];
  return [
    data.x as number[],
    ...data.lines.flatMap(({ y, low, high }) =>
      low === undefined || high === undefined ? [y] : [high, low, y],
    ),
  ] as uPlot.AlignedData; // read only there as well
}
