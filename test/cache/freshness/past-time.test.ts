import { expect, it } from "vitest";
import { pastTime } from "../../../cache/freshness/past-time.js";

it.each<[readonly number[], number | undefined]>([
  [[1000, 500], 1000],
  [[1000.999, 500], 1000.999],
  [[1001, 500], 500],
  [[Number.NaN, 900, 500], 900],
  [[1001, 2000], undefined],
  [[], undefined],
])("of the times %j the first that is not beyond the millisecond 1000 is %s", (times, expected) => {
  expect(pastTime(times, 1000)).toBe(expected);
});
