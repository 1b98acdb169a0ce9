import { isPrintZone, type TimePrinter, timePrinter } from "./print-time.js";

/**
 * Prints the values of a time keyword: in the zone of its unit (empty, `none`, `time` and what is no zone mean UTC) with the
 * precision that is its format, a whole number from -9 to 9; a format that names a zone is the zone instead. Any other format
 * means precision 0. A keyword whose unit is an interval is no time of the calendar, see {@link intervalFactor}.
 * Source: netdrms 1.10, 5.6.
 */
export function timeKeywordPrinter(unit: string, format: string): TimePrinter {
  const asked = format.trim();
  if (isPrintZone(asked)) return timePrinter(asked, 0);
  const precision = /^[+-]?\d$/.test(asked) ? Number(asked) : 0;
  return timePrinter(keywordZone(unit), precision);
}

/** The zone that the unit of a time keyword names. Source: netdrms 5.6. */
export function keywordZone(unit: string): string {
  const name = unit.trim();
  return isPrintZone(name) ? name.toUpperCase() : "UTC";
}
