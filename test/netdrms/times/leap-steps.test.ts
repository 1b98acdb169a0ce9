import { afterEach, describe, expect, it } from "vitest";
import { leapSteps } from "../../../netdrms/times/leap-steps.js";
import { printDrmsTime } from "../../../netdrms/times/print-time.js";
import { parseDrmsTime } from "../../../netdrms/times/scan-time.js";
import { dayNumber } from "../../../stream/calendar.js";
import { LEAP_SECONDS, useLeapSeconds } from "../../../stream/leap-seconds.js";

/** The table of netdrms 5.4. */
const PUBLISHED: readonly (readonly [string, number])[] = [
  ["1960.01.01", -536543999],
  ["1962.07.01", -457747198],
  ["1964.07.01", -394588797],
  ["1965.07.01", -363052796],
  ["1966.07.01", -331516795],
  ["1968.01.01", -284083194],
  ["1969.01.01", -252460793],
  ["1970.01.01", -220924792],
  ["1971.01.01", -189388791],
  ["1972.01.01", -157852790],
  ["1972.07.01", -142127989],
  ["1973.01.01", -126230388],
  ["1974.01.01", -94694387],
  ["1975.01.01", -63158386],
  ["1976.01.01", -31622385],
  ["1977.01.01", 16],
  ["1978.01.01", 31536017],
  ["1979.01.01", 63072018],
  ["1980.01.01", 94608019],
  ["1981.07.01", 141868820],
  ["1982.07.01", 173404821],
  ["1983.07.01", 204940822],
  ["1985.07.01", 268099223],
  ["1988.01.01", 347068824],
  ["1990.01.01", 410227225],
  ["1991.01.01", 441763226],
  ["1992.07.01", 489024027],
  ["1993.07.01", 520560028],
  ["1994.07.01", 552096029],
  ["1996.01.01", 599529630],
  ["1997.07.01", 646790431],
  ["1999.01.01", 694224032],
  ["2006.01.01", 915148833],
  ["2009.01.01", 1009843234],
  ["2012.07.01", 1120176035],
  ["2015.07.01", 1214784036],
  ["2017.01.01", 1262304037],
];

afterEach(() => useLeapSeconds(LEAP_SECONDS));

describe("the steps of UTC", () => {
  it("are those of the specification, from 1960 to 2017", () => {
    expect(leapSteps().map(({ start }) => start)).toEqual(PUBLISHED.map(([, start]) => start));
    for (const [n, [date, start]] of PUBLISHED.entries()) {
      expect([date, parseDrmsTime(`${date}_UTC`)]).toEqual([date, start]);
      expect(printDrmsTime(start, "UTC", 0)).toBe(`${date}_00:00:00_UTC`);
      expect(printDrmsTime(start - 1, "UTC", 0)).toMatch(/_23:59:60_UTC$/);
      expect(parseDrmsTime(printDrmsTime(start - 1, "UTC", 0))).toBe(start - 1);
      // TAI runs n + 1 seconds ahead from here on.
      expect(printDrmsTime(start, "TAI", 0)).toBe(`${date}_00:00:${String(n + 1).padStart(2, "0")}_TAI`);
    }
  });

  it("before 1960 do not exist", () => {
    expect(parseDrmsTime("1959.12.31_23:59:59_UTC")).toBe(parseDrmsTime("1959.12.31_23:59:59_TAI"));
    expect(parseDrmsTime("1858.11.17_UT")).toBe(-3727641600);
  });

  it("follow a longer table of the process at once", () => {
    const before = Number(parseDrmsTime("2030.01.01_UTC"));
    useLeapSeconds([...LEAP_SECONDS, { day: dayNumber(2029, 7, 1), taiMinusUtc: 38 }]);
    expect(parseDrmsTime("2030.01.01_UTC")).toBe(before + 1);
    expect(printDrmsTime(Number(parseDrmsTime("2029.06.30_23:59:60_UTC")), "UTC", 0)).toBe(
      "2029.06.30_23:59:60_UTC",
    );
    expect(parseDrmsTime("1962.07.01_UTC")).toBe(-457747198);
  });

  it("leave out a second where the table goes down", () => {
    useLeapSeconds([...LEAP_SECONDS, { day: dayNumber(2029, 7, 1), taiMinusUtc: 36 }]);
    const start = Number(parseDrmsTime("2029.07.01_UTC"));
    expect(printDrmsTime(start - 1, "UTC", 0)).toBe("2029.06.30_23:59:58_UTC");
    expect(start - Number(parseDrmsTime("2029.06.30_UTC"))).toBe(86_399);
  });

  it("before the first day of a shorter table stay those of the specification", () => {
    useLeapSeconds([{ day: dayNumber(2017, 1, 1), taiMinusUtc: 37 }]);
    expect(leapSteps().map(({ start }) => start)).toEqual(PUBLISHED.map(([, start]) => start));
  });
});
