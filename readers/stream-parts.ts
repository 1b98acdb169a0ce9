import { DasError } from "../errors/das-error.js";
import type { Property, PropertyType, StreamItem } from "../stream/model.js";
import type { ProgramContext } from "../stream/program.js";
import type { TimeRange } from "../stream/time.js";
import { timeText } from "./reader-arguments.js";

/** What a reader says of its stream as a whole; das2-stream A8.3. */
export interface StreamText {
  /** The program's name. */
  readonly sourceId: string;
  readonly title: string;
  readonly summary?: string;
  /** Widest distance of neighbours that still belong together, seconds. */
  readonly tagWidthSeconds?: number;
  readonly renderer?: string;
  readonly more?: readonly Property[];
}

/** Stands for a value that is missing: the default of das2-stream A9, which readers write out for all clients. */
export const FILL = -1e31;

/** A property; das2-stream A8.1. */
export function property(name: string, value: string, type: PropertyType = "String"): Property {
  return { name, type, value };
}

/**
 * The first item of a reader's stream: version 2.2, the properties that every reader writes. x ascends, so both
 * spellings of the promise are there. `xCacheRange` is the requested range, whatever the extent of the data.
 * Source: das2-stream A4, A15.1, A20.
 */
export function streamItem(text: StreamText, range: TimeRange): StreamItem {
  const properties: Property[] = [
    property("title", text.title),
    property("sourceId", text.sourceId),
    // Without a type: an older Java client takes it for text.
    property("xMonotonic", "true"),
    property("monotonicXTags", "true"),
    property("xCacheRange", `${timeText(range.begin)}Z to ${timeText(range.end)}Z UTC`, "DatumRange"),
    property("xLabel", "Time (UTC)"),
  ];
  if (text.summary !== undefined) properties.push(property("summary", text.summary));
  if (text.tagWidthSeconds !== undefined)
    properties.push(property("xTagWidth", `${text.tagWidthSeconds} s`, "Datum"));
  if (text.renderer !== undefined) properties.push(property("renderer", text.renderer));
  properties.push(...(text.more ?? []));
  return { kind: "stream", header: { version: "2.2", properties } };
}

/** The last item of a stream without data; das2-stream A13. It is success, not failure. */
export function noDataItem(title: string, range: TimeRange): StreamItem {
  const message = `No ${title} between ${timeText(range.begin)} and ${timeText(range.end)}`;
  return { kind: "exception", exception: { type: "NoDataInInterval", message } };
}

/** A comment for the people who look at the log of a client; das2-stream A12. */
export function warningItem(source: string, value: string): StreamItem {
  return { kind: "comment", comment: { type: "log:warning", source, value } };
}

/** Stops a reader whose output nobody wants any more; called once a portion. Errors: CANCELLED. */
export function checkWanted(context: ProgramContext): void {
  if (context.signal.aborted) throw new DasError("CANCELLED", "the request was cancelled");
}

/** The fill of a plane as a property, `yFill` or `zFill`; das2-stream A8.3. */
export function fillProperty(name: "yFill" | "zFill"): Property {
  return property(name, "-1e31", "double");
}
