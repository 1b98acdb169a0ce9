import { DasError } from "../../errors/das-error.js";
import type { Database } from "../database/database.js";
import { sql } from "../database/sql.js";
import { bigintField } from "./row-fields.js";

/** Largest site code: 15 bits, so that a SUNUM is never negative. Source: netdrms 3.2. */
export const MAX_SITE_CODE = 0x7fff;

const LOCAL_BITS = 48n;
const MAX_SUNUM = (1n << 63n) - 1n;

/** The site that made a storage unit; -1 for "no storage unit". Source: netdrms 3.2. */
export function siteCode(sunum: bigint): number {
  return sunum < 0n ? -1 : Number(sunum >> LOCAL_BITS);
}

/** SUNUMs of a site, both included. Errors: BAD_PARAMETER for a code that is no whole number from 0 to 32767. Source: netdrms 3.2. */
export function sunumRange(code: number): { readonly first: bigint; readonly last: bigint } {
  if (!Number.isInteger(code) || code < 0 || code > MAX_SITE_CODE)
    throw new DasError("BAD_PARAMETER", `site code ${code}, expected 0 to ${MAX_SITE_CODE}`);
  const first = BigInt(code) << LOCAL_BITS;
  return { first, last: first + (1n << LOCAL_BITS) - 1n };
}

/** A SUNUM as people write it. Errors: BAD_PARAMETER for anything but a decimal number below 2^63. */
export function parseSunum(text: string): bigint {
  const sunum = /^\d{1,19}$/.test(text) ? BigInt(text) : -1n;
  if (sunum < 0n || sunum > MAX_SUNUM)
    throw new DasError(
      "BAD_PARAMETER",
      `storage unit ${JSON.stringify(text.slice(0, 40))}, expected a decimal number`,
    );
  return sunum;
}

/** The code of this site: the one whose range the sequence of SUNUMs is in. Errors: those of {@link Database}. Source: netdrms 3.2. */
export async function ownSiteCode(sums: Database): Promise<number> {
  const [row] = await sums.query(
    sql`SELECT min_value FROM pg_sequences WHERE schemaname = 'public' AND sequencename = 'sum_ds_index_seq'`,
  );
  if (row === undefined) throw new DasError("ARCHIVE_FAILED", "the database has no tables of storage units");
  return siteCode(bigintField(row, "min_value"));
}
