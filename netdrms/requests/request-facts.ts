import { createHash } from "node:crypto";
import { DasError } from "../../errors/das-error.js";
import type { Database } from "../database/database.js";
import type { RecordSetQuery } from "../query/record-set-query.js";
import type { UnitAccess } from "../segments/held-records.js";
import type { SeriesCatalog } from "../series/series-cache.js";
import type { ExportOrder } from "./export-request.js";
import { type StoredRecordFile, storedRecordFiles } from "./stored-files.js";

/** What a look at the records of a request says of it. */
export interface RequestFacts {
  readonly recordCount: number;
  /** Of stored files, missing ones included. */
  readonly fileCount: number;
  readonly missing: number;
  /** Of the files, at least 1. */
  readonly megabytes: number;
  /** Whether nothing is off line. */
  readonly isOnLine: boolean;
  /** Whether all files that are there are stored compressed. */
  readonly isCompressed: boolean;
  /** Tells requests that are alike. RULE: by the segments that are named, too, which give other files. Source: export B8. */
  readonly md5: string;
  /** Where they were asked for. */
  readonly files: readonly StoredRecordFile[];
}

/** How it is looked. */
export interface FactsOptions {
  readonly units: UnitAccess;
  readonly maxRecords: number;
  /** Whether the files are to be listed. */
  readonly keepsFiles: boolean;
}

const MEGABYTE = 1024 * 1024;

/** Bytes in the megabytes of replies, at least 1. */
export function megabytesOf(bytes: number): number {
  return Math.max(1, Math.round(bytes / MEGABYTE));
}

/**
 * Looks at all records of the record sets of a request.
 * Errors: TOO_MUCH_ASKED for more records than one may ask for; those of {@link Database}. Source: export B8.
 */
export async function requestFacts(
  database: Database,
  catalog: SeriesCatalog,
  sets: readonly RecordSetQuery[],
  order: ExportOrder,
  { units, maxRecords, keepsFiles }: FactsOptions,
): Promise<RequestFacts> {
  const hash = createHash("md5");
  const files: StoredRecordFile[] = [];
  let bytes = 0;
  const counts = { records: 0, files: 0, missing: 0, away: 0, plain: 0 };
  // One record more than allowed says that there are too many.
  const limit = Math.abs(order.records) > maxRecords || order.records === 0 ? maxRecords + 1 : order.records;
  for (const set of sets) {
    let last: bigint | undefined;
    hash.update(JSON.stringify(set.segments?.map(({ name }) => name) ?? []));
    for await (const some of storedRecordFiles(database, catalog, set, limit, units)) {
      for (const file of some) {
        if (file.recnum !== last) {
          last = file.recnum;
          counts.records++;
          hash.update(`${file.recnum},`);
        }
        counts.files++;
        if (file.path === undefined) counts.missing++;
        else if (!file.isCompressed) counts.plain++;
        if (file.isAway) counts.away++;
        bytes += file.bytes;
      }
      if (counts.records > maxRecords)
        throw new DasError(
          "TOO_MUCH_ASKED",
          `more than ${maxRecords} records, expected a record set with fewer, or a limit (n=)`,
        );
      if (keepsFiles) files.push(...some);
    }
  }
  return {
    recordCount: counts.records,
    fileCount: counts.files,
    missing: counts.missing,
    megabytes: megabytesOf(bytes),
    isOnLine: counts.away === 0,
    isCompressed: counts.plain === 0,
    md5: hash.update(orderText(order)).digest("hex"),
    files,
  };
}

/** What of an order tells it from others of the same records. */
function orderText({ kind, processing, protocol, fileNameFormat, method }: ExportOrder): string {
  return JSON.stringify([kind, processing, protocol, fileNameFormat, method]);
}

/** Megabytes that one request may have, by the forms of what is stored and what is delivered. Source: export B8. */
export const SIZE_LIMITS = { same: 100_000, unpacked: 10_000, packed: 1_000_000 } as const;

/** The limit for a request, MB. Source: export B8. */
export function sizeLimit(isStoredCompressed: boolean, protocol: string): number {
  const isDeliveredCompressed = !protocol.includes("**NONE**");
  if (isStoredCompressed === isDeliveredCompressed) return SIZE_LIMITS.same;
  return isStoredCompressed ? SIZE_LIMITS.unpacked : SIZE_LIMITS.packed;
}
