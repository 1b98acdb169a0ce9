import { compareTimes, parseTime, type Time } from "../stream/time.js";

/**
 * Reads `BEGIN to END` with an optional `UTC` behind either; END may be `now`.
 * `undefined` where it is no range, or an empty one. Source: das2-server 12.3, das2-stream A11.2.
 */
export function openRange(text: string): { readonly begin: Time; readonly end: Time | "now" } | undefined {
  const [from, to, ...more] = text.trim().split(/\s+to\s+/i);
  if (from === undefined || to === undefined || more.length > 0) return undefined;
  const begin = timeOrNothing(from);
  const last = withoutZone(to);
  const end = /^now$/i.test(last) ? "now" : timeOrNothing(last);
  if (begin === undefined || end === undefined) return undefined;
  return end !== "now" && compareTimes(begin, end) >= 0 ? undefined : { begin, end };
}

/** The same for a range of which the end must be a time. */
export function closedRange(text: string): { readonly begin: Time; readonly end: Time } | undefined {
  const range = openRange(text);
  return range === undefined || range.end === "now" ? undefined : { begin: range.begin, end: range.end };
}

function withoutZone(text: string): string {
  return text.trim().replace(/\s*UTC$/i, "");
}

function timeOrNothing(text: string): Time | undefined {
  try {
    return parseTime(withoutZone(text), { bareYear: true });
  } catch {
    return undefined; // the caller names the keyword and what was expected
  }
}
