import { name, param, type Sql, sql } from "../database/sql.js";

/**
 * Where an object lives: in the server as a whole (roles, databases), or in the database of the records or of the storage units. Where
 * those are in two servers, each has roles.
 */
export type Place = "drms-server" | "sums-server" | "drms" | "sums";

/** One statement of a plan. */
export interface Statement {
  readonly place: Place;
  /** What it does, for people; never a password. */
  readonly description: string;
  readonly sql: Sql;
  /** Its text is not to be shown. */
  readonly secret?: true;
}

/** Something that is to be there: how to see that it is, and how to make it. */
export interface SchemaObject {
  readonly place: Place;
  /** Names it among all objects of a plan. */
  readonly key: string;
  /** A boolean expression. Of a row it reads its table, see `table`. */
  readonly exists: Sql;
  /** Key of the table that must be there before `exists` can be asked. */
  readonly table?: string;
  readonly steps: readonly Omit<Statement, "place">[];
}

/** A kind of privilege and what it is on. */
export type PrivilegeTarget = "SCHEMA" | "TABLE" | "SEQUENCE";

/** A privilege as GRANT spells it; `ALL` stands for all of the kind. */
export type Privilege = "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "USAGE" | "CREATE" | "ALL";

/** The role that stands for everybody. */
export const EVERYBODY = "public";

/** Key of a table. */
export function tableKey(schema: string, table: string): string {
  return `table ${schema}.${table}`;
}

/** A schema; `owner` missing: who runs the plan. */
export function schemaObject(place: Place, schema: string, owner?: string): SchemaObject {
  const authorization = owner === undefined ? sql`` : sql` AUTHORIZATION ${name(owner)}`;
  return {
    place,
    key: `schema ${schema}`,
    exists: sql`EXISTS (SELECT FROM pg_namespace WHERE nspname = ${param(schema, "text")})`,
    steps: [{ description: `schema ${schema}`, sql: sql`CREATE SCHEMA ${name(schema)}${authorization}` }],
  };
}

/** A table, or a sequence where `kind` says so. */
export function relationObject(
  place: Place,
  schema: string,
  relation: string,
  create: Sql,
  options: { readonly kind?: "table" | "sequence"; readonly owner?: string | undefined } = {},
): SchemaObject {
  const kind = options.kind ?? "table";
  const create_ = { description: `${kind} ${schema}.${relation}`, sql: create };
  return {
    place,
    key: `${kind} ${schema}.${relation}`,
    exists: sql`EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ${param(schema, "text")} AND c.relname = ${param(relation, "text")})`,
    steps:
      options.owner === undefined ? [create_] : [create_, ownership(kind, schema, relation, options.owner)],
  };
}

function ownership(
  kind: "table" | "sequence",
  schema: string,
  relation: string,
  owner: string,
): Omit<Statement, "place"> {
  const what = kind === "table" ? sql`TABLE` : sql`SEQUENCE`;
  return {
    description: `${kind} ${schema}.${relation} belongs to ${owner}`,
    sql: sql`ALTER ${what} ${name(schema, relation)} OWNER TO ${name(owner)}`,
  };
}

/** An index; whichever has exactly these columns will do, for the names of indexes differ from site to site. */
export function indexObject(
  place: Place,
  schema: string,
  table: string,
  columns: readonly string[],
  create: Sql,
): SchemaObject {
  const what = `${schema}.${table} (${columns.join(", ")})`;
  return {
    place,
    key: `index on ${what}`,
    exists: sql`EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ${param(schema, "text")} AND c.relname = ${param(table, "text")} AND i.indpred IS NULL
        AND ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY k.place)
        = ${param(columns, "text[]")})`,
    steps: [{ description: `index on ${what}`, sql: create }],
  };
}

/**
 * A function with these argument types; one that is there is kept, whatever it does.
 * @param types as the catalogue spells them: `text`, `integer`
 */
export function functionObject(
  place: Place,
  schema: string,
  routine: string,
  types: readonly string[],
  create: Sql,
): SchemaObject {
  const signature = `${schema}.${routine}(${types.join(", ")})`;
  return {
    place,
    key: `function ${signature}`,
    exists: sql`EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname = ${param(schema, "text")} AND p.proname = ${param(routine, "text")}
        AND ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) AS t) = ${param(types, "text[]")})`,
    steps: [{ description: `function ${signature}`, sql: create }],
  };
}

/** What `ALL` consists of, in every version of PostgreSQL. */
const ALL_PRIVILEGES = {
  SCHEMA: ["USAGE", "CREATE"],
  TABLE: ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"],
  SEQUENCE: ["USAGE", "SELECT", "UPDATE"],
} as const satisfies Record<PrivilegeTarget, readonly string[]>;

/** Privileges as words of a statement. */
const PRIVILEGE_SQL = {
  SELECT: sql`SELECT`,
  INSERT: sql`INSERT`,
  UPDATE: sql`UPDATE`,
  DELETE: sql`DELETE`,
  USAGE: sql`USAGE`,
  CREATE: sql`CREATE`,
  ALL: sql`ALL`,
} as const satisfies Record<Privilege, Sql>;

/** How the catalogue is asked whether a role has a privilege on an object. */
const ASKED = {
  SCHEMA: {
    word: sql`SCHEMA`,
    holds: sql`has_schema_privilege`,
    from: (schema: string) => sql`(SELECT oid FROM pg_namespace WHERE nspname = ${param(schema, "text")})`,
  },
  TABLE: { word: sql`TABLE`, holds: sql`has_table_privilege`, from: relationId },
  SEQUENCE: { word: sql`SEQUENCE`, holds: sql`has_sequence_privilege`, from: relationId },
} as const;

function relationId(schema: string, relation: string): Sql {
  return sql`(SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ${param(schema, "text")} AND c.relname = ${param(relation, "text")})`;
}

/**
 * Privileges of a role. They are there if the role has them in whatever way, as the owner or through another role.
 * @param object a schema, or a schema and a relation of it
 */
export function grantObject(
  place: Place,
  privileges: readonly Privilege[],
  target: PrivilegeTarget,
  object: readonly [schema: string, relation?: string],
  role: string,
): SchemaObject {
  const [schema, relation] = object;
  const { word, holds, from } = ASKED[target];
  const all = privileges.flatMap((privilege) => (privilege === "ALL" ? ALL_PRIVILEGES[target] : [privilege]));
  const path = relation === undefined ? [schema] : [schema, relation];
  const what = `${privileges.join(", ")} on ${target.toLowerCase()} ${path.join(".")} to ${role}`;
  const grantee = role === EVERYBODY ? sql`PUBLIC` : name(role);
  const listed = privileges.map((privilege) => PRIVILEGE_SQL[privilege]);
  return {
    place,
    key: `grant ${what}`,
    // The roles of a new plan are not there yet, and asking for one that is not is an error.
    exists: sql`CASE WHEN ${param(role === EVERYBODY, "bool")}
        OR EXISTS (SELECT FROM pg_roles WHERE rolname = ${param(role, "text")})
      THEN (SELECT bool_and(coalesce(${holds}(${param(role, "text")}::name, o.oid, p), false))
        FROM (SELECT ${from(schema, relation ?? "")} AS oid) AS o, unnest(${param(all, "text[]")}) AS p)
      ELSE false END`,
    steps: [
      {
        description: `grant ${what}`,
        sql: sql`GRANT ${commaList(listed)} ON ${word} ${name(...path)} TO ${grantee}`,
      },
    ],
  };
}

function commaList(pieces: readonly Sql[]): Sql {
  return pieces.reduce((list, piece) => sql`${list}, ${piece}`);
}
