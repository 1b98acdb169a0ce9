import { DasError } from "../../errors/das-error.js";
import { name, param, type Sql, sql } from "../database/sql.js";
import {
  EVERYBODY,
  grantObject,
  relationObject,
  type SchemaObject,
  schemaObject,
  tableKey,
} from "./schema-object.js";

/** What a namespace is for: ordinary users, or production. Informational. Source: netdrms 2.2, 2.8. */
export type NamespaceGroup = "user" | "sys";

/** A namespace that is to be there. */
export interface WantedNamespace {
  /** Lower case. */
  readonly name: string;
  readonly group: NamespaceGroup;
  /** Role that owns it. */
  readonly owner: string;
}

/** The tables that every namespace holds, by name. Source: netdrms 2.3. */
const MASTER_TABLES: Readonly<Record<string, (table: Sql) => Sql>> = {
  drms_series: (table) => sql`CREATE TABLE ${table} (
  seriesname text NOT NULL, author text NOT NULL, owner text NOT NULL, unitsize int4 NOT NULL, archive int4 NOT NULL,
  retention int4 NOT NULL, tapegroup int4 NOT NULL, primary_idx text NOT NULL, created text NOT NULL,
  description text, dbidx text, version text, PRIMARY KEY (seriesname))`,
  drms_keyword: (table) => sql`CREATE TABLE ${table} (
  seriesname text NOT NULL, keywordname text NOT NULL, linkname text, targetkeyw text, type text, defaultval text,
  format text, unit text, islink int4 DEFAULT 0, isconstant int4, persegment int4, description text,
  PRIMARY KEY (seriesname, keywordname))`,
  drms_link: (table) => sql`CREATE TABLE ${table} (
  seriesname text NOT NULL, linkname text NOT NULL, target_seriesname text NOT NULL, type text, description text,
  PRIMARY KEY (seriesname, linkname))`,
  drms_segment: (table) => sql`CREATE TABLE ${table} (
  seriesname text NOT NULL, segmentname text NOT NULL, segnum int4, scope text, type text, naxis int4, axis text,
  unit text, protocol text, description text, islink int4 DEFAULT 0, linkname text, targetseg text,
  cseg_recnum bigint DEFAULT 0, PRIMARY KEY (seriesname, segmentname))`,
  drms_session: (table) => sql`CREATE TABLE ${table} (
  sessionid int8 NOT NULL, hostname text, port int4, pid int4, sunum int8, sudir text, username text, starttime text,
  lastcontact text, endtime text, clients int4, status text, sums_thread_status text, jsoc_version text,
  PRIMARY KEY (sessionid))`,
};

/**
 * A namespace: its schema, its master tables and its row in the list of namespaces. Source: netdrms 2.3, 2.8.
 * Errors: BAD_PARAMETER for `public`, which is no namespace.
 */
export function namespaceObjects({ name: space, group, owner }: WantedNamespace): readonly SchemaObject[] {
  if (space === "public") throw new DasError("BAD_PARAMETER", "namespace public, expected one of its own");
  const tables = Object.entries(MASTER_TABLES);
  return [
    schemaObject("drms", space, owner),
    grantObject("drms", ["CREATE", "USAGE"], "SCHEMA", [space], owner),
    grantObject("drms", ["USAGE"], "SCHEMA", [space], EVERYBODY),
    {
      place: "drms",
      key: `namespace ${space}`,
      table: tableKey("admin", "ns"),
      exists: sql`EXISTS (SELECT FROM admin.ns WHERE lower(name) = ${param(space, "text")})`,
      steps: [
        {
          description: `namespace ${space} of group ${group}, owned by ${owner}`,
          sql: sql`INSERT INTO admin.ns (name, nsgroup, owner)
  VALUES (${param(space, "text")}, ${param(group, "text")}, ${param(owner, "text")})`,
        },
      ],
    },
    ...tables.map(([table, create]) =>
      relationObject("drms", space, table, create(name(space, table)), { owner }),
    ),
    relationObject(
      "drms",
      space,
      "drms_sessionid_seq",
      sql`CREATE SEQUENCE ${name(space, "drms_sessionid_seq")}`,
      { kind: "sequence", owner },
    ),
    ...tables.map(([table]) => grantObject("drms", ["SELECT"], "TABLE", [space, table], EVERYBODY)),
  ];
}

/** The namespace in which a user's sessions are kept, unless the user has one. Source: netdrms 2.8, 2.9. */
export function sessionNamespaceObject(user: string, space: string): SchemaObject {
  return {
    place: "drms",
    key: `session namespace of ${user}`,
    table: tableKey("admin", "sessionns"),
    exists: sql`EXISTS (SELECT FROM admin.sessionns WHERE username = ${param(user, "text")})`,
    steps: [
      {
        description: `sessions of ${user} are kept in ${space}`,
        sql: sql`INSERT INTO admin.sessionns (username, sessionns)
  VALUES (${param(user, "text")}, ${param(space, "text")})`,
      },
    ],
  };
}
