import { parseArgs } from "node:util";
import { DasError } from "../../../errors/das-error.js";
import { param, sql } from "../../database/sql.js";
import { mayShorten, touchUnits } from "../retention.js";
import { bigintField, textField } from "../row-fields.js";
import { changeSums, readSums } from "../sums-transaction.js";
import { archiveOf, daysOf, type SumsCommand, type SumsContext, sunumsOf, tableOf } from "./command.js";

/** `sums touch`: keeps units at least so long. */
export const touch: SumsCommand = {
  name: "touch",
  summary: "keep storage units for at least some days from now",
  help: [
    "usage: sums touch DAYS SUNUM...",
    "",
    "Units that would go earlier are kept for DAYS days and 3 more; others stay as they are.",
  ].join("\n"),
  async run(args, { sums }) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
    const days = daysOf(positionals[0]);
    const sunums = sunumsOf(positionals.slice(1));
    const touched = await changeSums(sums, (transaction) => touchUnits(transaction, sunums, -days));
    return tableOf(["sunum", "result"], resultRows(sunums, touched, "as it was"));
  },
};

/** `sums retention`: sets how long units are kept. */
export const retention: SumsCommand = {
  name: "retention",
  summary: "set for how many days from now storage units are kept",
  help: [
    "usage: sums retention DAYS SUNUM...",
    "       sums retention DAYS --series NS.TABLE",
    "",
    "Sets the expiry to DAYS days and 3 more, which may be earlier than before. Only for the owner of the series and for",
    "members of sumsadmin.",
  ].join("\n"),
  async run(args, context) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { series: { type: "string" } },
    });
    const days = daysOf(positionals[0]);
    const words = positionals.slice(1);
    if (values.series !== undefined) {
      if (words.length > 0)
        throw new DasError("BAD_PARAMETER", "a series and storage units given, expected one");
      return tableOf(
        ["series", "units"],
        [[values.series, String(await wholeSeries(context, values.series, days))]],
      );
    }
    const sunums = sunumsOf(words);
    for (const series of await seriesOf(context, sunums)) await expectRight(context, series);
    const changed = await changeSums(context.sums, (sums) => touchUnits(sums, sunums, days));
    return tableOf(["sunum", "result"], resultRows(sunums, changed, "not on line"));
  },
};

function resultRows(
  sunums: readonly bigint[],
  changed: ReadonlySet<bigint>,
  otherwise: string,
): readonly (readonly string[])[] {
  return sunums.map((sunum) => [String(sunum), changed.has(sunum) ? "changed" : otherwise]);
}

async function wholeSeries(context: SumsContext, series: string, days: number): Promise<number> {
  await expectRight(context, series);
  return changeSums(context.sums, async (sums) => {
    const rows = await sums.query(sql`
      SELECT ds_index FROM public.sum_main
       WHERE lower(owning_series) = lower(${param(series, "text")}) AND online_status = 'Y'`);
    const sunums = rows.map((row) => bigintField(row, "ds_index"));
    return (await touchUnits(sums, sunums, days)).size;
  });
}

function seriesOf({ sums: pool }: SumsContext, sunums: readonly bigint[]): Promise<readonly string[]> {
  return readSums(pool, async (sums) => {
    const rows = await sums.query(
      sql`SELECT DISTINCT owning_series FROM public.sum_main WHERE ds_index = ANY(${param(sunums, "int8[]")})`,
    );
    return rows.map((row) => textField(row, "owning_series"));
  });
}

async function expectRight(context: SumsContext, series: string): Promise<void> {
  const drms = archiveOf(context, "to see who owns a series");
  if (!(await readSums(drms, (archive) => mayShorten(archive, series))))
    throw new DasError(
      "FORBIDDEN",
      `the retention of ${series} can only be set by its owner and members of sumsadmin; touch keeps longer`,
    );
}
