import { changeTime, type RecordChange } from "../../netdrms/changes/record-change.js";
import { keywordDefault } from "../../netdrms/series/keyword-default.js";
import type { Keyword } from "../../netdrms/series/model.js";
import { isMissingTime } from "../../netdrms/times/missing-time.js";
import type { Slotting } from "../../netdrms/values/slots.js";
import type { RecordsRead } from "../../readers/records-read.js";
import { mayHold } from "./key-match.js";

/** A range of DRMS times, both included. */
export interface DrmsSpan {
  readonly first: number;
  readonly last: number;
}

/** Where in time a change of a record touches what a reader makes of it. */
export type Touched =
  | { readonly kind: "nothing" }
  /** Any time. */
  | { readonly kind: "all" }
  | {
      readonly kind: "times";
      /** Where records of this change are or were: x of their packets. */
      readonly spans: readonly DrmsSpan[];
      /** Other versions of the record may lie elsewhere in this slot: what the newest hides or shows. */
      readonly slot?: { readonly number: bigint; readonly span: DrmsSpan };
    };

/** What rounding may do to a time that is compared in the database, s; as the readers have it. */
const ROUNDING = 1;

/**
 * What a change of a record of the series itself touches. The packet of a record lies at its time keyword. Where that is the prime key, it is known to the
 * last bit; a time beside the key lies as far from it as the reader looks (`pad`), so all of that is touched.
 */
export function touchedBy(change: RecordChange, records: RecordsRead): Touched {
  const { query, key } = records;
  if (change.keys === undefined) return touchedByMany(change, records);
  if (!mayHold(query, change.keys)) return { kind: "nothing" };
  const text = change.keys[key];
  const { external } = query.series.primeKeys[key]!; // the key was found there
  const value = timeOfKey(change, records, external);
  if (records.slotting === undefined) {
    const at = value ?? numberOf(text, external);
    return around(records, isTime(at) ? [{ first: at, last: at }] : []);
  }
  const slot = text === null || text === undefined ? undefined : BigInt(text);
  const span = slot === undefined ? undefined : slotSpan(records.slotting, slot);
  if (value === undefined || records.time !== external) {
    const known = isTime(value) ? [{ first: value, last: value }] : [];
    return around(records, span === undefined ? known : [span, ...known]);
  }
  return {
    kind: "times",
    spans: isTime(value) ? [{ first: value, last: value }] : [],
    ...(slot === undefined || span === undefined ? {} : { slot: { number: slot, span } }),
  };
}

/** Of many records only the range of their times is known; each may be another version of one elsewhere in its slot. */
function touchedByMany({ first, last }: RecordChange, records: RecordsRead): Touched {
  const { query, key, slotting } = records;
  const { external } = query.series.primeKeys[key]!; // the key was found there
  if (external !== changeTime(query.series)) return { kind: "all" };
  const [from, to] = [first ?? defaultTime(external), last ?? defaultTime(external)];
  if (!isTime(from) && !isTime(to)) return { kind: "nothing" };
  const step = slotting === undefined ? 0 : Math.abs(slotting.step);
  // The missing time is before all others, and what is no number behind them.
  return around(records, [
    {
      first: isTime(from) ? from - step : Number.NEGATIVE_INFINITY,
      last: isTime(to) ? to + step : Number.POSITIVE_INFINITY,
    },
  ]);
}

/** Where x may be for records whose prime key lies in the spans. */
function around(
  { time, around: pad, slotting, query, key }: RecordsRead,
  spans: readonly DrmsSpan[],
): Touched {
  if (time === query.series.primeKeys[key]?.external) return { kind: "times", spans };
  // As the reader: one slot more on both sides.
  const width = pad + ROUNDING + (slotting === undefined ? 0 : Math.abs(slotting.step));
  return {
    kind: "times",
    spans: spans.map(({ first, last }) => ({ first: first - width, last: last + width })),
  };
}

/** The value that the change tells of the key, where it tells that one; NULL stands for the default. */
function timeOfKey({ first }: RecordChange, { query }: RecordsRead, external: Keyword): number | undefined {
  if (external !== changeTime(query.series) || external.column === undefined) return undefined;
  return first ?? defaultTime(external);
}

function numberOf(text: string | null | undefined, keyword: Keyword): number {
  return text === null || text === undefined ? defaultTime(keyword) : Number(text);
}

function defaultTime(keyword: Keyword): number {
  return Number(keywordDefault(keyword));
}

function isTime(value: number | undefined): value is number {
  return value !== undefined && !isMissingTime(value);
}

/** The values that fall into a slot. Source: netdrms 1.6. */
function slotSpan({ base, step, round }: Slotting, slot: bigint): DrmsSpan {
  const one = base - round / 2 + Number(slot) * step;
  const other = one + step;
  // The sum rounds; a microsecond more does no harm.
  return { first: Math.min(one, other) - 1e-6, last: Math.max(one, other) + 1e-6 };
}
