import { DasError } from "../../errors/das-error.js";
import { databaseError } from "../database/database-errors.js";
import { bind } from "../database/sql.js";
import { withDatabase } from "../postgres/database-url.js";
import type { Place, Statement } from "./schema-object.js";

/** Where the databases of an archive are: URLs, with the password in them where one is needed. */
export interface ArchiveUrls {
  readonly drms: string;
  /** May be the same. */
  readonly sums: string;
}

/** The URL at which statements of a place are run; roles and databases are made from the database that every server has. */
export function urlOf(place: Place, urls: ArchiveUrls): string {
  switch (place) {
    case "drms":
      return urls.drms;
    case "sums":
      return urls.sums;
    case "drms-server":
      return withDatabase(urls.drms, "postgres");
    case "sums-server":
      return withDatabase(urls.sums, "postgres");
    default:
      return place satisfies never;
  }
}

/** Statements that follow each other in one place. */
interface Run {
  readonly place: Place;
  readonly statements: readonly Statement[];
}

function runsOf(plan: readonly Statement[]): readonly Run[] {
  const runs: { place: Place; statements: Statement[] }[] = [];
  for (const statement of plan) {
    const last = runs.at(-1);
    if (last?.place === statement.place) last.statements.push(statement);
    else runs.push({ place: statement.place, statements: [statement] });
  }
  return runs;
}

/**
 * Runs a plan. What is in a database is made in one transaction, whole or not at all; roles and databases one by one, for a database
 * cannot be made in a transaction. A plan that was cut off is finished by making and running a new one.
 * Errors: those of {@link databaseError}, with the description of the statement in front.
 */
export async function runStatements(plan: readonly Statement[], urls: ArchiveUrls): Promise<void> {
  for (const { place, statements } of runsOf(plan)) {
    const together = place === "drms" || place === "sums";
    await runInOrder(statements, urlOf(place, urls), together);
  }
}

async function runInOrder(statements: readonly Statement[], url: string, together: boolean): Promise<void> {
  const { Client } = await import("pg");
  const client = new Client({ connectionString: url, application_name: "heliostream" });
  client.on("error", () => {}); // the statement that runs says so
  let at = "connection";
  try {
    await client.connect();
    // Later statements must see what others have committed in the meantime, see planShadow.
    if (together) await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
    for (const { description, sql } of statements) {
      at = description;
      const { text, values } = bind(sql);
      await client.query(text, [...values]).catch((error: unknown) => {
        if (together || !isMadeByOthers(error)) throw error;
      });
    }
    if (together) await client.query("COMMIT");
  } catch (error) {
    const { code, message, where } = databaseError(error);
    throw new DasError(code, `${at}: ${message}`, where, error);
  } finally {
    await client.end().catch(() => {}); // rolls back what is not committed
  }
}

/** Roles and databases are shared by all who set up something in this server, perhaps at this moment. */
function isMadeByOthers(error: unknown): boolean {
  // duplicate_object, duplicate_database, and unique_violation for two at the very same time (PostgreSQL, appendix A).
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "42710" || code === "42P04" || code === "23505";
}
