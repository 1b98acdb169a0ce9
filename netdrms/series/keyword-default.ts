import { intervalFactor } from "../times/intervals.js";
import { type DrmsValue, missingValue } from "../values/drms-type.js";
import { scanReal, scanValue } from "../values/scan-value.js";
import type { Keyword } from "./model.js";

/**
 * What the default of a keyword says as a value of its type: the value of a constant keyword, and what SQL NULL stands for in a
 * column. A text that says nothing, or nothing of that type, means the missing value. Numbers end at the first character that is
 * none of theirs, as in C. The number of an interval keyword counts its unit (RULE: netdrms 5.7 speaks of printing alone).
 * Source: netdrms 1.3, 2.4.
 */
export function keywordDefault(keyword: Pick<Keyword, "type" | "defaultText" | "unit">): DrmsValue {
  const { type, defaultText, unit } = keyword;
  if (type === "string") return stringDefault(defaultText);
  if (type === "time") {
    const factor = intervalFactor(unit);
    const count = factor === undefined ? undefined : wholeReal(defaultText);
    if (factor !== undefined && count !== undefined) return count * factor;
  }
  return scanValue(type, defaultText)?.value ?? missingValue(type);
}

/** The archive keeps strings as they are, without quotes. */
function stringDefault(text: string): string {
  return /^[ \t]*DRMS_MISSING_VALUE/i.test(text) ? "" : text;
}

function wholeReal(text: string): number | undefined {
  const body = text.trim();
  const found = scanReal(body);
  return found?.length === body.length ? found.value : undefined;
}
