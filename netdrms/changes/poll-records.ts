import { DasError } from "../../errors/das-error.js";
import type { Database, Row } from "../database/database.js";
import { joinSql, name, param, type Sql, sql } from "../database/sql.js";
import type { Series } from "../series/model.js";
import { MAX_GAPS, type PolledPosition } from "./change-position.js";
import { changeColumns, type RecordChange, seriesKey } from "./record-change.js";

/** What a look at a series has found. */
export interface PolledPage {
  readonly changes: readonly RecordChange[];
  readonly position: PolledPosition;
  /** There may be more at once. */
  readonly hasMore: boolean;
  /** The series has begun anew, or was never looked at: what has changed is not known. */
  readonly isLost: boolean;
}

/** How far below the largest number records are still waited for. */
const WINDOW = 100_000n;
/** Records of one look. */
const PAGE_RECORDS = 10_000;

/**
 * Looks for records that have come, by their numbers alone: for a database where nothing may be set up. Numbers only grow and an update is a new
 * record; numbers that are left out are looked for again, for a transaction that took them may end later than those behind it. Records
 * that are edited or deleted in their place are not seen.
 *
 * @param position missing: nothing is given, the next look begins here
 * Errors: those of {@link Database}. Source: netdrms 1.1.
 */
export async function pollRecords(
  database: Database,
  series: Series,
  position?: PolledPosition,
): Promise<PolledPage> {
  const [row] = await database.query(sql`SELECT max(recnum) AS largest FROM ${tableOf(series)}`);
  const largest = typeof row?.largest === "bigint" ? row.largest : 0n;
  if (position === undefined || largest < position.last) return begin(database, series, largest);
  const late = await recordsIn(database, series, position.gaps);
  const fresh = await recordsIn(database, series, [{ first: position.last + 1n, last: largest }]);
  const isCut = fresh.length === PAGE_RECORDS || late.length === PAGE_RECORDS;
  const last = fresh.at(-1)?.recnum ?? position.last;
  const gaps = [
    ...without(
      position.gaps,
      late.map(({ recnum }) => recnum),
    ),
    ...without(
      [{ first: position.last + 1n, last }],
      fresh.map(({ recnum }) => recnum),
    ),
  ];
  return {
    changes: [...late, ...fresh],
    position: { last, gaps: gaps.filter((gap) => gap.last > last - WINDOW).slice(-MAX_GAPS) },
    hasMore: isCut,
    isLost: false,
  };
}

async function begin(database: Database, series: Series, largest: bigint): Promise<PolledPage> {
  const rows = await database.query(sql`SELECT before + 1 AS first, recnum - 1 AS last
    FROM (SELECT recnum, lag(recnum) OVER (ORDER BY recnum) AS before FROM ${tableOf(series)}
      WHERE recnum > ${param(largest - WINDOW, "int8")}) AS numbers
    WHERE recnum > before + 1 ORDER BY recnum DESC LIMIT ${param(MAX_GAPS, "int4")}`);
  const gaps = rows.map(({ first, last }) => ({ first: bigint(first), last: bigint(last) })).reverse();
  return { changes: [], position: { last: largest, gaps }, hasMore: false, isLost: true };
}

type Gap = PolledPosition["gaps"][number];
type FoundRecord = RecordChange & { readonly recnum: bigint };

/** The first records of the ranges, by number. */
async function recordsIn(
  database: Database,
  series: Series,
  ranges: readonly Gap[],
): Promise<readonly FoundRecord[]> {
  const wanted = ranges.filter(({ first, last }) => first <= last);
  if (wanted.length === 0) return [];
  const { time, keys } = changeColumns(series);
  const at = time === undefined ? sql`NULL::float8` : name("t", time);
  const texts = joinSql(
    keys.map((key): Sql => sql`${name("t", key)}::text`),
    ", ",
  );
  const rows =
    await database.query(sql`SELECT t.recnum AS recnum, ${at} AS at, ARRAY[${texts}]::text[] AS keys
    FROM unnest(${numbers(wanted.map(({ first }) => first))}, ${numbers(wanted.map(({ last }) => last))}) AS gap(first, last)
    JOIN LATERAL (SELECT * FROM ${tableOf(series)} AS r WHERE r.recnum BETWEEN gap.first AND gap.last
      ORDER BY r.recnum LIMIT ${param(PAGE_RECORDS, "int4")}) AS t ON true
    ORDER BY t.recnum LIMIT ${param(PAGE_RECORDS, "int4")}`);
  return rows.map((row) => changeOf(seriesKey(series), row));
}

function numbers(values: readonly bigint[]): Sql {
  return sql`${param(values, "int8[]")}`;
}

function changeOf(series: string, { recnum, at, keys }: Row): FoundRecord {
  const time = typeof at === "number" ? at : null;
  return {
    series,
    kind: "new",
    recnum: bigint(recnum),
    first: time,
    last: time,
    keys: Array.isArray(keys) ? keys.map((key) => (key === null ? null : String(key))) : [],
  };
}

/**
 * What is left of ranges without some numbers of them.
 * @param gone ascending, as the ranges
 */
function without(ranges: readonly Gap[], gone: readonly bigint[]): readonly Gap[] {
  const left: Gap[] = [];
  let at = 0;
  for (const { first, last } of ranges) {
    let from = first;
    for (; at < gone.length && gone[at]! <= last; at++) {
      const number = gone[at]!;
      if (number > from) left.push({ first: from, last: number - 1n });
      from = number + 1n;
    }
    if (from <= last) left.push({ first: from, last });
  }
  return left;
}

function tableOf({ namespace, table }: Series): Sql {
  return name(namespace, table);
}

function bigint(value: Row[string] | undefined): bigint {
  if (typeof value === "bigint") return value;
  throw new DasError("INTERNAL", "a record without a number");
}
