import { DasError } from "../errors/das-error.js";
import { formatTime, type Time, type TimeRange } from "../stream/time.js";
import { withinTextLimits } from "../stream/time-limits.js";
import { type BinGrid, binGrid, hasCentre, middleBin, wholeBins } from "./bin-grid.js";
import type { CommandTemplate } from "./command-template.js";
import type { BinStatistic, DataQuery, OutputForm } from "./data-query.js";
import type { DataSource, StreamForm } from "./data-source.js";
import { definitionError } from "./definition-error.js";
import { expandCommand, type RequestValues } from "./expand-command.js";
import { onlyAsFile } from "./file-type.js";
import { checkParamWords } from "./param-words.js";
import type { Stage } from "./stage.js";
import type { PipelineTools } from "./tools.js";

/** What `#[_SERVER_]` and `#[_FILENAME_]` stand for; das2-server 9.1. */
export interface AnswerNames {
  /** Absolute URL of the server. */
  readonly server?: string;
  /** Name under which the answer would be saved. */
  readonly fileName?: string;
}

/**
 * The programs that answer a request, as argument vectors in the order of the data: reader, reducer, converter.
 * A reduced request asks the reader for whole bins, unless the query names the range to be read; whoever runs the
 * stages cuts the output to [begin, end) of the query by bin centre.
 *
 * Errors: BAD_PARAMETER (no interval where the source needs one, a reader parameter outside the allowed set, another
 * form of a file), BAD_DEFINITION (no reader, das1 without a converter), NOT_IMPLEMENTED (a form without converter).
 * Source: das2-server 13, 2.7.
 */
export function planStages(
  source: DataSource,
  query: DataQuery,
  tools: PipelineTools,
  answer: AnswerNames = {},
): Stage[] {
  if (source.requiresInterval && query.interval === undefined)
    throw new DasError("BAD_PARAMETER", "parameter interval is missing, expected seconds between points");
  const interval = source.requiresInterval ? query.interval : undefined;
  const reducer = reducerOf(source, tools);
  const bins = requestBins(source, query, tools);
  const values = requestValues(source, query, query.reading ?? bins?.reading ?? query, interval, answer);

  const stages = readerStages(source, query, tools, values, interval);
  // Everything that works on records knows das2.
  const isUnpacked =
    source.form === "das3" &&
    (bins !== undefined || query.spectrum !== undefined || query.output !== "stream");
  if (isUnpacked && tools.das3ToDas2 !== undefined)
    stages.push(...command("filter", tools.das3ToDas2, values, []));
  if (query.spectrum !== undefined) stages.push(...spectrumStages(source, query.spectrum, tools, values));
  if (bins !== undefined && reducer !== undefined) {
    const { origin, width } = bins.grid;
    const more = statisticsOptions(query.statistics ?? [], reducer);
    stages.push(...command("reducer", reducer, values, ["-b", timeText(origin), ...more, String(width)]));
  }
  const converter = converterOf(source, query, tools, isUnpacked);
  if (converter !== undefined)
    stages.push(
      ...command("converter", converter.command, values, [...converter.args, ...(query.formatArgs ?? [])]),
    );
  return stages;
}

/** Whether a request with a resolution is answered in bins of this server's making; das2-server 13.2. */
export function isReducible(source: DataSource, tools: PipelineTools): boolean {
  return !source.requiresInterval && reducerOf(source, tools) !== undefined;
}

/** Options of the reducers that ship by what they add. */
const STATISTICS: Readonly<Record<BinStatistic, string>> = { min: "-r", max: "-r", stddev: "-s" };

/** Errors: NOT_IMPLEMENTED for a reducer that is not known to tell them. Source: das2-server 7.3 (`bin.stats`). */
function statisticsOptions(wanted: readonly BinStatistic[], reducer: CommandTemplate): string[] {
  if (wanted.length === 0) return [];
  const last = reducer.programs.at(-1)?.words[0]?.[0];
  if (reducer.placesValues || last?.kind !== "text" || last.text !== "das2_bin_avgsec")
    throw new DasError(
      "NOT_IMPLEMENTED",
      `bin.stats=${wanted.join(",")}: the bins of this source have no other values`,
    );
  return [...new Set(wanted.map((statistic) => STATISTICS[statistic]))];
}

/** Errors: NOT_IMPLEMENTED for a source whose stream cannot be transformed. Source: das2-server 7.3 (`dft.length`), 9.2. */
function spectrumStages(
  source: DataSource,
  { length, slide }: NonNullable<DataQuery["spectrum"]>,
  tools: PipelineTools,
  values: RequestValues,
): Stage[] {
  if (tools.psd === undefined || source.form === "qstream" || source.form === "file")
    throw new DasError("NOT_IMPLEMENTED", "spectra of this source are not offered by this server");
  return command("filter", tools.psd, values, [String(length), String(slide)]);
}

/** What of a query decides on its bins. */
type BinnedQuery = Pick<DataQuery, "begin" | "end" | "resolution" | "binOrigin">;

/**
 * The range that the reader is to be asked for: that of the query, or, where the answer is made of bins, the whole
 * bins of it (bins so wide that none has its centre in the query become one bin in its middle). It can reach further than the query, so whoever has a say in what may be read must be asked about
 * this range. Source: das2-server 13.4.
 */
export function readingRange(source: DataSource, query: BinnedQuery, tools: PipelineTools): TimeRange {
  return requestBins(source, query, tools)?.reading ?? { begin: query.begin, end: query.end };
}

