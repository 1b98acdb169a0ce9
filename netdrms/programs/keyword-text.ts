import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import type { Keyword } from "../series/model.js";
import { intervalFactor } from "../times/intervals.js";
import type { DrmsType, DrmsValue } from "../values/drms-type.js";
import { parseValue, scanReal } from "../values/scan-value.js";

/** What the text of a value may be, for messages. */
const TEXTS = {
  char: "a whole number from -128 to 127",
  short: "a whole number of 16 bits",
  int: "a whole number of 32 bits, decimal or 0x",
  longlong: "a whole number of 64 bits, decimal or 0x",
  float: "a number",
  double: "a number",
  time: "a time such as 2010.05.01_00:00:00_TAI",
  string: "a text",
} as const satisfies Record<DrmsType, string>;

/**
 * The value of a keyword that a person writes, `DRMS_MISSING_VALUE` too; the number of an interval keyword counts its unit, as in the default of
 * a series. Strings need no quotes.
 *
 * Errors: BAD_PARAMETER naming keyword and text. Source: netdrms 1.3, 5.7.
 */
export function keywordOfText(keyword: Pick<Keyword, "name" | "type" | "unit">, text: string): DrmsValue {
  const { name, type, unit } = keyword;
  const factor = type === "time" ? intervalFactor(unit) : undefined;
  const count = factor === undefined ? undefined : scanReal(text.trim());
  if (factor !== undefined && count?.length === text.trim().length) return count.value * factor;
  const value = parseValue(type, text);
  if (value === undefined)
    throw new DasError("BAD_PARAMETER", `keyword ${name} = ${shown(text)}, expected ${TEXTS[type]}`);
  return value;
}
