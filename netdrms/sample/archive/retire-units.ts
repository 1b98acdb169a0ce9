import { DasError } from "../../../errors/das-error.js";
import { type ConnectionPool, inTransaction } from "../../database/connection-pool.js";
import { name, param, type Sql, sql } from "../../database/sql.js";
import type { Series } from "../../series/model.js";
import { removeFolder } from "../../sums/set-aside.js";
import type { SampleSeriesMap } from "./make-series.js";
import type { SampleSite } from "./sample-site.js";

const READ = { access: "read", statementTimeoutMs: 60_000 } as const;
const WRITE = { access: "write", statementTimeoutMs: 60_000 } as const;

/**
 * Takes two storage units off line, as happens in every archive: that of one of the last EUV images, of which there is a tape (state `N`), and
 * the last one with magnetograms of the first calibration, of which there is none (state `X`). Their records stay.
 * Errors: those of `Database`; ARCHIVE_FAILED where there is no such unit. Source: netdrms 3.4, 3.6.
 */
export async function retireUnits(
  { pool, storage }: SampleSite,
  series: SampleSeriesMap,
  firstCalibration: bigint,
): Promise<void> {
  const euv = series.get("sample_aia.lev1_euv_12s")!;
  const magnetograms = series.get("sample_hmi.m_720s")!;
  const [onTape, gone] = await inTransaction(pool, READ, async (database) => {
    const one = async (of: Series, where: Sql): Promise<bigint> => {
      const [row] = await database.query(
        sql`SELECT max(sunum) AS sunum FROM ${name(of.namespace, of.table)} WHERE sunum >= 0 AND ${where}`,
      );
      if (typeof row?.sunum === "bigint") return row.sunum;
      throw new DasError("ARCHIVE_FAILED", `series ${of.name} has no storage unit to be taken off line`);
    };
    return [
      await one(euv, sql`wavelnth = 304`),
      await one(magnetograms, sql`ln_cal = ${param(firstCalibration, "int8")}`),
    ];
  });
  await retire(storage.pool, onTape!, { tape: "SAMPLE00" });
  await retire(storage.pool, gone!, {});
}

async function retire(
  sums: ConnectionPool,
  sunum: bigint,
  { tape }: { readonly tape?: string },
): Promise<void> {
  const number = param(sunum, "int8");
  const folder = await inTransaction(sums, WRITE, async (database) => {
    await database.query(sql`DELETE FROM public.sum_partn_alloc WHERE ds_index = ${number}`);
    const [row] = await database.query(sql`
      UPDATE public.sum_main
         SET online_status = 'N', archive_status = ${param(tape === undefined ? "N" : "Y", "text")},
             arch_tape = ${param(tape ?? null, "text")}, arch_tape_fn = ${param(tape === undefined ? null : 1, "int4")},
             arch_tape_date = CASE WHEN ${param(tape ?? null, "text")} IS NULL THEN NULL ELSE creat_date END
       WHERE ds_index = ${number} RETURNING online_loc`);
    return row?.online_loc;
  });
  if (typeof folder === "string") await removeFolder(folder);
}
