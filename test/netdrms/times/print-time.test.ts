import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPrintZone, printDrmsTime, timePrinter } from "../../../netdrms/times/print-time.js";
import { parseDrmsTime } from "../../../netdrms/times/scan-time.js";
import { timeKeywordPrinter } from "../../../netdrms/times/time-keyword.js";

/** 2010-05-01T12:30:15.25 TAI: 12173 days after 1977-01-01 and 45015.25 s. */
const NOON = 12_173 * 86_400 + 45_015.25;
const MISSING = -211_087_684_832.184;

function expectTexts(table: readonly (readonly [number, string, number, string])[]): void {
  for (const [seconds, zone, precision, text] of table)
    expect([zone, precision, printDrmsTime(seconds, zone, precision)]).toEqual([zone, precision, text]);
}

/** The clock of TAI by the calendar of the language. */
function isoTai(milliseconds: number): string {
  return new Date(Date.UTC(1977, 0, 1) + milliseconds)
    .toISOString()
    .replace(/-/g, ".")
    .replace("T", "_")
    .replace("Z", "");
}

describe("a printed time", () => {
  it("has the fields that its precision says", () => {
    // netdrms 5.5.
    expectTexts([
      [NOON, "TAI", 3, "2010.05.01_12:30:15.250_TAI"],
      [NOON, "TAI", 1, "2010.05.01_12:30:15.3_TAI"],
      [NOON, "TAI", 9, "2010.05.01_12:30:15.250000000_TAI"],
      [NOON, "TAI", 0, "2010.05.01_12:30:15_TAI"],
      [NOON, "TAI", -1, "2010.05.01_12:30_TAI"],
      [NOON, "TAI", -2, "2010.05.01_12_TAI"],
      [NOON, "TAI", -3, "2010.05.01_TAI"],
      [NOON, "TAI", -4, "2010.05_TAI"],
      [NOON, "TAI", -9, "2010.05_TAI"],
      [0, "TAI", 3, "1977.01.01_00:00:00.000_TAI"],
      [16, "TAI", 3, "1977.01.01_00:00:16.000_TAI"],
    ]);
  });

  it("has its zone in upper case, UTC where nobody knows the zone", () => {
    expectTexts([
      [NOON, "utc", 3, "2010.05.01_12:29:41.250_UTC"],
      [NOON, "UT", 3, "2010.05.01_12:29:41.250_UT"],
      [NOON, "tdt", 3, "2010.05.01_12:30:47.434_TDT"],
      [NOON, "TT", 3, "2010.05.01_12:30:47.434_TT"],
      [NOON, "GPS", 0, "2010.05.01_12:29:56_GPS"],
      [NOON, "pst", 0, "2010.05.01_04:29:41_PST"],
      [NOON, "NZDT", 0, "2010.05.02_01:29:41_NZDT"],
      [NOON, "unknown", 0, "2010.05.01_12:29:41_UTC"],
      [NOON, "", 0, "2010.05.01_12:29:41_UTC"],
    ]);
  });

  it("has letters and offsets directly behind a clock and not behind a date", () => {
    expectTexts([
      [NOON, "Z", 0, "2010.05.01_12:29:41Z"],
      [NOON, "z", 3, "2010.05.01_12:29:41.250Z"],
      [NOON, "T", -1, "2010.05.01_05:29T"],
      [NOON, "+0530", 0, "2010.05.01_17:59:41+0530"],
      [NOON, "-0800", -2, "2010.05.01_04-0800"],
      [NOON, "Z", -3, "2010.05.01"],
      [NOON, "+0530", -4, "2010.05"],
    ]);
  });

  it("is ISO where that is asked", () => {
    expectTexts([
      [NOON, "ISO", 3, "2010-05-01T12:29:41.250Z"],
      [NOON, "iso", 0, "2010-05-01T12:29:41Z"],
      [NOON, "ISO", -1, "2010-05-01T12:29Z"],
      [NOON, "ISO", -2, "2010-05-01T12Z"],
      [NOON, "ISO", -3, "2010-05-01"],
      [NOON, "ISO", -4, "2010-05"],
    ]);
  });

  it("is a Julian date of TDT where that is asked", () => {
    expectTexts([
      [NOON, "JD", 3, "JD_2455318.021"],
      [NOON, "MJD", 3, "MJD_55317.521"],
      [NOON, "JD", 0, "JD_2455318"],
      [NOON, "MJD", -3, "MJD_55318"],
      // 45047.434 / 86400 = 0.52138233796...
      [NOON, "MJD", 9, "MJD_55317.521382338"],
      [MISSING, "JD", 3, "JD_0.000"],
      [-0.75 * 86_400 - 2_443_144.5 * 86_400 - 32.184, "JD", 3, "JD_-0.750"],
      [-3 * 86_400 - 2_443_144.5 * 86_400 - 32.184, "JD", 0, "JD_-3"],
    ]);
  });

  it("is rounded with a carry into every field", () => {
    const newYear = (Date.UTC(2011, 0, 1) - Date.UTC(1977, 0, 1)) / 1000;
    expectTexts([
      [newYear - 0.0004, "TAI", 3, "2011.01.01_00:00:00.000_TAI"],
      [newYear - 0.0006, "TAI", 3, "2010.12.31_23:59:59.999_TAI"],
      [newYear - 0.5, "TAI", 0, "2011.01.01_00:00:00_TAI"],
      [newYear - 0.51, "TAI", 0, "2010.12.31_23:59:59_TAI"],
      [newYear - 0.0004, "TAI", -1, "2010.12.31_23:59_TAI"],
      [newYear - 0.0004, "TAI", -4, "2010.12_TAI"],
    ]);
  });

  it("shows a leap second as :60, in zones of other hours as well, and only there", () => {
    expectTexts([
      [1262304036, "UTC", 0, "2016.12.31_23:59:60_UTC"],
      [1262304036.999, "UTC", 3, "2016.12.31_23:59:60.999_UTC"],
      [1262304036.9996, "UTC", 3, "2017.01.01_00:00:00.000_UTC"],
      [1262304035.9996, "UTC", 3, "2016.12.31_23:59:60.000_UTC"],
      [1262304036, "PST", 0, "2016.12.31_15:59:60_PST"],
      [1262304036, "+0530", 0, "2017.01.01_05:29:60+0530"],
      [1262304036, "ISO", 0, "2016-12-31T23:59:60Z"],
      [1262304036, "UTC", -1, "2016.12.31_23:59_UTC"],
      [1262304037, "UTC", 0, "2017.01.01_00:00:00_UTC"],
      [1262304036, "TAI", 0, "2017.01.01_00:00:36_TAI"],
      [1120176034, "UTC", 3, "2012.06.30_23:59:60.000_UTC"],
      [-536544000, "UTC", 0, "1959.12.31_23:59:60_UTC"],
      [-536544001, "UTC", 0, "1959.12.31_23:59:59_UTC"],
    ]);
  });

  it("of midnight in TDT, which no binary64 is, belongs to the new day", () => {
    expectTexts([
      [1051747167.816, "TDT", -3, "2010.05.01_TDT"],
      [1051747167.816, "TDT", 6, "2010.05.01_00:00:00.000000_TDT"],
      [1051747167.8159, "TDT", -3, "2010.04.30_TDT"],
      [MISSING, "TDT", -1, "-4712.01.01_12:00_TDT"],
    ]);
  });

  it("is the missing time for what is none", () => {
    expectTexts([
      [MISSING, "TAI", 3, "-4712.01.01_11:59:27.816_TAI"],
      [MISSING, "TDT", 3, "-4712.01.01_12:00:00.000_TDT"],
      [MISSING, "UTC", 0, "-4712.01.01_11:59:28_UTC"],
      [Number.NaN, "UTC", 0, "-4712.01.01_11:59:28_UTC"],
      [Number.POSITIVE_INFINITY, "UTC", 0, "-4712.01.01_11:59:28_UTC"],
      [-1e300, "TAI", -3, "-4712.01.01_TAI"],
    ]);
  });

  it("leaps over the ten days of the reform and knows year 0", () => {
    expectTexts([
      [-12440304000, "TAI", -3, "1582.10.04_TAI"],
      [-12440304000 + 86_400, "TAI", -3, "1582.10.15_TAI"],
      [(1_721_423.5 - 1 - 2_443_144.5) * 86_400, "TAI", -3, "0000.12.31_TAI"],
      [(1_721_423.5 - 367 - 2_443_144.5) * 86_400, "TAI", -3, "-0001.12.31_TAI"],
    ]);
  });
});

