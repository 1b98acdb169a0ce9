import { type Span, spanText } from "../../plot/span.js";
import { shortTime } from "../../stream/short-time.js";
import type { SourceFacts } from "./facts.js";

/** Why nothing is to be seen of a source in a range. */
export function emptyText({ valid }: Pick<SourceFacts, "valid">, span: Span): string {
  if (valid === undefined) return "No data in this range.";
  const { begin, end } = spanText(span);
  const range = `${dayText(valid.begin)} to ${dayText(valid.end)}`;
  // What is valid has gaps, and may be looked at more closely than records are apart.
  return begin < valid.end && end > valid.begin
    ? `No record in this range, though it is within that of the source (${range}): zoom out or move.`
    : `No data in this range. The source has data from ${range}.`;
}

/** A time to the minute, a midnight as its day. */
function dayText(time: string): string {
  return shortTime(time.slice(0, 16));
}
