import type { Keyword, Series } from "../series/model.js";
import { intervalFactor } from "../times/intervals.js";

/** A record, or many of them, that came, changed or went. */
export interface RecordChange {
  /** As {@link seriesKey} has it. */
  readonly series: string;
  /** `new`: a record that was found by its number; whether it replaces another is not known. */
  readonly kind: "insert" | "update" | "delete" | "truncate" | "new";
  /** Missing: many records, of which only the range of their times is known. */
  readonly recnum?: bigint;
  /**
   * Values of the series' {@link changeTime}, DRMS times, both included and the same for one record; `null` is SQL NULL, or that the series
   * has no such keyword. An update has one change for what the record was and one for what it is, unless both are the same.
   */
  readonly first: number | null;
  readonly last: number | null;
  /** Values of the internal prime keys, in order, as text of the database; missing where those of many are meant. */
  readonly keys?: readonly (string | null)[];
}

/** A series in lists of changes: schema and table as the database has them. */
export function seriesKey({ namespace, table }: Pick<Series, "namespace" | "table">): string {
  return `${namespace}.${table}`;
}

/** The keyword whose values changes tell: the first prime key that is a time of the calendar, as users see it; `undefined`: none. */
export function changeTime({ primeKeys }: Series): Keyword | undefined {
  return primeKeys.find(
    ({ external: { type, unit } }) => type === "time" && intervalFactor(unit) === undefined,
  )?.external;
}

/** Columns of a series that changes tell. */
export interface ChangeColumns {
  /** Of {@link changeTime}. */
  readonly time: string | undefined;
  /** Of the internal prime keys. */
  readonly keys: readonly string[];
}

/** The columns that tell what a change touches. */
export function changeColumns(series: Series): ChangeColumns {
  return {
    time: changeTime(series)?.column,
    keys: series.primeKeys.flatMap(({ internal: { column } }) => (column === undefined ? [] : [column])),
  };
}
