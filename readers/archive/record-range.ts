import { DasError } from "../../errors/das-error.js";
import { withKeyRange } from "../../netdrms/query/narrow-query.js";
import { readQuery } from "../../netdrms/query/read-query.js";
import type { KeyFilter, RecordSetQuery } from "../../netdrms/query/record-set-query.js";
import { timeInterval } from "../../netdrms/query/time-interval.js";
import { followKeyword } from "../../netdrms/series/link-target.js";
import { findNamed, type Keyword, type Series } from "../../netdrms/series/model.js";
import type { SeriesCatalog } from "../../netdrms/series/series-cache.js";
import { slotRule } from "../../netdrms/series/slot-rule.js";
import { timeRangeToDrms } from "../../netdrms/times/house-time.js";
import { intervalFactor } from "../../netdrms/times/intervals.js";
import type { Slotting } from "../../netdrms/values/slots.js";
import type { TimeRange } from "../../stream/time.js";
import { timeText } from "../reader-arguments.js";
import type { RecordValues } from "./record-arguments.js";

/** Where the records of a range of time are, and in which order they are read. */
export interface RecordRange {
  readonly query: RecordSetQuery;
  /** The keyword with the times. */
  readonly time: Keyword;
  /** Keywords by which records are sorted before all else, so that times ascend; none where the order of the prime keys does that. */
  readonly order: readonly Keyword[];
  /** Time between records, s. */
  readonly cadenceSeconds: number;
}

/** Least distance that another time may have from the prime key, s. */
const LEAST_PAD = 60;
/** Time between records where the series does not say. */
const CADENCE = 60;

/** What tells where the records of a reader are in time. */
export interface RecordAxis {
  /** Without a range of time. */
  readonly query: RecordSetQuery;
  /** The keyword with the times: x of a record. */
  readonly time: Keyword;
  /** Number of the prime key by which a range of time is found. */
  readonly key: number;
  /** Of that key; missing where it has no slots. */
  readonly slotting: Slotting | undefined;
  /** How far `time` may be from that key, s; 0 where it is that key. */
  readonly around: number;
  /** Time between records, s. */
  readonly cadenceSeconds: number;
}

/**
 * Where the records of a reader are in time, whatever the range.
 * Errors: USAGE where the record set is no single one, or the series has no such keyword or no prime key that is a time; BAD_QUERY,
 * NO_SUCH_SERIES, BROKEN_LINK, those of the database.
 */
export async function recordAxis(
  catalog: SeriesCatalog,
  { ds, time: name, pad, cadence }: Pick<RecordValues, "ds" | "time" | "pad" | "cadence">,
): Promise<RecordAxis> {
  const query = await oneSet(catalog, ds);
  const { series } = query;
  const given = name === undefined ? undefined : await timeKeyword(catalog, series, name);
  const key = timeKey(series, given);
  const { external } = series.primeKeys[key]!; // the key was found there
  const time = given ?? external;
  const slotting = slotRule(series, external)?.slotting;
  const step = slotting === undefined ? undefined : Math.abs(slotting.step);
  const around = time === external ? 0 : (pad ?? Math.max(step ?? 0, LEAST_PAD));
  return { query, time, key, slotting, around, cadenceSeconds: cadence ?? step ?? CADENCE };
}

/**
 * The record set of a reader within a range of time: a range of the first prime key that is a time (or of the one that has the times),
 * a slot wider on both sides. Values of `time` are not looked at here, so some records lie outside.
 *
 * Errors: those of {@link recordAxis}.
 */
export async function recordRange(
  catalog: SeriesCatalog,
  values: Pick<RecordValues, "ds" | "time" | "pad" | "cadence">,
  range: TimeRange,
): Promise<RecordRange> {
  const { query, time, key, slotting, around, cadenceSeconds } = await recordAxis(catalog, values);
  const { external, internal } = query.series.primeKeys[key]!; // the key was found there
  const { begin, end } = timeRangeToDrms(range);
  const interval = timeInterval(slotting, begin - around, end + around);
  // Slots ascend as times do; records of one slot need not.
  const sorted = slotting === undefined || slotting.step < 0 || time !== external ? [time] : [internal, time];
  const isSorted = time === external && isOnlyOpenKey(query, key) && (slotting?.step ?? 1) > 0;
  return {
    query: withKeyRange(query, key, interval),
    time,
    order: isSorted && key === 0 ? [] : isSorted ? [internal] : sorted,
    cadenceSeconds,
  };
}

async function oneSet(catalog: SeriesCatalog, text: string): Promise<RecordSetQuery> {
  const { sets } = await readQuery(text, { findSeries: (name) => catalog.series(name) });
  const [query, ...more] = sets;
  if (query === undefined || more.length > 0)
    throw new DasError("USAGE", `ds: ${sets.length} record sets, expected one`);
  return query;
}

/** A line that tells what is asked for, for `-V`. Source: netdrms 7.3. */
export function queryLine({ query, time }: RecordRange, range: TimeRange): string {
  const { source, span } = query;
  const set = source.text.slice(span.begin, span.end);
  return `${set} with ${time.name} from ${timeText(range.begin)} to ${timeText(range.end)}`;
}

/** The keyword of that name, a time also where its links lead. */
async function timeKeyword(catalog: SeriesCatalog, series: Series, name: string): Promise<Keyword> {
  const keyword = findNamed(series.keywords, name);
  if (keyword === undefined) throw new DasError("USAGE", `time: ${series.name} has no keyword ${name}`);
  const { member } = await followKeyword(catalog, series, keyword);
  if (isTime(member) && member.class !== "constant") return keyword;
  throw new DasError("USAGE", `time: ${keyword.name} of ${series.name} is no time of its records`);
}

/** A time of the calendar, no interval. */
function isTime({ type, unit }: Keyword): boolean {
  return type === "time" && intervalFactor(unit) === undefined;
}

/** Number of the prime key that is the keyword, else of the first that is a time. */
function timeKey({ name, primeKeys }: Series, time: Keyword | undefined): number {
  const same = primeKeys.findIndex(({ external }) => external === time);
  const key = same >= 0 ? same : primeKeys.findIndex(({ external }) => isTime(external));
  if (key >= 0) return key;
  const keys = primeKeys.map(({ external }) => external.name).join(", ");
  throw new DasError(
    "USAGE",
    `${name} has no prime key that is a time, by which a range could be found; its prime keys: ${keys === "" ? "none" : keys}`,
  );
}

/** Whether every other prime key has one value in the set, and each value of the keys one record. */
function isOnlyOpenKey({ series, keyFilters, recnums, allVersions }: RecordSetQuery, key: number): boolean {
  if (recnums !== undefined || allVersions) return false;
  return series.primeKeys.every((_, n) => n === key || keyFilters.some((filter) => isOneValue(filter, n)));
}

function isOneValue({ key, ranges }: KeyFilter, n: number): boolean {
  return key === n && ranges.length === 1 && ranges[0]!.kind !== "range";
}
