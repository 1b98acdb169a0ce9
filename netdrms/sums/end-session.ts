import type { ConnectionPool } from "../database/connection-pool.js";
import type { Database } from "../database/database.js";
import { param, sql } from "../database/sql.js";
import { partitionFolders } from "./partitions.js";
import { bigintField, textField } from "./row-fields.js";
import { removeFolder } from "./set-aside.js";
import { changeSums, readSums } from "./sums-transaction.js";
import { isUnitFolder, sunumOfFolder } from "./unit-path.js";

/** A unit that was being written. */
interface Unfinished {
  readonly sunum: bigint;
  readonly folder: string;
}

/**
 * Ends a writing session: units that were allocated and not put disappear, folder first, so that a crash leaves the row which
 * tells of the rest; then the holds of the session (state 8) and its row. Nobody may be writing in the session any more.
 *
 * @returns units that disappeared; one whose folder cannot be removed keeps its row, for a clean-up
 * Errors: those of `Database`.
 * Source: netdrms 3.6, 5.
 */
export async function endSession(
  pool: ConnectionPool,
  sumid: bigint,
  log: (line: string) => void,
): Promise<readonly bigint[]> {
  const unfinished = await readSums(pool, (sums) => unfinishedUnits(sums, sumid));
  const stuck: string[] = [];
  for (const { sunum, folder } of unfinished)
    await removeFolder(folder).catch((error: unknown) => {
      stuck.push(folder);
      log(`the folder of unfinished storage unit ${sunum} cannot be removed: ${String(error)}`);
    });
  await changeSums(pool, async (sums) => {
    const owner = param(sumid, "int8");
    await sums.query(sql`
      DELETE FROM public.sum_partn_alloc
       WHERE sumid = ${owner} AND status IN (1, 8) AND NOT (status = 1 AND wd = ANY(${param(stuck, "text[]")}))`);
    await sums.query(sql`DELETE FROM public.sum_open WHERE sumid = ${owner}`);
  });
  return unfinished.filter(({ folder }) => !stuck.includes(folder)).map(({ sunum }) => sunum);
}

/**
 * Units that a session allocated and did not put. The original leaves the row of a unit that it has put to the end of the session,
 * so a row alone does not say that.
 * Errors: those of {@link Database}.
 */
export async function unfinishedUnits(sums: Database, sumid: bigint): Promise<readonly Unfinished[]> {
  const rows = await sums.query(
    sql`SELECT wd FROM public.sum_partn_alloc WHERE sumid = ${param(sumid, "int8")} AND status = 1`,
  );
  const partitions = await partitionFolders(sums);
  const allocated = rows.flatMap((row): Unfinished[] => {
    const folder = textField(row, "wd");
    const sunum = sunumOfFolder(folder);
    return sunum !== undefined && isUnitFolder(folder, sunum, partitions) ? [{ sunum, folder }] : [];
  });
  const numbers = allocated.map(({ sunum }) => sunum);
  const known = await sums.query(sql`
    SELECT ds_index, online_loc FROM public.sum_main
     WHERE ds_index = ANY(${param(numbers, "int8[]")}) AND online_status = 'Y'`);
  const put = new Map(known.map((row) => [bigintField(row, "ds_index"), textField(row, "online_loc")]));
  return allocated.filter(({ sunum, folder }) => put.get(sunum) !== folder);
}
