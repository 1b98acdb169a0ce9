import { checkSlots, defineDbIndex, definePrimeKeys } from "./define-keys.js";
import { defineKeywords } from "./define-keywords.js";
import { findTargets, type LinkToTarget, linkOf } from "./define-links.js";
import { defineSegments } from "./define-segments.js";
import { checkInteger, checkText } from "./definition-checks.js";
import { CURRENT_VERSION } from "./flag-word.js";
import { definitionError } from "./jsd-line.js";
import { SERIES_LIMITS } from "./limits.js";
import { shown } from "./master-row.js";
import { findNamed, type Keyword, type Segment, type Series } from "./model.js";
import { SERIES_NAME_SYNTAX, type SeriesName, splitSeriesName } from "./names.js";
import { MAX_RETENTION_DAYS } from "./retention-word.js";
import type { SeriesCatalog } from "./series-cache.js";
import type { DefinitionPart, PlaceOf, SeriesDefinition } from "./series-definition.js";

/** What a new series has from elsewhere than its definition. */
export interface SeriesOrigin {
  /** The database user that makes it. */
  readonly owner: string;
  /** Local time of now, `YYYY-MM-DD hh:mm:ss`. */
  readonly created: string;
  /** For the series that links lead to. */
  readonly catalog: SeriesCatalog;
}

/** A series that can be made, and what a person should hear of it. */
export interface DefinedSeries {
  readonly series: Series;
  readonly warnings: readonly string[];
}

const INT4_MIN = -2_147_483_648;
const INT4_MAX = 2_147_483_647;

/**
 * The series that a definition asks for, with all that follows from it: ranks, columns, implicit keywords, keys. A table of its latest
 * records it does not have yet, even where the definition asks for one.
 *
 * @param placeOf how messages name a part, such as the line of a file; missing: `keyword QUALITY`
 * Errors: BAD_DEFINITION naming the part, the value and what was expected, for anything that netdrms 1.2 does not allow, for keys
 * that are no keywords, slotted keywords without their companions and names or columns used twice; those of
 * {@link SeriesCatalog.series} but NO_SUCH_SERIES. Source: netdrms 1, 2.3, 2.4, 2.11.
 */
export async function defineSeries(
  definition: SeriesDefinition,
  origin: SeriesOrigin,
  placeOf: PlaceOf = partName,
): Promise<DefinedSeries> {
  const split = checkHeaders(definition, placeOf);
  const segments = defineSegments(definition.segments, placeOf);
  const keywords = defineKeywords(definition.keywords, segments, placeOf);
  const targets = await findTargets(definition.links, definition.name, origin.catalog, placeOf);
  checkLinked(keywords, segments, targets, placeOf);
  const primeKeys = definePrimeKeys(definition.primeKeys, keywords, placeOf);
  const warnings = checkSlots(keywords, primeKeys, placeOf);
  const series: Series = {
    name: split.name,
    namespace: split.namespace,
    table: split.table,
    author: definition.author,
    owner: origin.owner,
    unitSize: definition.unitSize,
    archive: definition.archive,
    retentionDays: definition.retentionDays,
    stagingRetentionDays: definition.stagingRetentionDays,
    tapeGroup: definition.tapeGroup,
    created: origin.created,
    description: definition.description,
    version: CURRENT_VERSION,
    primeKeys,
    dbIndex: defineDbIndex(definition.dbIndex, keywords, placeOf),
    keywords,
    segments,
    links: targets.map((target) => linkOf(target, primeKeys)),
    hasShadow: false,
  };
  checkColumns(series, placeOf);
  return { series, warnings };
}

function partName(part: DefinitionPart, name: string): string {
  return `${part} ${name}`;
}

