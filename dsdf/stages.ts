import { DasError } from "../errors/das-error.js";
import { formatTime, type Time } from "../stream/time.js";
import { withinTextLimits } from "../stream/time-limits.js";
import type { CommandTemplate } from "./command-template.js";
import { converterOf } from "./converters.js";
import type { DataQuery } from "./data-query.js";
import type { DataSource } from "./data-source.js";
import { definitionError } from "./definition-error.js";
import { expandCommand, type RequestValues } from "./expand-command.js";
import { checkParamWords } from "./param-words.js";
import { reducerOf, requestBins, statisticsOptions } from "./reduction.js";
import { type AnswerNames, requestValues } from "./request-values.js";
import type { Stage } from "./stage.js";
import type { PipelineTools } from "./tools.js";

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
  const reading = query.reading ?? bins?.reading ?? query;
  const range = { begin: timeText(reading.begin), end: timeText(reading.end) };
  const values = requestValues(source, query, range, interval, answer);

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
