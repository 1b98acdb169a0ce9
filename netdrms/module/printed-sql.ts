import { DasError } from "../../errors/das-error.js";
import type { Database } from "../database/database.js";
import { bind, type Sql } from "../database/sql.js";
import type { WriteAccess } from "../session/session.js";

/** A binary COPY without rows: signature, flags, no extension, trailer. */
const EMPTY_COPY = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0\xff\xff", "latin1");

/**
 * A database that prints statements instead of running them: copies give no rows. Small queries are printed and run all the same,
 * for the statements that come after them are made from what they tell of the series.
 */
export function printingReads(database: Database, print: (text: string) => Promise<void>): Database {
  return {
    async query(statement) {
      await print(statementText(statement));
      return database.query(statement);
    },
    async *copyOut(select) {
      await print(statementText(select));
      yield EMPTY_COPY;
    },
  };
}

/** Write access that prints and changes nothing; the session has no row, and the number -1. */
export function printingWrites(database: Database, print: (text: string) => Promise<void>): WriteAccess {
  return {
    database: {
      async query(statement) {
        await print(statementText(statement));
        return [];
      },
      copyOut: (select) => printingReads(database, print).copyOut(select),
    },
    sessionId: -1n,
    sessionNamespace: "",
    units: { allocate: noUnits, keep: noUnits },
  };
}

async function noUnits(): Promise<never> {
  throw new DasError("ARCHIVE_READ_ONLY", "No storage unit is made where SQL is only printed");
}

/** A statement as people read it, with its values behind it in comments. Source: netdrms 7.3, DRMS_PRINT_SQL. */
function statementText(statement: Sql): string {
  const { text, values } = bind(statement);
  const comments = values.map((value, n) => `-- $${n + 1} = ${JSON.stringify(value)}\n`);
  return `${text.trim()};\n${comments.join("")}`;
}
