import { dayNumber, NS_PER_DAY } from "./calendar.js";
import { compareTimes, type Time } from "./time.js";

/** The first instant that a text of a time can say: 0001-01-01T00:00:00. Source: das2-stream A11.3. */
export const FIRST_TIME: Time = { day: dayNumber(1, 1, 1), ns: 0 };

/** The last one: 9999-12-31T23:59:59.999999999. */
export const LAST_TIME: Time = { day: dayNumber(9999, 12, 31), ns: NS_PER_DAY - 1 };

/** The two in words, for messages. */
export const TIME_LIMITS_TEXT = "0001-01-01 to 9999-12-31T23:59:59.999999999";

/** Whether an instant can be written as text; others would be written as the fill time, so they must not be asked for. */
export function hasText(t: Time): boolean {
  return compareTimes(t, FIRST_TIME) >= 0 && compareTimes(t, LAST_TIME) <= 0;
}

/** The instant, or the nearest that has a text. */
export function withinTextLimits(t: Time): Time {
  if (compareTimes(t, FIRST_TIME) < 0) return FIRST_TIME;
  return compareTimes(t, LAST_TIME) > 0 ? LAST_TIME : t;
}

/** Whether a text begins with the sign of a year before 1, which the lenient grammar would take for a mere separator. */
export function hasYearSign(text: string): boolean {
  return /^\s*-/.test(text);
}
