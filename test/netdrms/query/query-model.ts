/** A naive archive in memory: the words of netdrms 4 as loops, against which statements are compared. */

/** A value of a prime key: a slot or a whole number, or a string; NULL. */
export type ModelValue = bigint | string | null;

export interface ModelRecord {
  readonly recnum: bigint;
  /** By the internal prime keys, in order. */
  readonly keys: readonly ModelValue[];
  readonly q: number | null;
  readonly f: number | null;
}

/** One element of a filter. Source: netdrms 4.3, 4.4. */
export type ModelElement =
  | { readonly kind: "first" | "last" }
  | {
      readonly kind: "range";
      readonly from?: bigint | string;
      readonly to?: bigint | string;
      readonly closed: boolean;
      readonly every?: bigint;
    };

/** Filters on prime keys are of any of their elements; `key` is its number. */
export interface ModelFilter {
  readonly key: number;
  readonly elements: readonly ModelElement[];
}

/** What SQL makes of a condition: NULL is neither true nor false. */
export type Truth = boolean | null;

export interface ModelQuery {
  /** In the order written. */
  readonly filters: readonly ModelFilter[];
  /** On recnums. */
  readonly recnums?: readonly ModelElement[];
  readonly conditions: readonly ((record: ModelRecord) => Truth)[];
  readonly allVersions: boolean;
  readonly limit: number;
}

/** The recnums that a query selects, in order. */
export function selectedBy(query: ModelQuery, archive: readonly ModelRecord[]): readonly bigint[] {
  const keyCount = archive[0]?.keys.length ?? 0;
  // Filters in prime-key order; what is selected so far is what first and last are taken of. Source: netdrms 4.5.
  let rows = archive;
  for (let key = 0; key < keyCount; key++)
    for (const filter of query.filters.filter((one) => one.key === key)) {
      const sofar = latestOf(rows).map((row) => row.keys[key]!);
      const whole = archive.map((row) => row.keys[key]!);
      const kept = filter.elements.map((element) => matcher(element, sofar, whole));
      rows = rows.filter((row) => kept.some((matches) => matches(row.keys[key]!)));
    }
  const holds = (row: ModelRecord): boolean => query.conditions.every((condition) => condition(row) === true);
  let selected: readonly ModelRecord[];
  if (query.recnums !== undefined) {
    const all = archive.map(({ recnum }) => recnum);
    const kept = query.recnums.map((element) => matcher(element, all, all));
    selected = rows.filter((row) => kept.some((matches) => matches(row.recnum)) && holds(row));
  } else if (query.allVersions || keyCount === 0) selected = rows.filter(holds);
  // A group qualifies if its latest row does. Source: netdrms 4.6.
  else selected = latestOf(rows).filter(holds);
  const sorted = selected.toSorted(byKeys).map(({ recnum }) => recnum);
  if (query.limit === 0) return sorted;
  return query.limit > 0 ? sorted.slice(0, query.limit) : sorted.slice(query.limit);
}

/** The row with the largest recnum of each prime-key value; NULLs are one value. */
function latestOf(rows: readonly ModelRecord[]): readonly ModelRecord[] {
  return rows.filter((row) => !rows.some((other) => other.recnum > row.recnum && sameKeys(row, other)));
}

function sameKeys(a: ModelRecord, b: ModelRecord): boolean {
  return a.keys.every((value, n) => value === b.keys[n]);
}

/** Whether a value of a key is in an element. */
function matcher(
  element: ModelElement,
  sofar: readonly ModelValue[],
  whole: readonly ModelValue[],
): (value: ModelValue) => boolean {
  if (element.kind !== "range") {
    const extreme = extremeOf(sofar, element.kind);
    return (value) => value !== null && value === extreme;
  }
  const { from, to, closed, every } = element;
  if (from === undefined && to === undefined && every === undefined) return () => true;
  // A stride counts from the begin of its range, else from the smallest value of the series. Source: netdrms 4.2, 4.3.
  const start = from ?? extremeOf(whole, "first");
  return (value) => {
    if (value === null) return false;
    if (from !== undefined && value < from) return false;
    if (to !== undefined && (closed ? value > to : value >= to)) return false;
    return every === undefined || (BigInt(value) - BigInt(start ?? 0)) % every === 0n;
  };
}

function extremeOf(values: readonly ModelValue[], which: "first" | "last"): ModelValue {
  const sorted = values.filter((value) => value !== null).toSorted(compare);
  return (which === "first" ? sorted[0] : sorted.at(-1)) ?? null;
}

function byKeys(a: ModelRecord, b: ModelRecord): number {
  for (const [n, value] of a.keys.entries()) {
    const order = compare(value, b.keys[n]!);
    if (order !== 0) return order;
  }
  return compare(a.recnum, b.recnum);
}

/** Ascending, NULL last, as PostgreSQL sorts. */
function compare(a: ModelValue, b: ModelValue): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}
