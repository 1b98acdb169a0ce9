const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Longest time back, ms: ten years and a little. */
const MOST_BACK = 3660 * UNITS.d;

/**
 * A time of the log, ms since 1970: `2021-06-30`, `2021-06-30T10:15`, with seconds and a part of them, `T` or a blank between, with or
 * without a `Z`, always UTC; or back from `now`: `-15m`, `-6h`, `-7d`; or `now`. `undefined` for anything else.
 */
export function readTime(text: string, now: Date): number | undefined {
  if (text === "now") return now.getTime();
  const [, count, unit] = /^-(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count !== undefined && (unit === "m" || unit === "h" || unit === "d"))
    return now.getTime() - Math.min(MOST_BACK, Number(count) * UNITS[unit]);
  const [, date, clock, seconds] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?)?Z?$/.exec(text) ?? [];
  if (date === undefined) return undefined;
  const ms = Date.parse(`${date}T${clock ?? "00:00"}${(seconds ?? ":00").slice(0, 7)}Z`);
  // 30 February would be the second of March.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date ? undefined : ms;
}
