import type { DataSource } from "../../dsdf/data-source.js";
import { timeText } from "../../dsdf/stages.js";
import { type HapiHeader, hapiTime, textBefore, textBehind } from "../../formats/hapi/info.js";
import { printLayout } from "../../formats/hapi/layout.js";
import { HAPI_FORMATS, type HapiFormat, isFormat } from "../../formats/hapi/options.js";
import { hapiRange } from "../../formats/hapi/source-facts.js";
import { compareTimes, type Time, type TimeRange } from "../../stream/time.js";
import { answerData } from "../data/answer.js";
import type { DataWords } from "../data/data-words.js";
import { dataFileName } from "../data/file-name.js";
import { prepareData } from "../data/prepare.js";
import type { Response } from "../http.js";
import { ownUrl } from "../own-url.js";
import type { QueryContext } from "../query.js";
import { type DataSet, findDataSet, readerWords } from "./data-sets.js";
import { descriptionsOf } from "./descriptions.js";
import { hapiError } from "./hapi-error.js";
import { parseHapiTime } from "./hapi-time.js";
import { headerOf, wantedParameters } from "./info.js";
import { checkReferences, type HapiWords, neededWord, parameterList } from "./words.js";
import { noDataReason, wrapped } from "./wrapped.js";

/** How each form is labelled. Source: HAPI 3.3, section 3.7.2. */
const LABELS = {
  csv: { contentType: "text/csv; charset=utf-8", extension: "csv" },
  binary: { contentType: "application/octet-stream", extension: "bin" },
  json: { contentType: "application/json", extension: "json" },
} as const satisfies Record<HapiFormat, { contentType: string; extension: string }>;

/**
 * `/data`: records of a data set, with its header before them where that is asked for; JSON always has it. They come as those of
 * every other way in do, from the cache where it can.
 * Errors (of HAPI): 1400 to 1412, 1501; those of {@link prepareData} and {@link answerData}. Source: HAPI 3.3, section 3.7.
 */
export async function data(context: QueryContext, words: HapiWords): Promise<Response> {
  const { site, request, trace } = context;
  checkReferences(words);
  const id = neededWord(words, "dataset");
  const startText = neededWord(words, "start");
  const stopText = neededWord(words, "stop");
  const set = await findDataSet(id, request, site);
  trace.source = set.id;
  const begin = timeOf(startText, 1402);
  const end = timeOf(stopText, 1403);
  checkRange(begin, end, set.source, site.now());
  const format = formatOf(words);
  const include = words.get("include");
  if (include !== undefined && include !== "header") throw hapiError(1410, "expected header");

  const { derived } = await descriptionsOf(site).of(set);
  const parameters = wantedParameters(derived.parameters, parameterList(words));
  const hasHeader = format === "json" || include === "header";
  const args = [
    ...["-F", format, "-b", timeText(begin), "-e", timeText(end)],
    ...(format === "json" ? ["-r"] : []),
    ...["-l", printLayout(derived.parameters.map(({ column }) => column))],
    ...(parameters.length === derived.parameters.length
      ? []
      : ["--", parameters.map(({ column }) => column.name).join(",")]),
  ];
  const label = LABELS[format];
  const asked = hasHeader ? withoutValidators(context) : context;
  const prepared = await prepareData(asked, dataWords(set, { begin, end }, startText, stopText, args));
  if ("elsewhere" in prepared) return prepared.elsewhere;
  const response = await answerData(prepared, asked, {
    contentType: label.contentType,
    fileName: dataFileName(set.source.id, timeText(begin), timeText(end), label.extension),
  });
  if (response.status !== 200 || request.method === "HEAD") return response;
  if (!hasHeader) return await noDataReason(response);
  const header: HapiHeader = { ...(await headerOf(set, site, ownUrl(request, site), parameters)), format };
  return await wrapped(response, (code) => textBefore(header, format, code), textBehind(format));
}

function timeOf(text: string, code: 1402 | 1403): Time {
  const time = parseHapiTime(text);
  if (time === undefined)
    throw hapiError(code, "expected for example 2021-06-30T12:00:00Z or 2021-181T12:00Z");
  return time;
}

function checkRange(begin: Time, end: Time, source: DataSource, now: Date): void {
  if (compareTimes(begin, end) >= 0) throw hapiError(1404);
  const range = hapiRange(source, now);
  if (range === undefined) return; // such a source is no data set
  if (compareTimes(begin, range.begin) < 0 || compareTimes(end, range.end) > 0)
    throw hapiError(1405, `expected times from ${hapiTime(range.begin)} to ${hapiTime(range.end)}`);
}

function formatOf(words: HapiWords): HapiFormat {
  const format = words.get("format") ?? "csv";
  if (!isFormat(format)) throw hapiError(1409, `expected ${HAPI_FORMATS.join(", ")}`);
  return format;
}

/** The request in the words of every other way in. */
function dataWords(
  set: DataSet,
  { begin, end }: TimeRange,
  beginText: string,
  endText: string,
  formatArgs: readonly string[],
): DataWords {
  const { source, part } = set;
  const params = readerWords(set);
  const seconds = part === undefined || part.seconds === 0 ? undefined : part.seconds;
  return {
    id: source.id,
    begin,
    end,
    beginText,
    endText,
    ...(seconds === undefined
      ? {}
      : source.requiresInterval
        ? { intervalText: String(seconds) }
        : { resolution: seconds, fixedBins: true }),
    ...(params.length === 0 ? {} : { params: params.join(" ") }),
    output: "hapi",
    formatArgs,
  };
}

/** The header changes otherwise than the records: what the client has of them tells nothing of the whole. */
function withoutValidators(context: QueryContext): QueryContext {
  const headers = { ...context.request.headers, "if-none-match": undefined };
  return { ...context, request: { ...context.request, headers } };
}