/** The bins of an answer and what must be read for them; `undefined` for an answer without bins. */
function requestBins(
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

/**
 * `yyyy-mm-ddThh:mm:ss` and as many digits of the fraction as it has, up to nine; das2-server 13.1. An instant outside
 * years 1 to 9999 is written as the nearest inside, never as the fill time, which a reader would take for a date.
 */
export function timeText(t: Time): string {
  const shown = withinTextLimits(t);
  const fraction = String(Math.floor(shown.ns % 1e9))
    .padStart(9, "0")
    .replace(/0+$/, "");
  return formatTime(shown, fraction.length);
}

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

function readerStages(
  source: DataSource,
  query: DataQuery,
  tools: PipelineTools,
  values: RequestValues,
  interval: number | undefined,
): Stage[] {
  const place = { file: source.file, keyword: "reader" };
  if (source.reader === undefined) throw definitionError("reader is missing", place);
  const params = source.dropParams ? [] : query.params;
  checkParamWords(params, source.paramChars);
  const args = [
    ...(interval === undefined ? [] : [String(interval)]),
    values["read.time.min"] ?? "",
    values["read.time.max"] ?? "",
    ...params,
  ];
  if (source.form !== "das1") return command("reader", source.reader, values, args);
  if (tools.das1ToDas2 === undefined)
    throw definitionError("a das1 source, but DAS1_TO_DAS2 is not configured", {
      file: source.file,
      expected: "das2Stream, qstream or das3Stream, or a program for das1",
    });
  return command("reader", tools.das1ToDas2, values, [source.file, ...args]);
}

/**
 * Which program makes another form of a stream; a form without one is not offered. Those of das2 streams read nothing else
 * (das2-server 20.5 (65)).
 */
const DAS2_CONVERTERS = {
  text: "d2sToUtf8",
  csv: "csv",
  das3: "das3",
  das3doc: "das3Document",
  hapi: "hapi",
  arrow: "arrow",
  parquet: "parquet",
  fits: "fits",
  png: "png",
  das2text: "d2sToUtf8",
} as const satisfies Record<Exclude<OutputForm, "stream" | "das2">, keyof PipelineTools>;

const CONVERTERS: Readonly<
  Record<StreamForm, Partial<Record<Exclude<OutputForm, "stream" | "das2">, keyof PipelineTools>>>
> = {
  das1: DAS2_CONVERTERS,
  das2: DAS2_CONVERTERS,
  // Its own text form is das3, too.
  das3: { ...DAS2_CONVERTERS, text: "das3" },
  qstream: { text: "qdsToUtf8" },
};

/**
 * The converter by what arrives at it; das1 has become das2 by then.
 * @param isUnpacked a das3 stream has become das2 as well
 */
function converterOf(
  source: DataSource,
  query: DataQuery,
  tools: PipelineTools,
  isUnpacked: boolean,
): { readonly command: CommandTemplate; readonly args: readonly string[] } | undefined {
  const { output } = query;
  if (output === "stream")
    return isUnpacked && tools.das3 !== undefined ? { command: tools.das3, args: [] } : undefined;
  if (source.form === "file") throw onlyAsFile(source.fileType, `${output} output`);
  if (output === "das2" && source.form !== "qstream") return undefined;
  const found = output === "das2" ? undefined : CONVERTERS[source.form][output];
  const command = found === undefined ? undefined : tools[found];
  if (command !== undefined)
    return { command, args: source.form === "das3" && output === "text" ? ["-t"] : [] };
  const form = { das1: "das2", das2: "das2", das3: "das3", qstream: "q" }[source.form];
  throw new DasError("NOT_IMPLEMENTED", `${output} output of a ${form} stream is not offered by this server`);
}

/** Fills a command; what is appended goes to its last program, unless the text places values itself. */
function command(
  role: Stage["role"],
  template: CommandTemplate,
  values: RequestValues,
  appended: readonly string[],
): Stage[] {
  const programs = expandCommand(template, values);
  return programs.map(({ argv: [program, ...args], env }, index) => {
    const isLast = index === programs.length - 1;
    const more = isLast && !template.placesValues ? appended : [];
    // In `reader a | b`, b filters what the reader a wrote.
    const own = role === "reader" && index > 0 ? "filter" : role;
    return { role: own, argv: [program, ...args, ...more], env };
  });
}

/**
 * What `#[key]` and `$(name)` may stand for: the words of the path-style interface and of das2.2, then what the
 * request says under other names. A request never replaces what the server has worked out, and never gives a name
 * that begins with `_`.
 */
function requestValues(
  source: DataSource,
  query: DataQuery,
  range: { readonly begin: Time; readonly end: Time },
  interval: number | undefined,
  answer: AnswerNames,
): RequestValues {
  const begin = timeText(range.begin);
  const end = timeText(range.end);
  const seconds = interval === undefined ? undefined : String(interval);
  const resolution = query.resolution === undefined ? undefined : String(query.resolution);
  const params = source.dropParams ? "" : query.params.join(" ");
  const own: RequestValues = {
    "read.time.min": begin,
    "read.time.max": end,
    "read.time.inter": seconds,
    "bin.time.max": resolution,
    "read.opts": params,
    "time.min": begin,
    "time.max": end,
    start_time: begin,
    end_time: end,
    start: begin,
    stop: end,
    interval: seconds,
    resolution,
    params,
    _LOCAL_ID_: source.id,
    _SERVER_: answer.server,
    _FILENAME_: answer.fileName,
  };
  const others = Object.entries(query.values ?? {}).filter(
    ([key]) => !Object.hasOwn(own, key) && !key.startsWith("_"),
  );
  for (const [, value] of others)
    checkParamWords(
      value.split(/\s+/).filter((word) => word !== ""),
      source.paramChars,
    );
  return { ...Object.fromEntries(others), ...own };
}
