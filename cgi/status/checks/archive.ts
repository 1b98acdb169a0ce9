import { databaseUrl } from "../../../config/archive-settings.js";
import type { Database, Row } from "../../../netdrms/database/database.js";
import { sql } from "../../../netdrms/database/sql.js";
import { OLDEST_MAJOR } from "../../../netdrms/postgres/server-programs.js";
import { durationText } from "../../pages/format.js";
import { askDatabase, databasePlace, timed } from "../ask-database.js";
import { databaseTrouble } from "../database-trouble.js";
import type { Check, Finding } from "../finding.js";

/** A slower first answer is worth a word, milliseconds: show_info waits for some of them. */
const SLOW_MS = 500;

/** What a database says of itself, of the user, and of the tables that an archive has. Rights are asked by number: names may be hidden. */
const FACTS = sql`SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int4 AS number,
  (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) AS super, current_user::text AS role,
  (SELECT has_table_privilege(c.oid, 'SELECT') FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'admin' AND c.relname = 'ns') AS series,
  (SELECT has_table_privilege(c.oid, 'SELECT') FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relname = 'sum_main') AS units`;

/** The databases of the archive: there, of a version that will do, set up, readable. Source: netdrms 2.1 to 2.9, 3.1. */
export const archive: Check = {
  name: "archive",
  keepMs: 5000,
  async run({ config }, signal) {
    const drms = databaseUrl(config, "drms");
    if (drms === undefined)
      return [{ name: "Archive", state: "off", says: "there is none (DRMS_URL is empty)" }];
    const sums = databaseUrl(config, "sums") ?? drms;
    if (sums === drms) return [await look("Archive", "DRMS_URL", drms, ["series", "units"], signal)];
    return Promise.all([
      look("Archive, series", "DRMS_URL", drms, ["series"], signal),
      look("Archive, storage units", "SUMS_URL", sums, ["units"], signal),
    ]);
  },
};

type Part = "series" | "units";

async function look(
  name: string,
  key: string,
  url: string,
  parts: readonly Part[],
  signal: AbortSignal,
): Promise<Finding> {
  try {
    const { value, ms } = await timed(() => askDatabase(url, signal, facts));
    return judge(name, databasePlace(url), value, ms, parts);
  } catch (error) {
    return databaseTrouble(name, key, url, error);
  }
}

async function facts(database: Database): Promise<Row> {
  const [row = {}] = await database.query(FACTS);
  return row;
}

function judge(name: string, place: string, row: Row, ms: number, parts: readonly Part[]): Finding {
  const figures = { up: 1, latency_seconds: ms / 1000 };
  const at = `PostgreSQL ${row.version} at ${place}`;
  const finding = (state: Finding["state"], says: string, advice: string): Finding => ({
    name,
    state,
    says,
    advice,
    figures,
  });
  if (Math.floor(Number(row.number) / 10_000) < OLDEST_MAJOR)
    return finding(
      "bad",
      `${at} is too old, expected ${OLDEST_MAJOR} or later`,
      "Install a later version of PostgreSQL.",
    );
  const names = { series: "admin.ns", units: "public.sum_main" } as const;
  const missing = parts.filter((part) => row[part] === null).map((part) => names[part]);
  if (missing.length > 0)
    return finding(
      "bad",
      `${at} has no ${missing.join(" and no ")}: it is no archive`,
      "Set it up with netdrms-setup, or name the right database.",
    );
  const closed = parts.filter((part) => row[part] === false).map((part) => names[part]);
  if (closed.length > 0)
    return finding(
      "bad",
      `the user ${row.role} may not read ${closed.join(" and ")} at ${place}`,
      "Let netdrms-setup --web give it its rights.",
    );
  if (row.super === true)
    return finding(
      "worried",
      `${at}: the server comes as the superuser ${row.role}`,
      "Make a user that only reads (netdrms-setup --web), and name it in DRMS_URL.",
    );
  if (ms > SLOW_MS)
    return finding(
      "worried",
      `${at} is slow: ${durationText(ms)} for a connection and one answer`,
      "See what else loads it (pg_stat_activity), or the network to it.",
    );
  return { name, state: "good", says: `${at} answers in ${durationText(ms)}, read as ${row.role}`, figures };
}
