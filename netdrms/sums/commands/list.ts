import { parseArgs } from "node:util";
import { DasError } from "../../../errors/das-error.js";
import type { Database } from "../../database/database.js";
import { EMPTY_SQL, param, type Sql, sql } from "../../database/sql.js";
import { bigintField } from "../row-fields.js";
import { readSums } from "../sums-transaction.js";
import { type SumsCommand, type SumsContext, sunumsOf, tableOf, wholeNumber } from "./command.js";
import { UNIT_COLUMNS, unitRows } from "./unit-table.js";

/** Units read together. */
const CHUNK = 1000;

/** `sums list`: the units that are known here. */
export const list: SumsCommand = {
  name: "list",
  summary: "the storage units that are known here",
  help: [
    "usage: sums list [--series NS.TABLE] [--status Y|N] [--limit N]",
    "",
    "  --series NS.TABLE  only those of a series",
    "  --status Y|N       only those that are marked on line (Y) or off line (N)",
    "  --limit N          at most N, those with the smallest numbers",
    "",
    "States: Y on line, N off line on tape, X gone, I unknown, remote of another site.",
  ].join("\n"),
  async run(args, context) {
    const { values } = parseArgs({
      args: [...args],
      options: { series: { type: "string" }, status: { type: "string" }, limit: { type: "string" } },
    });
    const { series, status } = values;
    if (status !== undefined && status !== "Y" && status !== "N")
      throw new DasError("BAD_PARAMETER", `status ${JSON.stringify(status)}, expected Y or N`);
    const limit =
      values.limit === undefined
        ? Number.POSITIVE_INFINITY
        : wholeNumber("limit", values.limit, 0, Number.MAX_SAFE_INTEGER);
    const which = sql`${series === undefined ? EMPTY_SQL : sql`AND lower(owning_series) = lower(${param(series, "text")})`}
      ${status === undefined ? EMPTY_SQL : sql`AND online_status = ${param(status, "text")}`}`;
    return { columns: UNIT_COLUMNS, rows: listRows(context, which, limit) };
  },
};

async function* listRows(
  { sums: pool, log }: SumsContext,
  which: Sql,
  limit: number,
): AsyncGenerator<readonly string[]> {
  let left = limit;
  for (let after = -1n; left > 0; ) {
    const from = after;
    const sunums = await readSums(pool, (sums) => nextUnits(sums, which, from, Math.min(left, CHUNK)));
    if (sunums.length === 0) return;
    yield* await unitRows(pool, sunums, log);
    left -= sunums.length;
    after = sunums.at(-1)!;
  }
}

async function nextUnits(
  sums: Database,
  which: Sql,
  after: bigint,
  most: number,
): Promise<readonly bigint[]> {
  const rows = await sums.query(sql`
    SELECT ds_index FROM public.sum_main WHERE ds_index > ${param(after, "int8")} ${which}
     ORDER BY ds_index LIMIT ${param(most, "int4")}`);
  return rows.map((row) => bigintField(row, "ds_index"));
}

/** `sums where`: where units are. */
export const where: SumsCommand = {
  name: "where",
  summary: "where storage units are",
  help: ["usage: sums where SUNUM...", "", "One row for each, unknown ones too; states as of list."].join(
    "\n",
  ),
  async run(args, { sums, log }) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
    return tableOf(UNIT_COLUMNS, await unitRows(sums, sunumsOf(positionals), log));
  },
};
