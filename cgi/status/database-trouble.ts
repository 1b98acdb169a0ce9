import { isDasError } from "../../errors/das-error.js";
import { databasePlace } from "./ask-database.js";
import type { Finding } from "./finding.js";

/** What is wrong by the SQLSTATE of the refusal, and what to do. Source: PostgreSQL's documentation, "Error Codes". */
const REFUSALS: Readonly<Record<string, readonly [says: string, advice: string]>> = {
  "28P01": [
    "refuses user or password",
    "Correct the user of the address, and the password in DRMS_PASSWORD_FILE.",
  ],
  "28000": ["refuses this user or host", "Let the user in by pg_hba.conf, or name another in the address."],
  "3D000": [
    "has no such database",
    "Correct the name of the database in the address, or make it with netdrms-setup.",
  ],
  "53300": [
    "has no connection left",
    "Raise max_connections of PostgreSQL, or lower DRMS_MAX_CONNECTIONS of servers and workers.",
  ],
  "57P03": ["is starting or stopping", "Wait until it has started."],
  "42501": ["does not let this user read", "Let netdrms-setup --web give the user its rights."],
};

/**
 * What is to be said of a database that could not be asked.
 * @param key of the configuration that has its address
 * Errors: everything that is no failure of the database is thrown on.
 */
export function databaseTrouble(name: string, key: string, url: string, error: unknown): Finding {
  if (
    !isDasError(error) ||
    !["ARCHIVE_AWAY", "ARCHIVE_FAILED", "TIME_LIMIT", "ARCHIVE_READ_ONLY"].includes(error.code)
  )
    throw error;
  const [says, advice] = REFUSALS[String(error.where.sqlState)] ?? [
    error.code === "TIME_LIMIT" ? "takes too long to answer" : "does not answer",
    `Start PostgreSQL (systemctl start postgresql), or correct ${key}; the server finds it again by itself.`,
  ];
  return {
    name,
    state: "bad",
    says: `the database at ${databasePlace(url)} ${says}`,
    advice,
    figures: { up: 0 },
  };
}
