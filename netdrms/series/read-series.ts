import { DasError } from "../../errors/das-error.js";
import type { Database } from "../database/database.js";
import { parseVersion, type SeriesVersion } from "./flag-word.js";
import { integerField, type MasterRow, masterError, shown, textField } from "./master-row.js";
import { type CatalogTable, catalogTables, masterRows } from "./master-tables.js";
import type { PrimeKey, Series } from "./model.js";
import { keyList, SERIES_NAME_SYNTAX, type SeriesName, splitSeriesName } from "./names.js";
import { readPrimeKeys } from "./prime-keys.js";
import { readKeywords } from "./read-keywords.js";
import { readLinks } from "./read-links.js";
import { readSegments, segmentNumbers } from "./read-segments.js";
import { unpackRetention } from "./retention-word.js";

const MASTER_TABLES = ["drms_series", "drms_keyword", "drms_segment", "drms_link"] as const;

const INT4_MIN = -2_147_483_648;
const INT4_MAX = 2_147_483_647;

/**
 * The description of a series as the archive has it now, its name in any case: two statements, and two more where the series has
 * dynamic links. Needs no more than SELECT on the master tables.
 *
 * Errors: NO_SUCH_SERIES where namespace, description or table is not there; ARCHIVE_FAILED naming series, member and field for
 * what the specification does not know, or if the master tables may not be read; those of {@link Database}.
 * Source: netdrms 2.3, 2.10.
 */
export async function readSeries(database: Database, name: string): Promise<Series> {
  const split = splitSeriesName(name);
  if (split === undefined)
    throw new DasError("NO_SUCH_SERIES", `${shown(name)} is no series, expected ${SERIES_NAME_SYNTAX}`);
  const tables = await tablesOf(database, split);
  const rows = await masterRows(database, split.namespace, split.name.toLowerCase());
  const [fields, second] = rows.series;
  if (fields === undefined) throw unknownSeries(name);
  const place = `Series ${split.namespace}.${split.table}`;
  if (second !== undefined) throw masterError(place, "described twice, in different spellings");

  const row = { place, fields };
  const version = versionOf(row);
  const columns = tables.series.columns.map((column) => column.name);
  const segments = segmentNumbers(rows.segments, place);
  const keywords = readKeywords(rows.keywords, { place, version, segments, columns });
  const primeKeys = readPrimeKeys(textField(row, "primary_idx"), keywords, place);
  return {
    ...headerOf(row, split),
    primeKeys,
    dbIndex: keyList(textField(row, "dbidx")),
    keywords,
    segments: readSegments(rows.segments, place, version, keywords),
    links: await readLinks(database, rows.links, place, tables.series),
    hasShadow: isShadow(tables.shadow, primeKeys),
  };
}

/** The error for a name that is that of no series. */
export function unknownSeries(name: string): DasError {
  return new DasError("NO_SUCH_SERIES", `The archive has no series ${shown(name)}`);
}

/** The table of the series and that of its latest records, once it is sure that the master tables can be read. */
async function tablesOf(
  database: Database,
  { name, namespace, table }: SeriesName,
): Promise<{ readonly series: CatalogTable; readonly shadow: CatalogTable | undefined }> {
  const shadow = `${table}_shadow`;
  const wanted = [...MASTER_TABLES, table, shadow].map((each) => ({ namespace, table: each }));
  const found = await catalogTables(database, wanted);
  const [series, ...masters] = [table, ...MASTER_TABLES].map((each) => found.get(`${namespace}.${each}`));
  if (series === undefined || masters.includes(undefined)) throw unknownSeries(name);
  if (masters.some((master) => master?.readable === false))
    throw masterError(
      `Series ${namespace}.${table}`,
      "the user of the database may not read its description",
    );
  return { series, shadow: found.get(`${namespace}.${shadow}`) };
}

function versionOf(row: MasterRow): SeriesVersion {
  const text = textField(row, "version");
  const version = parseVersion(text);
  if (version === undefined) throw masterError(row.place, `version is ${shown(text)}, expected major.minor`);
  return version;
}

function headerOf(row: MasterRow, split: SeriesName) {
  const archive = integerField(row, "archive", INT4_MIN, INT4_MAX, 0);
  return {
    // The spelling of the archive, not of who asks.
    name: textField(row, "seriesname"),
    namespace: split.namespace,
    table: split.table,
    author: textField(row, "author"),
    owner: textField(row, "owner"),
    unitSize: integerField(row, "unitsize", 0, INT4_MAX, 1),
    // Any other number is 0, as in definitions (netdrms 2.11).
    archive: archive === -1 || archive === 1 ? archive : 0,
    ...unpackRetention(integerField(row, "retention", INT4_MIN, INT4_MAX, 0)),
    tapeGroup: integerField(row, "tapegroup", INT4_MIN, INT4_MAX, 0),
    created: textField(row, "created"),
    description: textField(row, "description"),
    version: textField(row, "version").trim(),
  } satisfies Partial<Series>;
}

/** A table of that name that lacks the columns of the key is none of the latest records. Source: netdrms 2.5. */
function isShadow(table: CatalogTable | undefined, primeKeys: readonly PrimeKey[]): boolean {
  if (table === undefined || !table.readable || primeKeys.length === 0) return false;
  const columns = new Set(table.columns.map(({ name }) => name));
  return columns.has("recnum") && primeKeys.every(({ internal }) => columns.has(internal.column ?? ""));
}
