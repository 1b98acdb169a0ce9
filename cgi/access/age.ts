import type { AccessRule } from "../../dsdf/data-source.js";
import { addSeconds, calendar, makeTime, type Time } from "../../stream/time.js";

/**
 * The instant before which data are old enough for an `AGE` rule: `now` less the age, in calendar years and months. A day
 * that the earlier month does not have becomes its last, so that the limit is never later than meant.
 * Source: das2-server 6.2.
 */
export function ageLimit(rule: Extract<AccessRule, { method: "age" }>, now: Time): Time {
  const { year, month, day, hour, minute, second } = calendar(now);
  const months = year * 12 + (month - 1) - rule.years * 12 - rule.months;
  const toYear = Math.floor(months / 12);
  const toMonth = months - toYear * 12 + 1;
  const daysInMonth = calendar(addSeconds(makeTime(toYear, toMonth + 1, 1), -86_400)).day;
  const shifted = makeTime(toYear, toMonth, Math.min(day, daysInMonth), hour, minute, second);
  return addSeconds(shifted, -(rule.days * 86_400 + rule.hours * 3600));
}
