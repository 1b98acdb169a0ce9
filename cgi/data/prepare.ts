import { fixedOrigin } from "../../dsdf/bin-grid.js";
import type { CommandTemplate } from "../../dsdf/command.js";
import type { DataQuery, OutputForm } from "../../dsdf/data-query.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { splitParams } from "../../dsdf/param-words.js";
import { isReducible, readingRange } from "../../dsdf/reduction.js";
import { timeText } from "../../dsdf/stages.js";
import { trimToValidRange } from "../../dsdf/valid-range.js";
import { DasError } from "../../errors/das-error.js";
import type { OutputFormat } from "../../pipeline/options.js";
import { compareTimes, type TimeRange } from "../../stream/time.js";
import { findSource } from "../find-source.js";
import type { Response } from "../http.js";
import { checkRange, rangeLimits } from "../limits/range-limits.js";
import { enterData, isExempt } from "../limits/site-limits.js";
import type { QueryContext } from "../query.js";
import { redirect } from "../redirect.js";
import { type DataWords, readDataWords, readInterval } from "./data-words.js";
import { checkFileRequest } from "./file-request.js";
import { unknownFormat } from "./format-words.js";
import { pipelineSetting } from "./pipeline-setting.js";

/** A data request that may be answered: everything is checked, nothing is run yet. */
export interface PreparedData {
  readonly words: DataWords;
  readonly source: DataSource;
  /** Missing: nothing of the range is valid, so there is nothing to run. */
  readonly query?: DataQuery;
}

/** Every command of a source that may ask for request values by name. */
function commandsOf(source: DataSource): readonly CommandTemplate[] {
  return [source.reader, source.reducer].filter((command) => command !== undefined && command !== false);
}

/**
 * The request parameters that the commands of a source name; others stay unknown, whatever they hold.
 * @param translated under names that the request did not use
 */
function namedValues(
  source: DataSource,
  context: QueryContext,
  translated: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const command of commandsOf(source))
    for (const part of command.programs.flatMap((program) => program.words.flat())) {
      if (part.kind !== "value") continue;
      const value =
        (Object.hasOwn(translated, part.key) ? translated[part.key] : undefined) ??
        context.words.get(part.key) ??
        context.words.get(part.key.toLowerCase());
      if (value !== undefined) values[part.key] = value;
    }
  return values;
}

/**
 * Lets in or challenges, and decides what may be read: the whole bins of the request where all of `reading` is granted,
 * else no more than the request itself, so that no bin is made from what is not for the client.
 *
 * @param range of the request, trimmed
 * @param reading the range that would be read for it, which holds `range`
 * Errors: NEEDS_LOGIN with the challenge in `where`. Source: das2-server 6.1, 13.4.
 */
async function letIn(
  source: DataSource,
  range: TimeRange,
  reading: TimeRange,
  { site, request, trace }: QueryContext,
): Promise<TimeRange> {
  // The narrow range first: whoever is refused that is refused the other as well, and is challenged once.
  const decision = await site.authorize(source, range.begin, range.end, request, site, trace.client);
  if (!decision.granted)
    throw new DasError("NEEDS_LOGIN", "This source needs a user name and password", {
      challenge: `Basic realm="${decision.realm}"`,
    });
  trace.user = decision.user;
  if (compareTimes(range.begin, reading.begin) === 0 && compareTimes(range.end, reading.end) === 0)
    return range;
  const wider = await site.authorize(source, reading.begin, reading.end, request, site, trace.client);
  if (!wider.granted) return range;
  trace.user = wider.user ?? decision.user;
  return reading;
}

/** The words for the converter; a picture of a stream without a title has the id of the source as its title. */
function formatArguments({ output, formatArgs = [] }: DataWords, { id }: DataSource): readonly string[] {
  return output === "png" ? [...formatArgs, `title=${id}`] : formatArgs;
}