function checkHeaders(definition: SeriesDefinition, placeOf: PlaceOf): SeriesName {
  const split = splitSeriesName(definition.name);
  // Tables of that name describe the series of a namespace.
  if (split === undefined || split.table.startsWith("drms_"))
    throw definitionError(
      placeOf("header", "Seriesname"),
      `name ${shown(definition.name)}, expected ${SERIES_NAME_SYNTAX}, the table not beginning with drms_`,
    );
  checkText(placeOf("header", "Author"), "author", definition.author, SERIES_LIMITS.description);
  checkText(
    placeOf("header", "Description"),
    "description",
    definition.description,
    SERIES_LIMITS.description,
  );
  const least = definition.segments.length > 0 ? 1 : 0;
  checkInteger(placeOf("header", "Unitsize"), "unit size", definition.unitSize, least, SERIES_LIMITS.slots);
  checkInteger(placeOf("header", "Archive"), "archive", definition.archive, -1, 1);
  for (const [word, days] of [
    ["Retention", definition.retentionDays],
    ["StagingRetention", definition.stagingRetentionDays],
  ] as const)
    checkInteger(placeOf("header", word), "days", days, 0, MAX_RETENTION_DAYS);
  checkInteger(placeOf("header", "Tapegroup"), "tape group", definition.tapeGroup, INT4_MIN, INT4_MAX);
  if (definition.createShadow && definition.primeKeys.length === 0)
    throw definitionError(
      placeOf("header", "CreateShadow"),
      "a table of latest records, expected prime keys for it",
    );
  return split;
}

/** Every linked member goes through a link of the series, to a member that is there if its series is. */
function checkLinked(
  keywords: readonly Keyword[],
  segments: readonly Segment[],
  targets: readonly LinkToTarget[],
  placeOf: PlaceOf,
): void {
  const links = targets.map(({ definition, target }) => ({ name: definition.name, target }));
  for (const [part, members] of [
    ["keyword", keywords],
    ["segment", segments],
  ] as const)
    for (const { name, link } of members) {
      if (link === undefined) continue;
      const place = placeOf(part, name);
      const found = findNamed(links, link.link);
      if (found === undefined)
        throw definitionError(place, `link ${shown(link.link)}, expected a link of the definition`);
      const there = part === "keyword" ? found.target?.keywords : found.target?.segments;
      if (there !== undefined && findNamed<Keyword | Segment>(there, link.target) === undefined)
        throw definitionError(place, `series ${found.target?.name} has no ${part} ${link.target}`);
    }
}

const RECORD_COLUMNS = ["recnum", "sunum", "slotnum", "sessionid", "sessionns"];
/** Columns that PostgreSQL gives every table (its documentation, "System Columns"). */
const SYSTEM_COLUMNS = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"];
/** Most columns of a table of PostgreSQL. */
const MAX_COLUMNS = 1600;

function checkColumns(series: Series, placeOf: PlaceOf): void {
  const columns = new Map<string, string>(RECORD_COLUMNS.map((column) => [column, "every series"]));
  const systems = new Map(SYSTEM_COLUMNS.map((column) => [column, "every table"]));
  const add = (column: string | undefined, part: DefinitionPart, name: string): void => {
    if (column === undefined) return;
    const other = columns.get(column) ?? systems.get(column);
    if (other !== undefined)
      throw definitionError(
        placeOf(part, name),
        `column "${column}" is one of ${other} already, expected another name`,
      );
    columns.set(column, `${part} ${name}`);
  };
  for (const link of series.links)
    for (const column of link.kind === "static"
      ? [link.column]
      : [link.setColumn, ...link.keys.map((key) => key.column)])
      add(column, "link", link.name);
  for (const { fileColumn, axisColumns, name } of series.segments)
    for (const column of [fileColumn, ...axisColumns]) add(column, "segment", name);
  for (const { column, baseName } of series.keywords) add(column, "keyword", baseName);
  if (columns.size > MAX_COLUMNS)
    throw definitionError("The definition", `${columns.size} columns, expected at most ${MAX_COLUMNS}`);
}
