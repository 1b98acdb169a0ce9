import { parseArgs } from "node:util";
import { databaseUrl } from "../../config/archive-settings.js";
import { DasError } from "../../errors/das-error.js";
import { type ConnectionPool, connectionPool } from "../../netdrms/database/connection-pool.js";
import type { ExportRequest } from "../../netdrms/requests/export-request.js";
import { cancelRequest } from "../../netdrms/requests/lease.js";
import { listRequests } from "../../netdrms/requests/list-requests.js";
import { checkRequestId } from "../../netdrms/requests/request-id.js";
import { changeSums, readSums } from "../../netdrms/sums/sums-transaction.js";
import type { Command } from "./command.js";
import { commandConfig } from "./source-setting.js";

const USUAL_COUNT = 50;
const MOST = 10_000;

/** `heliostream exports`: the requests of a site. */
export const exports: Command = {
  help: [
    "usage: heliostream exports [-c FILE] [-a] [-n N]",
    "       heliostream exports [-c FILE] cancel ID...",
    "",
    "Shows the requests for exports that wait or run, the newest first: id, status, records that are done and wanted, megabytes, address,",
    "what is being done or why it failed. Or takes requests back, also those that run.",
    "",
    "  -a, --all          those that have ended as well",
    `  -n, --count N      so many at most (default: ${USUAL_COUNT})`,
    "  -c, --config FILE  configuration (default: HELIOSTREAM_CONFIG, else etc/das2server.conf);",
    "                     the database is that of EXPORT_DB_URL, else of DRMS_URL",
    "",
    "Exit status: 1 where a request that is to be taken back has ended, or was never there.",
  ].join("\n"),
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: "string", short: "c" },
        all: { type: "boolean", short: "a" },
        count: { type: "string", short: "n" },
      },
    });
    const [verb, ...texts] = positionals;
    if (verb !== undefined && verb !== "cancel")
      throw new DasError("USAGE", `${verb.slice(0, 40)} to do, expected nothing or cancel`);
    if (verb === "cancel" && texts.length === 0) throw new DasError("USAGE", "no id of a request");
    const ids = texts.map(checkRequestId);
    const config = commandConfig(values.config);
    const url = config.exportDbUrl ?? databaseUrl(config, "drms");
    if (url === undefined) throw new DasError("BAD_CONFIG", "the configuration names no archive (DRMS_URL)");
    const pool = connectionPool({ url, maxConnections: 1 });
    try {
      if (verb === "cancel") return await cancelAll(pool, ids);
      const most = countOf(values.count);
      const requests = await readSums(pool, (database) => listRequests(database, most, values.all !== true));
      for (const request of requests) console.log(requestLine(request));
      return 0;
    } finally {
      await pool.close();
    }
  },
};

async function cancelAll(pool: ConnectionPool, ids: readonly string[]): Promise<number> {
  let status = 0;
  for (const id of ids) {
    const was = await changeSums(pool, (database) => cancelRequest(database, id));
    console.log(`${id}: ${was ? "taken back" : "has ended, or was never there"}`);
    if (!was) status = 1;
  }
  return status;
}

function countOf(text: string | undefined): number {
  const count = text === undefined ? USUAL_COUNT : /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MOST) return count;
  throw new DasError("USAGE", `-n ${String(text).slice(0, 40)}, expected 1 to ${MOST}`);
}

const STATUS_WORDS: ReadonlyMap<number, string> = new Map([
  [-1, "taken back"],
  [0, "done"],
  [1, "running"],
  [2, "waiting"],
  [3, "too large"],
  [4, "failed"],
  [5, "expired"],
  [25, "needs help"],
]);

/** `JSOC_20261128_003  running  12/500 records  340 MB  user@example.org  writing files`. */
export function requestLine(request: ExportRequest): string {
  const { id, status, recordsDone, recordCount, megabytes, address, stage, error } = request;
  return [
    id,
    STATUS_WORDS.get(status) ?? String(status),
    `${recordsDone}/${recordCount} records`,
    `${megabytes} MB`,
    address === "" ? "-" : address,
    error ?? stage,
  ].join("  ");
}
