import type { Database, Row } from "../database/database.js";
import { name, param, type Sql, sql } from "../database/sql.js";
import { MASTER_LIMITS, SERIES_LIMITS } from "./limits.js";

/** A table or view of a namespace as the catalogue of the database knows it. */
export interface CatalogTable {
  readonly name: string;
  /** Whether the user may read it. */
  readonly readable: boolean;
  /** Names and types (`bigint`, `double precision`) in the order of the table. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** Fields of one master row, column by column, as text. */
export type MasterFields = Readonly<Record<string, string | null>>;

/** The master rows of one series. */
export interface MasterRows {
  readonly series: readonly MasterFields[];
  readonly keywords: readonly MasterFields[];
  readonly segments: readonly MasterFields[];
  readonly links: readonly MasterFields[];
}

/**
 * Those of the tables that exist, in any of the namespaces, by `namespace.table`. Asked of the catalogue, which answers
 * without an error what is not there or may not be read: an error would end the transaction.
 */
export async function catalogTables(
  database: Database,
  tables: readonly { readonly namespace: string; readonly table: string }[],
): Promise<ReadonlyMap<string, CatalogTable>> {
  const rows = await database.query(sql`SELECT n.nspname::text AS namespace, c.relname::text AS name,
      has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable,
      ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
        AND NOT a.attisdropped ORDER BY a.attnum) AS columns,
      ARRAY(SELECT format_type(a.atttypid, NULL) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
        AND NOT a.attisdropped ORDER BY a.attnum) AS types
    FROM unnest(${param(
      tables.map(({ namespace }) => namespace),
      "text[]",
    )}, ${param(
      tables.map(({ table }) => table),
      "text[]",
    )}) AS wanted(namespace, name)
    JOIN pg_namespace n ON n.nspname = wanted.namespace
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f')`);
  return new Map(
    rows.map((row) => {
      const types = texts(row.types);
      const columns = texts(row.columns).map((column, n) => ({ name: column, type: types[n] ?? "" }));
      const table = String(row.name);
      return [`${String(row.namespace)}.${table}`, { name: table, readable: row.readable === true, columns }];
    }),
  );
}

function texts(value: Row[string] | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/**
 * All master rows of a series in one statement; the tables must exist. Columns that a table does not have are absent, so old
 * archives need no statements of their own.
 *
 * @param series name in lower case
 */
export async function masterRows(database: Database, namespace: string, series: string): Promise<MasterRows> {
  const rows = await database.query(
    unionAll([
      branch("series", namespace, "drms_series", series, 2),
      branch("keyword", namespace, "drms_keyword", series, MASTER_LIMITS.keywordRows + 1),
      branch("segment", namespace, "drms_segment", series, SERIES_LIMITS.segments + 1),
      branch("link", namespace, "drms_link", series, MASTER_LIMITS.linkRows + 1),
    ]),
  );
  const ofKind = (kind: string) => rows.filter((row) => row.kind === kind).map(fieldsOf);
  return {
    series: ofKind("series"),
    keywords: ofKind("keyword"),
    segments: ofKind("segment"),
    links: ofKind("link"),
  };
}

function branch(kind: string, namespace: string, table: string, series: string, limit: number): Sql {
  return sql`(SELECT ${param(kind, "text")} AS kind, ${FIELDS} AS fields FROM ${name(namespace, table)} m
    WHERE lower(m.seriesname) = ${param(series, "text")} LIMIT ${param(limit, "int4")})`;
}

/** Row `m` as an object of texts: numbers stay exact, and a text is cut where the reader can see that it was too long. */
const FIELDS = sql`(SELECT jsonb_object_agg(f.key, left(f.value, ${param(MASTER_LIMITS.text + 1, "int4")}))
    FROM jsonb_each_text(to_jsonb(m)) f)::text`;

function fieldsOf(row: Row): MasterFields {
  // Made by jsonb_object_agg of texts, see FIELDS.
  return JSON.parse(String(row.fields)) as MasterFields;
}

function unionAll(selects: readonly Sql[]): Sql {
  return selects.reduce((all, select) => sql`${all} UNION ALL ${select}`);
}

/** Prime key of a series that a link leads to. */
export interface TargetKeyRows {
  /** `primary_idx`. */
  readonly primaryIndex: string;
  /** Master rows of the keywords named there. */
  readonly keywords: readonly MasterFields[];
}

/**
 * Prime keys of several series in one statement, by lower-case series name; what does not exist is absent.
 *
 * @param targets lower-case series names by namespace; the namespaces' master tables must exist
 */
export async function targetKeys(
  database: Database,
  targets: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<ReadonlyMap<string, TargetKeyRows>> {
  if (targets.size === 0) return new Map();
  const rows = await database.query(
    unionAll([...targets].map(([namespace, series]) => targetKeyBranch(namespace, [...series]))),
  );
  const found = new Map<string, { primaryIndex: string; keywords: MasterFields[] }>();
  for (const row of rows) {
    const series = String(row.series);
    const target = found.get(series) ?? { primaryIndex: String(row.primary_index ?? ""), keywords: [] };
    found.set(series, target);
    if (row.fields !== null) target.keywords.push(fieldsOf(row));
  }
  return found;
}

function targetKeyBranch(namespace: string, series: readonly string[]): Sql {
  const limit = series.length * (SERIES_LIMITS.primeKeys + 1);
  return sql`(SELECT lower(s.seriesname) AS series,
      left(s.primary_idx, ${param(MASTER_LIMITS.text, "int4")}) AS primary_index, ${FIELDS} AS fields
    FROM ${name(namespace, "drms_series")} s LEFT JOIN ${name(namespace, "drms_keyword")} m
      ON lower(m.seriesname) = lower(s.seriesname)
      AND lower(m.keywordname) = ANY (regexp_split_to_array(lower(btrim(s.primary_idx)), '\\s*,\\s*'))
    WHERE lower(s.seriesname) = ANY (${param(series, "text[]")}) LIMIT ${param(limit, "int4")})`;
}
