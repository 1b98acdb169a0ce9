import { basename } from "node:path";
import { archiveSettings } from "../config/archive-settings.js";
import type { Environment } from "../config/config.js";
import { isDasError } from "../errors/das-error.js";
import type { ModuleValues } from "../netdrms/module/declaration.js";
import { readParameterFile } from "../netdrms/module/parameter-file.js";
import { parseModuleArguments } from "../netdrms/module/parse-arguments.js";
import { sunKeywords } from "../netdrms/records/sun-keywords.js";
import {
  followKeyword,
  followSegment,
  type LinkStep,
  type LinkTarget,
} from "../netdrms/series/link-target.js";
import type { Keyword, Segment, Series } from "../netdrms/series/model.js";
import type { SeriesCatalog } from "../netdrms/series/series-cache.js";
import { seriesUrl } from "./archive/archive-connection.js";
import { qualityCut } from "./archive/quality-cut.js";
import { type RecordAxis, recordAxis } from "./archive/record-range.js";
import { IMAGE_ARGUMENTS } from "./drms-image/image-arguments.js";
import { imageSegment } from "./drms-image/image-segment.js";
import { RecordColumns } from "./drms-image/record-columns.js";
import { KEYWORD_ARGUMENTS } from "./drms-keywords/keyword-arguments.js";
import { shownKeywords } from "./drms-keywords/keyword-planes.js";

/** What a reader of an archive reads, and where it places it in time. */
export interface RecordsRead extends RecordAxis {
  /** The links over which it gets values, each way once; none of them is empty. */
  readonly ways: readonly (readonly LinkStep[])[];
}

/** A command line of a reader whose packets are records. */
export interface ArchiveReading {
  /** Of the database of the series; for the connection only. */
  readonly url: string;
  /** Errors: those of the reader, for what is wrong with its arguments and the series. */
  records(catalog: SeriesCatalog): Promise<RecordsRead>;
}

/** What of its records a reader looks at. */
interface Members {
  readonly keywords: readonly Keyword[];
  readonly segments: readonly Segment[];
}

/**
 * What a reader would read; `undefined` for a program that is no reader of records as packets.
 *
 * @param argv its name, or its path, and its arguments
 * @param env with the settings of the archive, as it would have them
 * Errors: USAGE, BAD_PARAMETER, BAD_CONFIG, as the reader's.
 */
export function archiveReading(argv: readonly string[], env: Environment): ArchiveReading | undefined {
  const [program = "", ...args] = argv;
  const sources = { env, readFile: readParameterFile };
  switch (basename(program)) {
    case KEYWORD_ARGUMENTS.name: {
      const { values, standard } = parseModuleArguments(KEYWORD_ARGUMENTS, args, sources);
      return {
        url: seriesUrl(standard, archiveSettings(env)),
        records: (catalog) => recordsRead(catalog, values, (axis) => keywordMembers(catalog, values, axis)),
      };
    }
    case IMAGE_ARGUMENTS.name: {
      const { values, standard } = parseModuleArguments(IMAGE_ARGUMENTS, args, sources);
      return {
        url: seriesUrl(standard, archiveSettings(env)),
        records: (catalog) => recordsRead(catalog, values, (axis) => imageMembers(catalog, values, axis)),
      };
    }
    default:
      return undefined;
  }
}

async function keywordMembers(
  catalog: SeriesCatalog,
  values: ModuleValues<typeof KEYWORD_ARGUMENTS>,
  { query: { series }, time }: RecordAxis,
): Promise<Members> {
  const { shown } = await shownKeywords(catalog, series, values, time);
  const cut = await qualityCut(catalog, series, values);
  const keywords = [
    time,
    ...(cut === undefined ? [] : [cut.keyword]),
    ...shown.map(({ keyword }) => keyword),
  ];
  return { keywords, segments: [] };
}

async function imageMembers(
  catalog: SeriesCatalog,
  values: ModuleValues<typeof IMAGE_ARGUMENTS>,
  { query, time }: RecordAxis,
): Promise<Members> {
  const { series } = query;
  const { segment } = await imageSegment(catalog, query, values.segment);
  const cut = await qualityCut(catalog, series, values);
  const { keywords } = new RecordColumns(series, time, cut?.keyword, sunKeywords(series));
  return { keywords, segments: [segment] };
}

async function recordsRead(
  catalog: SeriesCatalog,
  values: Parameters<typeof recordAxis>[1],
  membersOf: (axis: RecordAxis) => Promise<Members>,
): Promise<RecordsRead> {
  const axis = await recordAxis(catalog, values);
  const { keywords, segments } = await membersOf(axis);
  return { ...axis, ways: await waysOf(catalog, axis.query.series, keywords, segments) };
}

async function waysOf(
  catalog: SeriesCatalog,
  series: Series,
  keywords: readonly Keyword[],
  segments: readonly Segment[],
): Promise<RecordsRead["ways"]> {
  const ways = new Map<string, readonly LinkStep[]>();
  const add = (steps: readonly LinkStep[]): void => {
    if (steps.length > 0) ways.set(steps.map(({ link }) => link.name.toLowerCase()).join("."), steps);
  };
  for (const keyword of keywords) add(await stepsOf(followKeyword(catalog, series, keyword)));
  for (const segment of segments) add(await stepsOf(followSegment(catalog, series, segment)));
  return [...ways.values()];
}

/** A link that leads nowhere brings nothing, so nothing of it changes. */
async function stepsOf(target: Promise<LinkTarget<unknown>>): Promise<readonly LinkStep[]> {
  try {
    return (await target).steps;
  } catch (error) {
    if (isDasError(error, "BROKEN_LINK")) return [];
    throw error;
  }
}
