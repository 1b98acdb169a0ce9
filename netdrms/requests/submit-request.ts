import type { ConnectionPool } from "../database/connection-pool.js";
import type { Database } from "../database/database.js";
import { param, sql } from "../database/sql.js";
import { exportTable, REQUEST_DAYS, REQUESTS } from "../schema/request-tables.js";
import { numberField, textField } from "../sums/row-fields.js";
import { changeSums } from "../sums/sums-transaction.js";
import { type NewRequest, REQUEST_STATUS, type Requester } from "./export-request.js";
import { formatRequestId } from "./request-id.js";

/** How many requests may wait or run. Source: export B8. */
export interface PendingLimits {
  /** Of one address. */
  readonly perAddress: number;
  /** Addresses with a number of their own, lower case. */
  readonly exempt: ReadonlyMap<string, number>;
  /** Of one client by IP address. */
  readonly perClient: number;
  /** Those that were accepted longer ago count no more, minutes. */
  readonly minutes: number;
}

/** How requests are accepted. */
export interface AcceptOptions {
  readonly prefix: string;
  readonly limits: PendingLimits;
  /** The status with which the row is made; default: it waits to be run. */
  readonly status?: number;
  readonly error?: string;
}

/** What came of a request. */
export type Accepted =
  | { readonly kind: "new" | "same"; readonly id: string; readonly test: boolean }
  /** Too many are pending. */
  | { readonly kind: "busy"; readonly what: "address" | "client"; readonly limit: number };

/** A request that is alike is answered with the one that is there for so long, hours. Source: export B8. */
const SAME_HOURS = 24;

/**
 * Accepts a request: one that is alike and still of use stands for it, else a row is made, to be run by whoever comes first. Of alike
 * requests that come at once one is new: each takes the next number of the day, and of two that take the same one begins anew.
 *
 * Errors: those of {@link Database}. Source: export B8.
 */
export function acceptRequest(
  pool: ConnectionPool,
  request: NewRequest,
  options: AcceptOptions,
): Promise<Accepted> {
  return inTurn(pool, () =>
    changeSums(pool, async (database): Promise<Accepted> => {
      const same = await findSame(database, request.md5);
      if (same !== undefined) return same;
      const busy = await overLimit(database, request.requester, options.limits);
      if (busy !== undefined) return busy;
      const { day, number } = await nextNumber(database);
      const suffix = request.kind === "units" ? "_SU" : "";
      const id = formatRequestId(options.prefix, day, number, suffix);
      await insertRequest(database, id, request, options);
      return { kind: "new", id, test: request.test };
    }),
  );
}

const turns = new WeakMap<ConnectionPool, Promise<unknown>>();

/** Those of one process come one after the other: in the database they would disturb each other. */
function inTurn<T>(pool: ConnectionPool, work: () => Promise<T>): Promise<T> {
  const before = turns.get(pool) ?? Promise.resolve();
  const mine = before.then(work, work);
  turns.set(
    pool,
    mine.catch(() => undefined),
  );
  return mine;
}

async function findSame(database: Database, md5: string): Promise<Accepted | undefined> {
  const { done, running, waiting } = REQUEST_STATUS;
  const [row] = await database.query(sql`SELECT requestid, test FROM ${exportTable(REQUESTS)}
    WHERE md5 = ${param(md5, "text")} AND accepted > clock_timestamp() - ${param(SAME_HOURS, "int4")} * interval '1 hour'
      AND (status = ANY(${param([running, waiting].map(BigInt), "int8[]")})
        OR (status = ${param(done, "int4")} AND expires > clock_timestamp()))
    ORDER BY accepted DESC LIMIT 1`);
  return row === undefined
    ? undefined
    : { kind: "same", id: textField(row, "requestid"), test: row.test === true };
}

async function overLimit(
  database: Database,
  { address, client }: Requester,
  { perAddress, exempt, perClient, minutes }: PendingLimits,
): Promise<Accepted | undefined> {
  const { running, waiting } = REQUEST_STATUS;
  const [row] = await database.query(sql`SELECT
      (count(*) FILTER (WHERE address = ${param(address, "text")}))::int4 AS of_address,
      (count(*) FILTER (WHERE client = ${param(client, "text")}))::int4 AS of_client
    FROM ${exportTable(REQUESTS)}
    WHERE status = ANY(${param([running, waiting].map(BigInt), "int8[]")})
      AND accepted > clock_timestamp() - ${param(minutes, "float8")} * interval '1 minute'`);
  const limit = exempt.get(address) ?? perAddress;
  if (row === undefined) return undefined;
  if (numberField(row, "of_address") >= limit) return { kind: "busy", what: "address", limit };
  if (numberField(row, "of_client") >= perClient) return { kind: "busy", what: "client", limit: perClient };
  return undefined;
}

async function nextNumber(database: Database): Promise<{ readonly day: string; readonly number: number }> {
  const [row] = await database.query(sql`INSERT INTO ${exportTable(REQUEST_DAYS)} AS d (day, last)
    VALUES (to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYYMMDD'), 1)
    ON CONFLICT (day) DO UPDATE SET last = d.last + 1 RETURNING day, last`);
  return { day: textField(row!, "day"), number: numberField(row!, "last") };
}

async function insertRequest(
  database: Database,
  id: string,
  request: NewRequest,
  { status = REQUEST_STATUS.waiting, error }: AcceptOptions,
): Promise<void> {
  const { requester } = request;
  const text = (value: string) => param(value, "text");
  await database.query(sql`INSERT INTO ${exportTable(REQUESTS)} (requestid, kind, status, test, dataset, records, processing,
      protocol, filenamefmt, method, address, requester, client, md5, rcount, size_mb, errmsg)
    VALUES (${text(id)}, ${text(request.kind)}, ${param(status, "int4")}, ${param(request.test, "bool")},
      ${text(request.dataset)}, ${param(request.records, "int4")}, ${text(request.processing)}, ${text(request.protocol)},
      ${text(request.fileNameFormat)}, ${text(request.method)}, ${text(requester.address)}, ${text(requester.name)},
      ${text(requester.client)}, ${text(request.md5)}, ${param(request.recordCount, "int8")},
      ${param(request.megabytes, "int8")}, ${param(error ?? null, "text")})`);
}
