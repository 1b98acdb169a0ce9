import { asDasError } from "../../../errors/das-error.js";
import type { ConnectionPool } from "../../database/connection-pool.js";
import type { Series } from "../../series/model.js";
import { mayShorten, touchUnits } from "../../sums/retention.js";
import { changeSums } from "../../sums/sums-transaction.js";
import type { ShowInfoContext } from "./declaration.js";

/** Keeps storage units for longer; never fails. */
export type Touch = (sunums: readonly bigint[]) => Promise<void>;

/** Days for a series that says nothing. Source: netdrms 2.3. */
export const SITE_STAGING_DAYS = 3;

/**
 * How the units of a set are kept, `undefined` where they are not: with `-p` for the days that the series keeps what is read, with
 * DRMS_RETENTION for so many, which may be fewer where the user may say so.
 *
 * What a user may not do, or a database that takes no changes, is no reason not to show the records: it is told once.
 * Source: netdrms 3.6, 6; 7.3.
 */
export async function touchOf(context: ShowInfoContext, series: Series): Promise<Touch | undefined> {
  const { values, standard, database, sums } = context;
  const asked = standard.DRMS_RETENTION;
  if (asked === undefined && !values.p) return undefined;
  const staging = series.stagingRetentionDays || SITE_STAGING_DAYS;
  const days = asked === undefined ? -staging : (await mayShorten(database, series.name)) ? asked : -asked;
  return touching(context, sums, days);
}

function touching({ log }: ShowInfoContext, sums: ConnectionPool, days: number): Touch {
  let isRefused = false;
  return async (sunums) => {
    if (isRefused || sunums.length === 0) return;
    try {
      await changeSums(sums, (database) => touchUnits(database, sunums, days));
    } catch (error) {
      isRefused = true;
      log(`show_info: storage units are not kept for longer: ${asDasError(error, "touching them").message}`);
    }
  };
}
