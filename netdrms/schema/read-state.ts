import type { Database, Row } from "../database/database.js";
import { joinSql, param, type Sql, sql } from "../database/sql.js";
import { archiveObjects } from "./archive-objects.js";
import { objectKey, type SetupState, type SunumSequence } from "./plan-setup.js";
import type { Place, SchemaObject } from "./schema-object.js";
import { SUNUM_SEQUENCE } from "./sums-objects.js";
import type { WantedArchive } from "./wanted.js";

/** Databases to ask, by place; one that is not there yet is missing. */
export type StateSources = Readonly<Partial<Record<Place, Database>>>;

/** Questions in one statement: each has a handful of parameters, of which a statement takes 65,535. */
const QUESTIONS_AT_ONCE = 500;

/**
 * Looks what an archive has of what is wanted; changes nothing.
 * Errors: those of {@link Database}.
 */
export async function readSetupState(sources: StateSources, wanted: WantedArchive): Promise<SetupState> {
  const present = new Set<string>();
  const objects = archiveObjects(wanted);
  for (const place of ["drms-server", "sums-server", "drms", "sums"] as const) {
    const database = sources[place];
    if (database === undefined) continue;
    const here = objects.filter((object) => object.place === place);
    const ask = async (asked: readonly SchemaObject[]): Promise<void> => {
      for (const object of await askPresent(database, asked)) present.add(objectKey(object));
    };
    await ask(here.filter(({ table }) => table === undefined));
    // The table of a row that is asked for must be there.
    await ask(
      here.filter(({ table }) => table !== undefined && present.has(objectKey({ place, key: table }))),
    );
  }
  const namespaces = present.has(objectKey({ place: "drms", key: "table admin.ns" }))
    ? sources.drms
    : undefined;
  const sunums = sources.sums === undefined ? undefined : await readSunums(sources.sums);
  return {
    present,
    namespaceOwners: namespaces === undefined ? new Map() : await readOwners(namespaces),
    ...(sunums === undefined ? {} : { sunums }),
  };
}

/** Those of the objects that are there. */
export async function askPresent(
  database: Database,
  objects: readonly SchemaObject[],
): Promise<readonly SchemaObject[]> {
  const present: SchemaObject[] = [];
  for (let at = 0; at < objects.length; at += QUESTIONS_AT_ONCE) {
    const some = objects.slice(at, at + QUESTIONS_AT_ONCE);
    const questions = some.map(({ exists }, n): Sql => sql`(${param(n, "int4")}, ${exists})`);
    const rows = await database.query(
      sql`SELECT n FROM (VALUES ${joinSql(questions, ", ")}) AS asked(n, present) WHERE present`,
    );
    present.push(...rows.map(({ n }) => some[Number(n)]).filter((object) => object !== undefined));
  }
  return present;
}

async function readOwners(database: Database): Promise<ReadonlyMap<string, string>> {
  const rows = await database.query(sql`SELECT lower(name) AS name, owner FROM admin.ns`);
  return new Map(rows.map(({ name, owner }) => [String(name), String(owner)]));
}

async function readSunums(database: Database): Promise<SunumSequence | undefined> {
  const [row] = await database.query(sql`SELECT min_value, max_value, last_value FROM pg_sequences
    WHERE schemaname = 'public' AND sequencename = ${param(SUNUM_SEQUENCE, "text")}`);
  if (row === undefined) return undefined;
  const last = bigintOf(row, "last_value");
  return {
    min: bigintOf(row, "min_value") ?? 0n,
    max: bigintOf(row, "max_value") ?? 0n,
    ...(last === undefined ? {} : { last }),
  };
}

function bigintOf(row: Row, column: string): bigint | undefined {
  const value = row[column];
  return typeof value === "bigint" ? value : undefined;
}
