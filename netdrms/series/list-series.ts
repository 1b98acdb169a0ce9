import { DasError } from "../../errors/das-error.js";
import type { Database, Row } from "../database/database.js";
import { name, param, type Sql, sql } from "../database/sql.js";
import { MASTER_LIMITS } from "./limits.js";
import { catalogTables } from "./master-tables.js";
import type { Series } from "./model.js";
import { keyList } from "./names.js";
import { unpackRetention } from "./retention-word.js";

/** What a list says of a series; the members are those of {@link Series}. */
export type ListedSeries = Pick<
  Series,
  | "name"
  | "author"
  | "owner"
  | "unitSize"
  | "archive"
  | "retentionDays"
  | "stagingRetentionDays"
  | "tapeGroup"
  | "created"
  | "description"
> & {
  /** External names. */
  readonly primeKeys: readonly string[];
};

/** Which series a list is about. */
export interface SeriesFilter {
  /** POSIX extended regular expression, looked for anywhere in the name, in any case of letters. */
  readonly pattern: string;
  /** Those whose names do not match. */
  readonly inverted: boolean;
}

const MAX_PATTERN = 1000;
const MAX_NAMESPACES = 4096;
/** An archive has some thousands. */
const MAX_LISTED = 100_000;

/** A filter as people write it: `NOT ` before the pattern inverts; nothing means all. Source: export B2. */
export function parseSeriesFilter(text: string): SeriesFilter | undefined {
  const inverted = text.startsWith("NOT ");
  const pattern = inverted ? text.slice(4) : text;
  return pattern === "" ? undefined : { pattern, inverted };
}

/**
 * The series of all namespaces that the user of the database may read, by name without regard to case: three statements. External prime
 * keys are told by the ending of index keywords (netdrms 1.6).
 *
 * Errors: BAD_QUERY for a pattern that is none or has more than 1000 characters; ARCHIVE_FAILED for an archive without a list of
 * namespaces, or with more than is sensible; those of {@link Database}. Source: netdrms 2.2, 2.3, 2.7; export B2.
 */
export async function listSeries(
  database: Database,
  filter?: SeriesFilter,
): Promise<readonly ListedSeries[]> {
  if (filter !== undefined && filter.pattern.length > MAX_PATTERN)
    throw new DasError(
      "BAD_QUERY",
      `A pattern of ${filter.pattern.length} characters, expected at most ${MAX_PATTERN}`,
    );
  const namespaces = await readableNamespaces(database);
  if (namespaces.length === 0) return [];
  const branches = namespaces.map((namespace) => seriesOf(namespace, filter));
  const all = branches.reduce((united, branch) => sql`${united} UNION ALL ${branch}`);
  const rows = await database.query(sql`${all} LIMIT ${param(MAX_LISTED + 1, "int4")}`);
  if (rows.length > MAX_LISTED)
    throw new DasError("ARCHIVE_FAILED", `More than ${MAX_LISTED} series, expected a pattern for fewer`);
  return rows
    .map((row) => ({ key: text(row, "name").toLowerCase(), series: listed(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ series }) => series);
}

/** Namespaces whose list of series may be read. */
async function readableNamespaces(database: Database): Promise<readonly string[]> {
  const admin = await catalogTables(database, [{ namespace: "admin", table: "ns" }]);
  if (admin.get("admin.ns")?.readable !== true)
    throw new DasError("ARCHIVE_FAILED", "The archive has no list of namespaces that its user may read");
  const rows = await database.query(
    sql`SELECT DISTINCT lower(name) AS name FROM ${name("admin", "ns")} ORDER BY 1 LIMIT ${param(MAX_NAMESPACES + 1, "int4")}`,
  );
  if (rows.length > MAX_NAMESPACES)
    throw new DasError("ARCHIVE_FAILED", `The archive has more than ${MAX_NAMESPACES} namespaces`);
  const tables = await catalogTables(
    database,
    rows.map((row) => ({ namespace: text(row, "name"), table: "drms_series" })),
  );
  return rows
    .map((row) => text(row, "name"))
    .filter((each) => /^[a-z_][a-z0-9_]*$/.test(each) && tables.get(`${each}.drms_series`)?.readable);
}

function seriesOf(namespace: string, filter: SeriesFilter | undefined): Sql {
  const cut = param(MASTER_LIMITS.text, "int4");
  const prefix = `${namespace}.`;
  return sql`SELECT s.seriesname AS name, left(s.author, ${cut}) AS author, left(s.owner, ${cut}) AS owner,
      s.unitsize::int4 AS unit_size, s.archive::int4 AS archive, s.retention::int4 AS retention,
      s.tapegroup::int4 AS tape_group, left(s.created, ${cut}) AS created,
      left(s.description, ${cut}) AS description, left(s.primary_idx, ${cut}) AS primary_index
    FROM ${name(namespace, "drms_series")} s
    JOIN pg_namespace n ON n.nspname = ${param(namespace, "text")}
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
      AND c.relname = substr(lower(s.seriesname), ${param(prefix.length + 1, "int4")})
    WHERE starts_with(lower(s.seriesname), ${param(prefix, "text")})
      AND has_table_privilege(c.oid, 'SELECT') AND ${matches(filter)}`;
}

function matches(filter: SeriesFilter | undefined): Sql {
  if (filter === undefined) return sql`true`;
  const pattern = param(filter.pattern, "text");
  return filter.inverted ? sql`s.seriesname !~* ${pattern}` : sql`s.seriesname ~* ${pattern}`;
}

function listed(row: Row): ListedSeries {
  const archive = Number(row.archive);
  return {
    name: text(row, "name"),
    author: text(row, "author"),
    owner: text(row, "owner"),
    unitSize: Number(row.unit_size),
    // Any other number is 0, as in definitions (netdrms 2.11).
    archive: archive === -1 || archive === 1 ? archive : 0,
    ...unpackRetention(Number(row.retention)),
    tapeGroup: Number(row.tape_group),
    created: text(row, "created"),
    description: text(row, "description"),
    primeKeys: keyList(text(row, "primary_index")).map((key) => key.replace(/_index$/i, "")),
  };
}

function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : "";
}
