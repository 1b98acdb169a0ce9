import { DasError } from "../errors/das-error.js";
import type { TimeRange } from "../stream/time.js";
import { type BinGrid, binGrid, hasCentre, middleBin, wholeBins } from "./bin-grid.js";
import type { CommandTemplate } from "./command-template.js";
import type { BinStatistic, DataQuery } from "./data-query.js";
import type { DataSource } from "./data-source.js";
import type { PipelineTools } from "./tools.js";

/** The command that reduces a source: its own, or the server's for its form; `undefined` where none is run. das2-server 12.3. */
export function reducerOf(source: DataSource, tools: PipelineTools): CommandTemplate | undefined {
  if (source.reducer === false || source.preReduced) return undefined;
  if (source.reducer !== undefined) return source.reducer;
  switch (source.form) {
    case "das1":
    case "das2":
      return tools.d2sReducer;
    case "das3":
      // It becomes das2 before.
      return tools.das3ToDas2 === undefined ? undefined : tools.d2sReducer;
    case "qstream":
      return tools.qdsReducer;
    case "file":
      return undefined; // the default reducers read das2 and q streams
    default:
      return source satisfies never;
  }
}

/** Whether a request with a resolution is answered in bins of this server's making; das2-server 13.2. */
export function isReducible(source: DataSource, tools: PipelineTools): boolean {
  return !source.requiresInterval && reducerOf(source, tools) !== undefined;
}

/** What of a query decides on its bins. */
type BinnedQuery = Pick<DataQuery, "begin" | "end" | "resolution" | "binOrigin">;

/**
 * The range that the reader is to be asked for: that of the query, or, where the answer is made of bins, the whole
 * bins of it (bins so wide that none has its centre in the query become one bin in its middle). It can reach further than the
 * query, so whoever has a say in what may be read must be asked about this range. Source: das2-server 13.4.
 */
export function readingRange(source: DataSource, query: BinnedQuery, tools: PipelineTools): TimeRange {
  return requestBins(source, query, tools)?.reading ?? { begin: query.begin, end: query.end };
}

/** The bins of an answer and what must be read for them; `undefined` for an answer without bins. */
export function requestBins(
  source: DataSource,
  query: BinnedQuery,
  tools: PipelineTools,
): { readonly grid: BinGrid; readonly reading: TimeRange } | undefined {
  if (query.resolution === undefined || !isReducible(source, tools)) return undefined;
  const { begin, end, resolution: width, binOrigin } = query;
  const grid =
    binOrigin === undefined ? binGrid(begin, width, source.cacheLevels) : { origin: binOrigin, width };
  if (binOrigin !== undefined || hasCentre(grid, begin, end))
    return { grid, reading: wholeBins(grid, begin, end) };
  return { grid: middleBin(begin, end, width), reading: { begin, end } };
}

/** Options of the reducers that ship by what they add. */
const STATISTICS: Readonly<Record<BinStatistic, string>> = { min: "-r", max: "-r", stddev: "-s" };

/** What the reducer is to add to the averages. Errors: NOT_IMPLEMENTED for one that is not known to tell it. Source: das2-server 7.3 (`bin.stats`). */
export function statisticsOptions(wanted: readonly BinStatistic[], reducer: CommandTemplate): string[] {
  if (wanted.length === 0) return [];
  const last = reducer.programs.at(-1)?.words[0]?.[0];
  if (reducer.placesValues || last?.kind !== "text" || last.text !== "das2_bin_avgsec")
    throw new DasError(
      "NOT_IMPLEMENTED",
      `bin.stats=${wanted.join(",")}: the bins of this source have no other values`,
    );
  return [...new Set(wanted.map((statistic) => STATISTICS[statistic]))];
}
