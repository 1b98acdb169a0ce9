import type { DataSource } from "../../dsdf/data-source.js";
import { dateOrTime } from "../../dsdf/flex/source-interface.js";
import { validRangeNow } from "../../dsdf/valid-range.js";
import { compareTimes, type Time, type TimeRange } from "../../stream/time.js";
import { axis } from "../cache/bar.js";
import { html, type Markup } from "../pages/html.js";
import type { Chosen } from "./chosen-range.js";

/** The narrowest mark that is seen, part of the bar. */
const NARROWEST = 0.004;

/** The valid range as a bar over an axis of time, with the chosen range marked; nothing for a source that names none. */
export function timeBar({ validRange }: DataSource, { range }: Chosen, now: Date): Markup | undefined {
  const whole = validRangeNow(validRange, now);
  if (whole === undefined || compareTimes(whole.begin, whole.end) >= 0) return undefined;
  const from = partOf(range.begin, whole);
  const width = Math.max(partOf(range.end, whole) - from, NARROWEST);
  const text = `Data from ${dateOrTime(whole.begin)} to ${validRange?.end === "now" ? "now" : dateOrTime(whole.end)}; chosen: ${dateOrTime(range.begin)} to ${dateOrTime(range.end)}`;
  return html`<div class="coverage"><p class="note">Time that is covered, with the chosen range marked</p>
<svg class="span" role="img" aria-label="${text}"><rect class="valid" width="100%" height="100%"/><rect class="chosen" x="${percent(Math.min(from, 1 - width))}" width="${percent(width)}" height="100%"/></svg>
${axis(whole)}</div>
`;
}

/** Where a time is in a range, 0 to 1. */
function partOf(time: Time, { begin, end }: TimeRange): number {
  const seconds = (to: Time) => (to.day - begin.day) * 86_400 + (to.ns - begin.ns) / 1e9;
  return Math.min(Math.max(seconds(time) / seconds(end), 0), 1);
}

function percent(part: number): string {
  return `${Number((part * 100).toFixed(3))}%`;
}
