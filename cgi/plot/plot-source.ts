import type { DataSource } from "../../dsdf/data-source.js";
import { timeText } from "../../dsdf/stages.js";
import { validRangeNow } from "../../dsdf/valid-range.js";
import { shortTime } from "../../stream/short-time.js";
import { shortText } from "../pages/short-text.js";

/** How the page asks for the data of a source; `files` and `other` it cannot draw. */
export type PlotAccess = "das2" | "path" | "files" | "other";

/** An example range of a source, times as text. */
export interface PlotExample {
  readonly name: string;
  readonly begin: string;
  readonly end: string;
  readonly params?: string;
  readonly interval?: string;
}

/** What the page knows of a source before it asks for data. */
export interface PlotSource {
  readonly id: string;
  readonly about: string;
  /** `das2`: as `server=dataset`; `path`: through its path, which gives das2 whatever the source makes. */
  readonly access: PlotAccess;
  readonly needsInterval: boolean;
  readonly asksForLogin: boolean;
  readonly valid?: { readonly begin: string; readonly end: string };
  readonly examples: readonly PlotExample[];
}

/** Characters of the name of an example. */
const MOST_OF_A_NAME = 80;
/** Characters of a description beside a plot; the page of the source has all of it. */
const MOST_ABOUT = 300;

/** Says what a page has to know of a source. */
export function plotSource(source: DataSource, now: Date): PlotSource {
  const valid = validRangeNow(source.validRange, now);
  return {
    id: source.id,
    about: shortText(source.description, MOST_ABOUT),
    access: accessOf(source),
    needsInterval: source.requiresInterval,
    asksForLogin: source.access.length > 0,
    ...(valid === undefined ? {} : { valid: { begin: timeText(valid.begin), end: timeText(valid.end) } }),
    examples: source.examples.map(({ name, begin, end, params, interval }) => ({
      name: shortText(name ?? "", MOST_OF_A_NAME),
      begin: shortTime(timeText(begin)),
      end: shortTime(timeText(end)),
      ...(params === undefined ? {} : { params }),
      ...(interval === undefined ? {} : { interval: String(interval) }),
    })),
  };
}

function accessOf({ form }: DataSource): PlotAccess {
  switch (form) {
    case "das1":
    case "das2":
      return "das2";
    case "das3":
      return "path";
    case "file":
      return "files";
    case "qstream":
      return "other";
    default:
      return form satisfies never;
  }
}
