import type { Series } from "../../netdrms/series/model.js";
import type { Property, StreamItem } from "../../stream/model.js";
import { property, warningItem } from "../stream-parts.js";
import type { RecordRange } from "./record-range.js";

/** What a stream of the records of a series is called where nobody said. */
export function seriesTitle({ name, description }: Series): string {
  const text = description.trim();
  return text === "" ? name : `${text} (${name})`;
}

/** From the first condition of a record set to the last: text of SQL, that stays inside. */
const CONDITIONS = /\[[?!][\s\S]*[?!]\]/;

/**
 * Where the records of a stream come from, as properties of it: the series, the record set without the range of time (conditions in
 * brackets as `[?...?]`), and the keyword with the times. None of them changes with the range, so blocks of a cache say the same.
 */
export function recordProperties({ query, time }: RecordRange): readonly Property[] {
  const { source, span, series } = query;
  const set = source.text.slice(span.begin, span.end).replace(CONDITIONS, "[?...?]");
  return [property("provSeries", series.name), property("provRecords", set), property("provTime", time.name)];
}

/** Lines for people as comments of the stream. */
export function warningItems(program: string, lines: readonly string[]): readonly StreamItem[] {
  return lines.map((line) => warningItem(program, line));
}
