import { joinSql, name, param, type Sql, sql } from "../database/sql.js";
import {
  EVERYBODY,
  grantObject,
  relationObject,
  type SchemaObject,
  schemaObject,
  tableKey,
} from "../schema/schema-object.js";
import type { Series } from "../series/model.js";
import { CHANGE_SCHEMA, CHANGES, NOTE_FUNCTION, ours, TRACKED, TRIGGERS } from "./change-names.js";
import { noteFunction } from "./note-function.js";
import { pruneFunction } from "./prune-function.js";
import { changeColumns, seriesKey } from "./record-change.js";

/** What all series whose changes are noted share: two tables and two functions. */
export function sharedObjects(): readonly SchemaObject[] {
  return [
    schemaObject("drms", CHANGE_SCHEMA),
    grantObject("drms", ["USAGE"], "SCHEMA", [CHANGE_SCHEMA], EVERYBODY),
    relationObject(
      "drms",
      CHANGE_SCHEMA,
      TRACKED,
      // `since`: the transaction that made the triggers; `pruned`: the last one whose rows are gone.
      sql`CREATE TABLE drms.heliostream_tracked (
  series text PRIMARY KEY, since xid8 NOT NULL DEFAULT pg_current_xact_id(), pruned xid8)`,
    ),
    relationObject(
      "drms",
      CHANGE_SCHEMA,
      CHANGES,
      // Rows are looked up by transaction: numbers are given out in another order than that in which rows become visible.
      sql`CREATE TABLE drms.heliostream_changes (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(), id bigint GENERATED ALWAYS AS IDENTITY,
  series text NOT NULL, kind text NOT NULL, recnum bigint, first float8, last float8, keys text[],
  at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (xid, id))`,
    ),
    grantObject("drms", ["SELECT"], "TABLE", [CHANGE_SCHEMA, TRACKED], EVERYBODY),
    grantObject("drms", ["SELECT"], "TABLE", [CHANGE_SCHEMA, CHANGES], EVERYBODY),
    noting(),
    noteFunction(),
    pruneFunction(),
  ];
}

/** Who writes a series notes it; transaction and date are not theirs to choose. */
function noting(): SchemaObject {
  const what = `noting of changes to ${EVERYBODY}`;
  return {
    place: "drms",
    key: `grant ${what}`,
    exists: sql`coalesce((SELECT has_any_column_privilege(${param(EVERYBODY, "text")}::name, c.oid, 'INSERT')
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ${param(CHANGE_SCHEMA, "text")} AND c.relname = ${param(CHANGES, "text")}), false)`,
    steps: [
      {
        description: `grant ${what}`,
        sql: sql`GRANT INSERT (series, kind, recnum, first, last, keys) ON ${ours(CHANGES)} TO PUBLIC`,
      },
    ],
  };
}

/** The triggers of a series, which also fire for rows that replication brings, and its row among those that are tracked. */
export function trackingObject(series: Series): SchemaObject {
  const table = name(series.namespace, series.table);
  const { time, keys } = changeColumns(series);
  const columns = [time ?? "", ...keys];
  return {
    place: "drms",
    key: `changes of ${seriesKey(series)}`,
    table: tableKey(CHANGE_SCHEMA, TRACKED),
    exists: sql`(SELECT count(*) = 4 FROM ${triggersOf(series)} AND g.tgargs = ${argumentBytes(columns)})
      AND ${isTracked(series)}`,
    steps: [
      ...Object.values(TRIGGERS).flatMap((trigger) => removal(table, series, trigger)),
      ...creations(series, table, columns),
      {
        description: `changes of ${series.name} count from here`,
        sql: sql`INSERT INTO ${ours(TRACKED)} (series) VALUES (${param(seriesKey(series), "text")})
  ON CONFLICT (series) DO UPDATE SET since = pg_current_xact_id(), pruned = NULL`,
      },
    ],
  };
}

/** Whether a series is among those that are tracked; their table must be there. */
export function isTracked(series: Series): Sql {
  return sql`EXISTS (SELECT FROM ${ours(TRACKED)} WHERE series = ${param(seriesKey(series), "text")})`;
}

/** What is run so that changes of a series are noted no longer; rows that are there stay until they are pruned. */
export function untracking(series: Series): SchemaObject["steps"] {
  const table = name(series.namespace, series.table);
  return [
    ...Object.values(TRIGGERS).flatMap((trigger) => removal(table, series, trigger)),
    {
      description: `changes of ${series.name} do not count`,
      sql: sql`DELETE FROM ${ours(TRACKED)} WHERE series = ${param(seriesKey(series), "text")}`,
    },
  ];
}

/** Our triggers on the table of a series that do fire, as what stands behind FROM. */
export function triggersOf({ namespace, table }: Pick<Series, "namespace" | "table">): Sql {
  return sql`pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_proc p ON p.oid = g.tgfoid JOIN pg_namespace pn ON pn.oid = p.pronamespace
      WHERE n.nspname = ${param(namespace, "text")} AND c.relname = ${param(table, "text")}
        AND g.tgenabled = 'A' AND p.proname = ${param(NOTE_FUNCTION, "text")} AND pn.nspname = ${param(CHANGE_SCHEMA, "text")}`;
}

function removal(table: Sql, series: Series, trigger: string): SchemaObject["steps"] {
  return [
    {
      description: `no older trigger ${trigger} on ${series.name}`,
      sql: sql`DROP TRIGGER IF EXISTS ${name(trigger)} ON ${table}`,
    },
  ];
}

/** What of the rows each trigger sees. */
const SEEN = {
  INSERT: sql`INSERT`,
  UPDATE: sql`UPDATE`,
  DELETE: sql`DELETE`,
  TRUNCATE: sql`TRUNCATE`,
} as const satisfies Record<keyof typeof TRIGGERS, Sql>;
const REFERENCING = {
  INSERT: sql` REFERENCING NEW TABLE AS heliostream_new`,
  UPDATE: sql` REFERENCING OLD TABLE AS heliostream_old NEW TABLE AS heliostream_new`,
  DELETE: sql` REFERENCING OLD TABLE AS heliostream_old`,
  TRUNCATE: sql``,
} as const satisfies Record<keyof typeof TRIGGERS, Sql>;

function creations(series: Series, table: Sql, columns: readonly string[]): SchemaObject["steps"] {
  const events = ["INSERT", "UPDATE", "DELETE", "TRUNCATE"] as const;
  const words = joinSql(columns.map(columnLiteral), ", ");
  return events.flatMap((event) => {
    const trigger = TRIGGERS[event];
    return [
      {
        description: `${event} on ${series.name} is noted`,
        sql: sql`CREATE TRIGGER ${name(trigger)} AFTER ${SEEN[event]} ON ${table}${REFERENCING[event]}
  FOR EACH STATEMENT EXECUTE FUNCTION ${ours(NOTE_FUNCTION)}(${words})`,
      },
      {
        description: `${event} on ${series.name} is noted also where replication brings it`,
        sql: sql`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${name(trigger)}`,
      },
    ];
  });
}

/** A name of a column as text of a statement: triggers take no parameters. Names are checked as those of statements are. */
function columnLiteral(column: string): Sql {
  if (column === "") return sql`''`;
  const { parts } = name(column);
  return { kind: "sql", parts: [`'${String(parts[0]).slice(1, -1)}'`] };
}

/** The arguments of a trigger as the catalogue keeps them: texts, each with a zero behind it. */
function argumentBytes(columns: readonly string[]): Sql {
  return sql`decode(${param(Buffer.from(columns.map((column) => `${column}\0`).join("")).toString("hex"), "text")}, 'hex')`;
}
