import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionPool, connectionPool } from "../../../netdrms/database/connection-pool.js";
import type { NewRequest } from "../../../netdrms/requests/export-request.js";
import type { ExportSite } from "../../../netdrms/requests/export-site.js";
import { type RequestProgress, readRequest } from "../../../netdrms/requests/read-request.js";
import { acceptRequest } from "../../../netdrms/requests/submit-request.js";
import { SeriesCache } from "../../../netdrms/series/series-cache.js";
import { readSums } from "../../../netdrms/sums/sums-transaction.js";
import { ownSiteCode } from "../../../netdrms/sums/sunum.js";

/** A place where requests are run, over an archive. */
export interface RequestsForTest {
  readonly pool: ConnectionPool;
  readonly root: string;
  readonly site: ExportSite;
  readonly lines: string[];
  close(): Promise<void>;
}

/** Makes one; `changes` replace parts of the site. */
export async function requestsForTest(
  url: string,
  changes: Partial<ExportSite> = {},
): Promise<RequestsForTest> {
  const root = changes.root ?? (await mkdtemp(join(tmpdir(), "heliostream-exports-")));
  const pool = connectionPool({ url, maxConnections: 10 });
  const lines: string[] = [];
  const site: ExportSite = {
    ...{ pool, root, maxBytes: 0, drms: pool, sums: pool, series: new SeriesCache() },
    siteCode: () => readSums(pool, ownSiteCode),
    offered: async () => ({ isOffered: () => true, catalog: (catalog) => catalog }),
    ...{
      license: "CC0 1.0",
      server: "heliostream 9.9.9",
      retentionDays: 3,
      statementTimeoutMs: 30_000,
      leaseMs: 5000,
      now: Date.now,
    },
    log: (line) => void lines.push(line),
    ...changes,
  };
  return {
    ...{ pool, root, site, lines },
    async close() {
      await pool.close();
      if (changes.root === undefined) await rm(root, { recursive: true, force: true });
    },
  };
}

let requests = 0;

/** A request that may be accepted; its hash is its own unless one is given. */
export function newRequest(changes: Partial<NewRequest> = {}): NewRequest {
  return {
    ...{ kind: "records", dataset: "sample_hmi.ic_720s[2013.05.23_12:00_TAI/24m]{continuum}", records: 0 },
    ...{
      processing: "",
      protocol: "fits",
      fileNameFormat: "{seriesname}.{T_REC:A-1}.{segment}",
      method: "url",
    },
    requester: { address: "a@example.org", name: "a", client: "192.0.2.1" },
    ...{ test: false, md5: `made-${requests++}`, recordCount: 2, megabytes: 1 },
    ...changes,
  };
}

/** Limits that nobody meets. */
export const FREE = { perAddress: 1000, exempt: new Map<string, number>(), perClient: 1000, minutes: 60 };

/** Accepts a request and gives its id. */
export async function accepted(pool: ConnectionPool, changes: Partial<NewRequest> = {}): Promise<string> {
  const answer = await acceptRequest(pool, newRequest(changes), { prefix: "TEST", limits: FREE });
  if (answer.kind === "busy") throw new Error("too many are pending");
  return answer.id;
}

/** The state of a request. */
export async function stateOf(pool: ConnectionPool, id: string): Promise<RequestProgress> {
  const found = await readSums(pool, (database) => readRequest(database, id));
  if (found === undefined) throw new Error(`there is no request ${id}`);
  return found;
}

/** Waits until a request has ended, or something else holds of it. */
export async function until(
  pool: ConnectionPool,
  id: string,
  holds: (state: RequestProgress) => boolean = ({ request }) => request.status !== 1 && request.status !== 2,
): Promise<RequestProgress> {
  for (;;) {
    const state = await stateOf(pool, id);
    if (holds(state)) return state;
  }
}