describe("a time keyword", () => {
  it("has its unit as zone and its format as precision", () => {
    // netdrms 1.10, 5.6.
    const cases: readonly (readonly [string, string, string])[] = [
      ["TAI", "0", "2010.05.01_12:30:15_TAI"],
      ["TAI", "3", "2010.05.01_12:30:15.250_TAI"],
      ["TAI", "-1", "2010.05.01_12:30_TAI"],
      ["TAI", "", "2010.05.01_12:30:15_TAI"],
      ["TAI", "%f", "2010.05.01_12:30:15_TAI"],
      ["TAI", "12", "2010.05.01_12:30:15_TAI"],
      ["", "0", "2010.05.01_12:29:41_UTC"],
      ["none", "0", "2010.05.01_12:29:41_UTC"],
      ["TIME", "0", "2010.05.01_12:29:41_UTC"],
      ["Z", "0", "2010.05.01_12:29:41Z"],
      ["UTC", "TAI", "2010.05.01_12:30:15_TAI"],
      ["TAI", "ISO", "2010-05-01T12:29:41Z"],
      ["iso", "-3", "2010-05-01"],
    ];
    for (const [unit, format, text] of cases)
      expect([unit, format, timeKeywordPrinter(unit, format)(NOON)]).toEqual([unit, format, text]);
  });
});

