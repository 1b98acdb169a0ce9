import { nearest } from "../../config/nearest.js";
import { DasError } from "../../errors/das-error.js";
import { isSlotted } from "../series/keyword-class.js";
import { keywordDefault } from "../series/keyword-default.js";
import { findNamed, type Keyword, type Series } from "../series/model.js";
import { indexKeywordName } from "../series/names.js";
import type { DrmsValue } from "../values/drms-type.js";
import { shownValue } from "./column-text.js";
import type { NewRecord } from "./new-record.js";

/** Values of a record by lower-case name of the keyword; those that its series does not keep for each record are left out. */
export type RecordFields = ReadonlyMap<string, DrmsValue | null>;

/** How messages name a record. @param n place in the call, from 0 */
export function recordPlace(series: Series, n: number, count: number): string {
  return count === 1 ? `record of ${series.name}` : `record ${n + 1} of ${series.name}`;
}

/**
 * The keyword values of new records, their names checked.
 *
 * Errors: BAD_PARAMETER for a name that the series does not have, one that is given twice, a value that the system makes itself or that is a
 * link's, and a constant that is another than the series has.
 */
export function recordFields(series: Series, records: readonly NewRecord[]): readonly RecordFields[] {
  const known = new Map(series.keywords.map((keyword) => [keyword.name.toLowerCase(), keyword]));
  return records.map(({ keywords }, n) => {
    const fields = new Map<string, DrmsValue | null>();
    for (const [name, value] of Object.entries(keywords)) {
      if (value === undefined) continue;
      const place = recordPlace(series, n, records.length);
      const lower = name.toLowerCase();
      const keyword = known.get(lower);
      if (keyword === undefined) throw bad(place, unknownKeyword(series, name));
      if (fields.has(lower)) throw bad(place, `keyword ${keyword.name} is given twice`);
      if (isKept(series, keyword, value, place)) fields.set(lower, value);
    }
    return fields;
  });
}

/** An error that names the record. */
export function bad(place: string, problem: string): DasError {
  return new DasError("BAD_PARAMETER", `${place}: ${problem}`);
}

function unknownKeyword(series: Series, name: string): string {
  const perSegment = series.keywords.filter(({ baseName }) => baseName.toLowerCase() === name.toLowerCase());
  if (perSegment.length > 0)
    return `keyword ${name} has a value for each segment, expected ${perSegment.map((one) => one.name).join(", ")}`;
  const names = series.keywords.filter(({ implicit }) => !implicit).map((keyword) => keyword.name);
  const near = nearest(name, names);
  return `unknown keyword ${name.slice(0, 60)}${near === undefined ? "" : `; is ${near} meant?`}`;
}

function isKept(series: Series, keyword: Keyword, value: DrmsValue | null, place: string): boolean {
  const given = `keyword ${keyword.name} = ${shownValue(value)}`;
  if (keyword.link !== undefined)
    throw bad(
      place,
      `${given}, but its value is that of ${keyword.link.target} by link ${keyword.link.link}`,
    );
  if (keyword.class === "index") {
    const slotted = series.keywords.find(
      (one) =>
        isSlotted(one.class) && indexKeywordName(one.name).toLowerCase() === keyword.name.toLowerCase(),
    );
    throw bad(place, `${given}, but it follows from the value of ${slotted?.name ?? "its keyword"}`);
  }
  if (isOfSegment(series, keyword)) throw bad(place, `${given}, but it follows from the file of its segment`);
  if (keyword.class !== "constant") return true;
  const constant = keywordDefault(keyword);
  if (value !== null && !Object.is(value, constant) && value !== constant)
    throw bad(place, `${given}, but it is constant, ${shownValue(constant)} for all records`);
  return false;
}

/** Whether a keyword holds compression or scale of a segment's file. Source: netdrms 1.4. */
export function isOfSegment({ segments }: Series, { implicit, name }: Keyword): boolean {
  if (!implicit) return false;
  if (/^cparms_sg\d{3}$/i.test(name)) return true;
  const segment = /^(.*)_(?:bzero|bscale)$/i.exec(name)?.[1];
  return segment !== undefined && findNamed(segments, segment) !== undefined;
}
