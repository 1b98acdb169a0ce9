import { name, param, type Sql, sql } from "../database/sql.js";
import { verifierLiteral } from "./literal.js";
import { passwordVerifier } from "./password-verifier.js";
import type { Place, SchemaObject } from "./schema-object.js";

/** A place that is a server. */
export type ServerPlace = Extract<Place, `${string}-server`>;

/**
 * A role; one that is there is kept as it is, its password too.
 * @param options `password` is told to the server as a verifier only
 */
export function roleObject(
  place: ServerPlace,
  role: string,
  options: { readonly login: boolean; readonly password?: string | undefined },
): SchemaObject {
  const login = options.login ? sql`LOGIN` : sql`NOLOGIN`;
  const { password } = options;
  const what = `${options.login ? "user" : "group"} ${role}`;
  return {
    place,
    key: `role ${role}`,
    exists: sql`EXISTS (SELECT FROM pg_roles WHERE rolname = ${param(role, "text")})`,
    steps: [
      password === undefined
        ? { description: what, sql: sql`CREATE ROLE ${name(role)} ${login}` }
        : {
            description: `${what}, with a password`,
            sql: sql`CREATE ROLE ${name(role)} ${login} PASSWORD ${verifierLiteral(passwordVerifier(password))}`,
            secret: true,
          },
    ],
  };
}

/** `role` is a member of `group`, directly or through another. */
export function memberObject(place: ServerPlace, role: string, group: string): SchemaObject {
  const id = (of: string): Sql => sql`(SELECT oid FROM pg_roles WHERE rolname = ${param(of, "text")})`;
  return {
    place,
    key: `member ${role} of ${group}`,
    // Null where one of both is not there yet.
    exists: sql`coalesce(pg_has_role(${id(role)}, ${id(group)}, 'MEMBER'), false)`,
    steps: [
      { description: `${role} is a member of ${group}`, sql: sql`GRANT ${name(group)} TO ${name(role)}` },
    ],
  };
}

/** From this version on a database may be ordered by something else than the C library, if it does not say so. */
const FIRST_WITH_PROVIDERS = 15;

/**
 * A database of encoding LATIN1 and locale C; one that is there is kept as it is. Source: netdrms 2.1.
 * @param major version of the server
 */
export function databaseObject(place: ServerPlace, database: string, major: number): SchemaObject {
  const provider = major >= FIRST_WITH_PROVIDERS ? sql` LOCALE_PROVIDER libc` : sql``;
  return {
    place,
    key: `database ${database}`,
    exists: sql`EXISTS (SELECT FROM pg_database WHERE datname = ${param(database, "text")})`,
    steps: [
      {
        description: `database ${database}`,
        sql: sql`CREATE DATABASE ${name(database)} TEMPLATE template0 ENCODING 'LATIN1'${provider} LC_COLLATE 'C' LC_CTYPE 'C'`,
      },
    ],
  };
}
