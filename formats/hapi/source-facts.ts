import type { DataSource, Example, SubSource } from "../../dsdf/data-source.js";
import { validRangeNow } from "../../dsdf/valid-range.js";
import { compareTimes, type TimeRange } from "../../stream/time.js";
import { type HapiFacts, hapiTime, isoDuration } from "./info.js";
import { plainLabel } from "./plain-label.js";

/**
 * The range of a source for clients of HAPI: its valid range, else all that its examples cover; `undefined` where it names neither.
 * Source: das2-server 11.1.
 */
export function hapiRange(source: DataSource, now: Date): TimeRange | undefined {
  const valid = validRangeNow(source.validRange, now);
  if (valid !== undefined) return valid;
  let range: TimeRange | undefined;
  for (const { begin, end } of source.examples)
    range =
      range === undefined
        ? { begin, end }
        : {
            begin: compareTimes(begin, range.begin) < 0 ? begin : range.begin,
            end: compareTimes(end, range.end) > 0 ? end : range.end,
          };
  return range;
}

/**
 * Short ranges in which a source has data, the best first: examples without parameters of their own by their length, the range of its
 * tests, then its whole range. All of them lie in it.
 */
export function sampleRanges(source: DataSource, now: Date): readonly TimeRange[] {
  const whole = hapiRange(source, now);
  if (whole === undefined) return [];
  const examples = source.examples.filter(({ params, query }) => params === undefined && query === undefined);
  const ranges = [
    ...[...examples].sort((a, b) => span(a) - span(b)),
    ...(source.test === undefined ? [] : [source.test]),
  ];
  return [
    ...ranges.filter((range) => isInside(range, whole)).map(({ begin, end }) => ({ begin, end })),
    whole,
  ];
}

function isInside(range: TimeRange, whole: TimeRange): boolean {
  return (
    compareTimes(range.begin, whole.begin) >= 0 &&
    compareTimes(range.end, whole.end) <= 0 &&
    compareTimes(range.begin, range.end) < 0
  );
}

function span({ begin, end }: Pick<Example, "begin" | "end">): number {
  return (end.day - begin.day) * 86_400e9 + (end.ns - begin.ns);
}

/** Records that a sample range should have, so that it shows something. */
const SAMPLE_RECORDS = 10;

/** The shortest sample range with more than a few records of a distance, else the longest. */
function sampleRange(source: DataSource, now: Date, cadenceSeconds: number): TimeRange | undefined {
  const ranges = sampleRanges(source, now);
  const isLongEnough = (range: TimeRange) => span(range) > SAMPLE_RECORDS * cadenceSeconds * 1e9;
  return ranges.find(isLongEnough) ?? ranges.at(-1);
}

/**
 * What the definition of a source says of a data set made from it, of the source itself or of a part. Source: reducers 11.
 * @param cadenceSeconds between records, as far as that is known
 */
export function sourceFacts(
  source: DataSource,
  now: Date,
  part?: SubSource,
  cadenceSeconds = part?.seconds ?? 0,
): HapiFacts {
  const range = hapiRange(source, now);
  const sample = sampleRange(source, now, Math.max(cadenceSeconds, part?.seconds ?? 0));
  const contact = (source.contacts.find(({ kind }) => kind === "scientific") ?? source.contacts[0])?.text;
  const isReduced = part !== undefined && part.seconds > 0 && !source.requiresInterval;
  const description = [part?.description, source.description, source.summary]
    .map((text) => plainLabel(text ?? ""))
    .filter((text) => text !== "")
    .map((text) => (/[.!?]$/.test(text) ? text : `${text}.`))
    .join(" ");
  return {
    ...(range === undefined ? {} : { startDate: hapiTime(range.begin), stopDate: hapiTime(range.end) }),
    timeStampLocation: isReduced ? "center" : "other",
    ...(part === undefined || part.seconds === 0 ? {} : { cadence: isoDuration(part.seconds) }),
    ...(sample === undefined
      ? {}
      : { sampleStartDate: hapiTime(sample.begin), sampleStopDate: hapiTime(sample.end) }),
    ...(description === "" ? {} : { description }),
    ...(contact === undefined ? {} : { contact: plainLabel(contact) }),
    ...(isReduced
      ? {
          note: `Records are reduced from ${source.id}: one for each ${part.seconds} s, at the middle of its bin.`,
          x_binWidth: part.seconds,
        }
      : {}),
  };
}
