const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** A number of bytes for people, three figures, powers of 1000: `12.3 MB`. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? String(Math.round(value)) : threeFigures(value)} ${UNITS[unit]}`;
}

/** A duration for people, three figures: `4.2 ms`, `12.3 s`, `3 min 20 s`. */
export function durationText(ms: number): string {
  if (ms < 999.5) return `${threeFigures(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 99.95) return `${threeFigures(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function threeFigures(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

const NUMBER = new Intl.NumberFormat("en");

/** A number for people, thousands apart: `12,345`. */
export function numberText(count: number): string {
  return NUMBER.format(count);
}

/** A count with its noun in singular or plural: `1 request`, `1,200 requests`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

/** A part of a whole for people: `0 %` and `100 %` only where it is none and all, `99.9 %` where it is nearly all. */
export function percentText(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return "0 %";
  if (part >= whole) return "100 %";
  const percent = (part / whole) * 100;
  if (percent < 0.1) return "< 0.1 %";
  // Cut, not rounded: 99.96 % is not all.
  return percent < 10 || percent > 99
    ? `${(Math.floor(percent * 10) / 10).toFixed(1)} %`
    : `${Math.floor(percent)} %`;
}

const DAY_NAMES = new Intl.DateTimeFormat("en", {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});

/** A day for people: `Wed, Jun 30`; other text as it is. */
export function dayText(day: string): string {
  const time = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(time.getTime()) ? day : DAY_NAMES.format(time);
}