/**
 * Takes a data request through the steps before anything runs: words, source and its redirects, valid range, access,
 * interval. The order decides which error is told where several apply.
 *
 * @param asked already parsed, for interfaces with other names; missing: those of das2.2
 * @param given the source, where it has been found already
 * @returns an answer where the source is elsewhere
 * Errors: BAD_PARAMETER, BAD_TIME, NO_SUCH_SOURCE, BAD_DEFINITION, NEEDS_LOGIN. Source: das2-server 2.7.
 */
export async function prepareData(
  context: QueryContext,
  asked: DataWords = readDataWords(context.words),
  given?: DataSource,
): Promise<{ readonly elsewhere: Response } | PreparedData> {
  const { trace, site } = context;
  trace.begin = timeText(asked.begin);
  trace.end = timeText(asked.end);
  trace.resolution = asked.resolution;
  const source = given ?? (await findSource(context, asked.id));
  const words = { ...asked, output: ownForm(source, asked.output) };
  const elsewhere = await redirect(source, context);
  if (elsewhere !== undefined) return { elsewhere };
  if (source.form === "file") checkFileRequest(source.fileType, words, context.words);
  else if (words.unknownFormat !== undefined) throw unknownFormat(words.unknownFormat);
  const requested = { begin: words.begin, end: words.end };
  const now = site.now();
  const range = trimToValidRange(source.validRange, requested, now);
  if (range === undefined) return { words, source };
  const bins = binsOf(words, source);
  const { tools } = pipelineSetting(site);
  if (source.form !== "file" && !isExempt(site, trace.client)) {
    // A source that nothing reduces is given at full resolution, whatever the request says.
    const isBinned = source.preReduced || isReducible(source, tools);
    checkRange(rangeLimits(source, site.config), range, isBinned ? words.resolution : undefined);
  }
  const whole = readingRange(source, { ...range, ...bins }, tools);
  const reading = await letIn(
    source,
    range,
    trimToValidRange(source.validRange, whole, now) ?? range,
    context,
  );
  await enterData(context);
  const interval = source.requiresInterval ? readInterval(words.intervalText) : undefined;
  const params = splitParams(words.params ?? "", source.paramChars);
  trace.interval = interval;
  if (params.length > 0) trace.params = params;
  const values = namedValues(source, context, words.values);
  const query: DataQuery = {
    sourceId: source.id,
    ...range,
    requested,
    reading,
    ...bins,
    ...(interval === undefined ? {} : { interval }),
    params,
    output: source.form === "file" ? "stream" : words.output,
    ...(words.statistics === undefined ? {} : { statistics: words.statistics }),
    ...(words.spectrum === undefined ? {} : { spectrum: words.spectrum }),
    ...(words.formatArgs === undefined || source.form === "file"
      ? {}
      : { formatArgs: formatArguments(words, source) }),
    ...(Object.keys(values).length === 0 ? {} : { values }),
  };
  return { words, source, query };
}

/** The form that a source makes by itself has one name, so that what is kept of an answer is found by it. */
function ownForm({ form }: DataSource, output: OutputForm): OutputForm {
  if (form !== "das1" && form !== "das2") return output;
  return output === "das2" ? "stream" : output === "das2text" ? "text" : output;
}

/** What a query says of its bins. */
function binsOf(
  { resolution, fixedBins }: DataWords,
  { cacheLevels }: DataSource,
): Pick<DataQuery, "resolution" | "exactBins" | "binOrigin"> {
  if (resolution === undefined) return {};
  if (fixedBins !== true) return { resolution };
  const binOrigin = fixedOrigin(resolution, cacheLevels);
  return { resolution, exactBins: true, ...(binOrigin === undefined ? {} : { binOrigin }) };
}

/** What the output of a pipeline is followed as. */
export function pipelineFormat(source: DataSource, output: OutputForm): OutputFormat {
  if (output === "das3") return "das3";
  if (output === "das2" || output === "das2text") return "das2";
  if ((output !== "stream" && output !== "text") || source.form === "file") return "other";
  switch (source.form) {
    case "qstream":
    case "das3":
      return source.form;
    default:
      return "das2";
  }
}
