import type { Time } from "../../stream/time.js";
import { lastElement } from "../id-element.js";
import { normaliseParams } from "../normalise-params.js";
import { timeText } from "../stages.js";

/** Characters of a file name; keeps the header block short for clients with a small buffer. */
const MAX_NAME = 100;
const NS_PER_DAY = 86_400e9;

/** What a name is made of. */
export interface NamedAnswer {
  /** Local id of the source. */
  readonly id: string;
  readonly begin: Time;
  /** Excluded. */
  readonly end: Time;
  /** Width of bins, seconds. */
  readonly resolution?: number | undefined;
  /** Parameters of the reader, as sent. */
  readonly params?: string | undefined;
}

/**
 * The name under which an answer of the path-style interface is saved: last element of the id in lower case, range, bins, parameters.
 * Only letters, digits and `._+-` are kept, so nothing of a request can leave the header it is put in. Source: das2-server 8.6.
 */
export function flexFileName({ id, begin, end, resolution, params }: NamedAnswer, extension: string): string {
  const last = lastElement(id).toLowerCase();
  const bins = resolution === undefined ? "" : timeRes("_", resolution);
  return safeFileName(`${last}${isoRange(begin, end)}${bins}${normParams(params)}`, extension);
}

/** A name with its extension, of characters that may stand in a header. */
export function safeFileName(name: string, extension: string): string {
  const suffix = `.${extension}`;
  return name.replace(/[^A-Za-z0-9._+-]/g, "").slice(0, MAX_NAME - suffix.length) + suffix;
}

/** `isorange`: the range, its end only where that is not exactly a day later. */
export function isoRange(begin: Time, end: Time): string {
  const isDay = end.day - begin.day === 1 && end.ns === begin.ns;
  return `_${isoTime(begin)}${isDay ? "" : `_${isoTime(end)}`}`;
}

function isoTime(time: Time): string {
  const [date = "", clock = ""] = timeText({
    day: time.day,
    ns: Math.floor((time.ns % NS_PER_DAY) / 1e9) * 1e9,
  }).split("T");
  if (clock === "00:00:00") return date;
  return `${date}T${clock.replace(/:00$/, "").replaceAll(":", "-")}`;
}

/** `timeres`: a width in the unit that suits it, two decimals where it needs them. */
export function timeRes(prefix: string, seconds: number): string {
  const [value, unit] =
    seconds > 172_800
      ? [seconds / 86_400, "day"]
      : seconds > 7200
        ? [seconds / 3600, "hr"]
        : seconds > 120
          ? [seconds / 60, "min"]
          : [seconds, "s"];
  return `${prefix}bin-${value.toFixed(2).replace(/\.00$/, "")}${unit}`;
}

/** `normparams`: the parameters of the reader, nothing where there are none; das2-server 14. */
export function normParams(params: string | undefined): string {
  const text = normaliseParams(params);
  return text === "_noparam" ? "" : `_${text}`;
}
