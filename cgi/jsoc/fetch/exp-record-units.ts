import { DasError } from "../../../errors/das-error.js";
import type { RecordSetQuery } from "../../../netdrms/query/record-set-query.js";
import type { Requester } from "../../../netdrms/requests/export-request.js";
import type { QueryContext } from "../../query.js";
import { type RequestArchive, withArchive } from "../archive.js";
import { Needed } from "../record-list/cells.js";
import { readListed } from "../record-list/read-listed.js";
import { isSet } from "../words.js";
import { MAX_UNITS, tellUnits } from "./exp-su.js";
import type { FetchReply } from "./fetch-reply.js";
import type { OrderWords } from "./order-words.js";
import { orderedRecords } from "./ordered-records.js";

/**
 * `op=exp_request` with the protocol `su` or `su-as-is`: where the storage units of the records are, each once, with the members of
 * `exp_su` and those that every list of files has: `record` is the first of the unit that was asked for, `filename` the folder.
 * Errors: NO_DATA where the records have no units; TOO_MUCH_ASKED; those of the archive. Source: netdrms-export B7, B8, B9.
 */
export async function expRecordUnits(
  context: QueryContext,
  requester: Requester,
  wanted: OrderWords,
): Promise<FetchReply> {
  const { words } = context;
  const records = await withArchive(context, true, async (archive) => {
    const { sets } = await orderedRecords(archive.catalog, wanted, isSet(words, "q"));
    const found = new Map<bigint, string>();
    for (const set of sets) await gatherUnits(archive, set, wanted.processing.records, found);
    return found;
  });
  if (records.size === 0) throw new DasError("NO_DATA", "the records have no storage units");
  const { method, protocolText: protocol } = wanted;
  return tellUnits(context, requester, [...records.keys()], {
    ...{ method, protocol },
    dataOf: (unit) => ({
      record: records.get(BigInt(unit.sunum)) ?? "",
      filename: unit.path === "NA" ? "NoDataFile" : unit.path,
      ...unit,
    }),
  });
}

/** Adds the units of the segments of the records of a set, those at the end of links too, with the first record of each. */
async function gatherUnits(
  archive: RequestArchive,
  set: RecordSetQuery,
  limit: number,
  found: Map<bigint, string>,
): Promise<void> {
  const needed = new Needed(set.series);
  const [specification, own] = [needed.specification(), needed.column("sunum")];
  const segments = (set.segments ?? set.series.segments).map((segment) => needed.segment(segment));
  for await (const records of readListed(archive, set, limit, needed))
    for (let row = 0; row < records.rows; row++) {
      const sunums =
        segments.length === 0
          ? [own(records, row)]
          : segments.map((place) => records.segments[place]?.sunum[row] ?? -1n);
      for (const sunum of sunums)
        if (sunum >= 0n && !found.has(sunum)) found.set(sunum, specification(records, row));
      if (found.size > MAX_UNITS)
        throw new DasError(
          "TOO_MUCH_ASKED",
          `more than ${MAX_UNITS} storage units, expected a record set with fewer, or a limit (n=)`,
        );
    }
}
