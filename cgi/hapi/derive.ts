import type { DataQuery } from "../../dsdf/data-query.js";
import { planStages } from "../../dsdf/stages.js";
import { OUTCOME } from "../../errors/das-error.js";
import { describePacket } from "../../formats/hapi/describe-packet.js";
import { fileParameter, readFileLink } from "../../formats/hapi/file-parameter.js";
import type { DescribedParameter } from "../../formats/hapi/parameter.js";
import { sampleRanges } from "../../formats/hapi/source-facts.js";
import { builtInProgram } from "../../pipeline/built-in.js";
import { runPipelineItems } from "../../pipeline/run.js";
import type { TimeRange } from "../../stream/time.js";
import { pipelineSetting } from "../data/pipeline-setting.js";
import type { Site } from "../site.js";
import { type DataSet, readerWords } from "./data-sets.js";
import { type BeginRead, readBegin } from "./first-records.js";
import { hapiError } from "./hapi-error.js";

/** What the stream of a data set tells of it. */
export interface Derived {
  readonly parameters: readonly DescribedParameter[];
  /** The middle one of the distances of the first records, seconds; missing where there were too few. */
  readonly cadenceSeconds?: number;
}

/** Ranges that are tried until one has data. */
const MAX_RANGES = 3;
/** For how long one may go on, milliseconds. */
const TIME_LIMIT_MS = 60_000;

/**
 * Runs the pipeline of a data set over a short range of its source, and leaves it as soon as the headers and a few records are there.
 * Errors: 1501 where no range gives a header; those of pipelines; NOT_TIME_SERIES. Source: das2-server 11.3.
 */
export async function derive(site: Site, set: DataSet): Promise<Derived> {
  let failed: BeginRead | undefined;
  for (const range of sampleRanges(set.source, site.now()).slice(0, MAX_RANGES)) {
    const read = await beginOf(site, set, range);
    if (read.kind === "read") {
      const { stream, packet, times } = read.begin;
      const cadenceSeconds = cadence(times);
      const parameters = describePacket(stream, packet, { firstTimes: times });
      return {
        parameters: [...parameters, ...(await fileParameters(site, set, parameters))],
        ...(cadenceSeconds === undefined ? {} : { cadenceSeconds }),
      };
    }
    if (read.exception !== undefined && read.exception.type !== OUTCOME.NO_DATA.exception) failed = read;
  }
  throw hapiError(
    1501,
    failed === undefined
      ? "nothing was found that tells what the data are like"
      : "the reader of this data set failed",
  );
}

/** The column of files, where the definition names a source of files that everybody may have. */
async function fileParameters(
  site: Site,
  { source, part }: DataSet,
  others: readonly DescribedParameter[],
): Promise<readonly DescribedParameter[]> {
  const text = source.keywords.get("hapiFile");
  const link = text === undefined ? undefined : readFileLink(text);
  // A mean has no file.
  if (link === undefined || (part !== undefined && part.seconds > 0)) return [];
  const files = await site.sources.find(link.sourceId);
  if (files?.form !== "file" || files.access.length > 0) return [];
  const names = others.map(({ column }) => column.name);
  return [fileParameter(link, files.fileType, names)];
}

function beginOf(site: Site, set: DataSet, range: TimeRange): Promise<BeginRead> {
  const { source, part } = set;
  const { tools, limits, env, grants, slots } = pipelineSetting(site);
  const seconds = part === undefined || part.seconds === 0 ? undefined : part.seconds;
  const query: DataQuery = {
    sourceId: source.id,
    ...range,
    requested: range,
    params: readerWords(set),
    output: source.form === "das3" ? "das2" : "stream",
    ...(seconds === undefined
      ? {}
      : source.requiresInterval
        ? { interval: seconds }
        : { resolution: seconds }),
  };
  const run = runPipelineItems(planStages(source, query, tools), {
    programs: site.programs ?? builtInProgram,
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
    limits,
    env,
    grants,
    slots,
  });
  return readBegin(run.items);
}

/** The median distance in seconds, in four digits; `undefined` for less than three records. */
function cadence(times: readonly number[]): number | undefined {
  const steps = times.slice(1).map((t, i) => t - times[i]!);
  const known = steps.filter((step) => step > 0 && Number.isFinite(step)).sort((a, b) => a - b);
  if (known.length < 2) return undefined;
  return Number((known[known.length >> 1]! / 1e6).toPrecision(4));
}
