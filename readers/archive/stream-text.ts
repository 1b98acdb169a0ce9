import type { Series } from "../../netdrms/series/model.js";
import type { StreamItem } from "../../stream/model.js";
import { warningItem } from "../stream-parts.js";

/** What a stream of the records of a series is called where nobody said. */
export function seriesTitle({ name, description }: Series): string {
  const text = description.trim();
  return text === "" ? name : `${text} (${name})`;
}

/** Lines for people as comments of the stream. */
export function warningItems(program: string, lines: readonly string[]): readonly StreamItem[] {
  return lines.map((line) => warningItem(program, line));
}
