import { databaseUrl } from "../../../config/archive-settings.js";
import { isDasError } from "../../../errors/das-error.js";
import type { Database, Row } from "../../../netdrms/database/database.js";
import { param, sql } from "../../../netdrms/database/sql.js";
import { REQUEST_STATUS } from "../../../netdrms/requests/export-request.js";
import { EXPORT_SCHEMA, exportTable, REQUESTS } from "../../../netdrms/schema/request-tables.js";
import { countText } from "../../pages/format.js";
import { askDatabase } from "../ask-database.js";
import type { Check, Finding } from "../finding.js";

const { waiting, running, failed } = REQUEST_STATUS;
/** A request that has waited so long waits for nobody, seconds. */
const LONG_S = 300;

/** Requests for exports: the tables they are in, the right to write them, and whether anybody works on those that wait. Source: export B9. */
export const exports: Check = {
  name: "exports",
  keepMs: 10_000,
  async run({ config }, signal) {
    const name = "Exports";
    const url = config.exportDbUrl ?? databaseUrl(config, "drms");
    if (config.exportRoot === undefined || url === undefined)
      return [{ name, state: "off", says: "none are made (EXPORT_ROOT or DRMS_URL is empty)" }];
    try {
      return [await askDatabase(url, signal, look)];
    } catch (error) {
      if (!isDasError(error)) throw error;
      const advice = "See what is said of the archive: its database has the requests.";
      return [{ name, state: "unknown", says: "the requests could not be read", advice }];
    }
  },
};

async function look(database: Database): Promise<Finding> {
  const name = "Exports";
  const [right] =
    await database.query(sql`SELECT has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
      AND has_table_privilege(c.oid, 'UPDATE') AS writes
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ${param(EXPORT_SCHEMA, "text")} AND c.relname = ${param(REQUESTS, "text")}`);
  if (right?.writes !== true)
    return {
      name,
      state: "bad",
      says:
        right === undefined
          ? "the tables of export requests are not there"
          : "the tables of export requests may not be written",
      advice: "Run netdrms-setup with --web for the role of EXPORT_DB_URL, or of DRMS_URL.",
    };
  const [row = {}] = await database.query(sql`SELECT
      count(*) FILTER (WHERE status = ${param(waiting, "int4")})::int4 AS waiting,
      count(*) FILTER (WHERE status = ${param(running, "int4")})::int4 AS running,
      count(*) FILTER (WHERE status = ${param(failed, "int4")} AND finished > clock_timestamp() - interval '1 day')::int4 AS failed,
      coalesce(extract(epoch FROM clock_timestamp() - min(accepted) FILTER (WHERE status = ${param(waiting, "int4")})), 0)::float8 AS longest
    FROM ${exportTable(REQUESTS)}
    WHERE status = ANY(${param([waiting, running, failed].map(BigInt), "int8[]")})`);
  return judge(name, row);
}

function judge(name: string, row: Row): Finding {
  const [wait, run, fail] = [Number(row.waiting), Number(row.running), Number(row.failed)];
  const figures = { waiting: wait, running: run, failed_day: fail };
  const says = `${wait} waiting, ${run} running, ${fail} failed in the last day`;
  if (wait > 0 && run === 0 && Number(row.longest) > LONG_S)
    return {
      name,
      state: "bad",
      says: `${countText(wait, "request waits", "requests wait")} and none runs`,
      advice: "Start heliostream worker, or set EXPORT_WORKERS to 1 or more.",
      figures,
    };
  if (fail > 0)
    return {
      name,
      state: "worried",
      says,
      advice: "heliostream exports tells why each of them failed.",
      figures,
    };
  return { name, state: "good", says, figures };
}