describe("printing and reading", () => {
  const zones = [
    ...["TAI", "TDT", "TT", "GPS", "UTC", "UT", "Z", "A", "J", "M", "N", "Y", "+0530", "-1145", "ISO", "PST"],
    ...["NZDT", "HST", "EST", "GMT"],
  ];
  const second = (year: number) => (Date.UTC(year, 0, 1) - Date.UTC(1977, 0, 1)) / 1000;
  const wholeSecond = fc.integer({ min: second(1600), max: second(2200) });

  it("agree in all zones from 1600 to 2200", () => {
    fc.assert(
      fc.property(wholeSecond, fc.constantFrom(...zones), fc.integer({ min: 0, max: 999 }), (s, zone, ms) => {
        const t = Number(`${BigInt(s) * 1000n + BigInt(ms)}e-3`);
        const back = parseDrmsTime(printDrmsTime(t, zone, 3));
        // 32.184 s make a scale whose milliseconds are not the nearest binary64 of the sum.
        expect(Math.abs(Number(back) - t)).toBeLessThanOrEqual(/^T[DT]/.test(zone) ? 2e-6 : 0);
      }),
    );
  });

  it("agree in every second around all leap seconds", () => {
    for (const leap of [-536543999, -189388791, -157852790, 16, 694224032, 1262304037])
      for (let t = leap - 3; t < leap + 3; t++)
        for (const zone of zones) {
          // Whole seconds of TAI are no whole seconds of TDT.
          const precision = /^T[DT]/.test(zone) ? 3 : 0;
          expect([zone, parseDrmsTime(printDrmsTime(t, zone, precision))]).toEqual([zone, t]);
        }
  });

  it("agree on Julian dates to their digits", () => {
    fc.assert(
      fc.property(wholeSecond, fc.constantFrom("JD", "MJD"), (s, zone) => {
        const back = Number(parseDrmsTime(printDrmsTime(s, zone, 6)));
        expect(Math.abs(back - s)).toBeLessThanOrEqual(0.5e-6 * 86_400 + 1e-5);
      }),
    );
  });

  it("show the clock that the calendar of the language shows", () => {
    const print = timePrinter("TAI", 3);
    fc.assert(
      fc.property(wholeSecond, fc.integer({ min: 0, max: 7 }), (s, eighths) => {
        expect(print(s + eighths / 8)).toBe(`${isoTai(s * 1000 + eighths * 125)}_TAI`);
      }),
    );
  });
});

describe("the names of zones for printing", () => {
  it("are those for reading and the three styles", () => {
    for (const name of ["ISO", "jd", "MJD", "TAI", "z", "+0000"])
      expect([name, isPrintZone(name)]).toEqual([name, true]);
    for (const name of ["", "none", "time", "s2", "%f", "sec"])
      expect([name, isPrintZone(name)]).toEqual([name, false]);
  });
});
