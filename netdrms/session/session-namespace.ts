import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import type { Database } from "../database/database.js";
import { param, sql } from "../database/sql.js";

/**
 * The namespace that holds the session's row, lower case: the one asked for, else that of the database user.
 *
 * Errors: ARCHIVE_READ_ONLY for a user without one; BAD_PARAMETER for `public` or a name that no namespace has; those of {@link Database}.
 * Source: netdrms 2.9.
 */
export async function sessionNamespace(database: Database, asked: string | undefined): Promise<string> {
  const namespace = asked?.toLowerCase() ?? (await ownNamespace(database));
  if (namespace === undefined)
    throw new DasError(
      "ARCHIVE_READ_ONLY",
      "This user has no session namespace and may only read; JSOC_SESSIONNS names one",
    );
  const known = await database.query(
    sql`SELECT name FROM admin.ns WHERE lower(name) = ${param(namespace, "text")}`,
  );
  if (namespace === "public" || known.length === 0)
    throw new DasError(
      "BAD_PARAMETER",
      `session namespace ${shown(asked ?? namespace)}, expected a namespace of the archive other than public`,
    );
  return namespace;
}

async function ownNamespace(database: Database): Promise<string | undefined> {
  const [row] = await database.query(
    sql`SELECT sessionns FROM admin.sessionns WHERE username = session_user LIMIT 1`,
  );
  return typeof row?.sessionns === "string" ? row.sessionns.toLowerCase() : undefined;
}
