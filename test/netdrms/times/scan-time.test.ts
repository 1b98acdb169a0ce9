import { describe, expect, it } from "vitest";
import {
  parseDrmsTime,
  parseDrmsTimeOrMissing,
  scanDrmsTime,
  scanDrmsTimes,
} from "../../../netdrms/times/scan-time.js";

/** 2010-05-01T00:00:00 TAI: 12173 days after 1977-01-01. */
const MAY_TAI = 12_173 * 86_400;
/** The same of UTC, which was 34 s behind. */
const MAY_UTC = MAY_TAI + 34;

function expectTimes(table: readonly (readonly [string, number])[]): void {
  for (const [text, seconds] of table) expect([text, parseDrmsTime(text)]).toEqual([text, seconds]);
}

function expectNoTimes(texts: readonly string[]): void {
  for (const text of texts) expect([text, parseDrmsTime(text)]).toEqual([text, undefined]);
}

describe("the times of the specification", () => {
  it("reads every test vector", () => {
    // netdrms 8.
    expectTimes([
      ["1977.01.01_TAI", 0],
      ["1977.01.01_UTC", 16],
      ["2010.05.01_00:00:00_TAI", 1051747200],
      ["2010-05-01T00:00:00Z", 1051747234],
      ["2010.121", 1051747234],
      ["JD_2455317.5", 1051747167.816],
      ["MJD_55317_UTC", 1051747234],
      ["2010.05.01.5_TAI", 1051790400],
      ["2010.05.01_PST", 1051776034],
      ["2010.05.01_GPS", 1051747219],
      ["1999.12.31_23:59:59.5_UTC", 725760031.5],
      ["2012.06.30_23:59:60_UTC", 1120176034],
      ["1582.10.04_TAI", -12440304000],
      ["2010.05.01_24:00:00_TAI", 1051833600],
    ]);
    expect(parseDrmsTimeOrMissing("garbage")).toBe(-211087684832.184);
  });

  it("reads the named epochs, the missing time and the equivalences", () => {
    // netdrms 1.3, 1.6, 5.1.
    expectTimes([
      ["1993.01.01_TAI", 504921600],
      ["1958.01.01_TAI", -599616000],
      ["1601.01.01_UT", -11865398400],
      ["1858.11.17_UT", -3727641600],
      ["-4712.01.01_12:00:00.000_TDT", -211087684832.184],
      ["-4712.01.01_11:59:27.816_TAI", -211087684832.184],
      ["1970.01.01_00:00:00_UTC", -220924792],
      ["MJD_55317", 1051747167.816],
    ]);
  });
});

describe("dates", () => {
  it("are read in every form", () => {
    expectTimes([
      ["2010.05.01", MAY_UTC],
      ["2010.5.1", MAY_UTC],
      ["2010.05", MAY_UTC],
      ["2010-121", MAY_UTC],
      ["20100501", MAY_UTC],
      ["2010121", MAY_UTC],
      ["2010-05-01", MAY_UTC],
      ["2010-may-1", MAY_UTC],
      ["2010", MAY_UTC - 120 * 86_400],
      ["1977", 16],
      ["  2010.05.01  ", MAY_UTC],
    ]);
  });

  it("take names of months from three letters on, in any case, and Roman numerals", () => {
    expectTimes([
      ["2010.MAY.01", MAY_UTC],
      ["2010.may", MAY_UTC],
      ["2010.V.01", MAY_UTC],
      ["2010.v.01_tai", MAY_TAI],
      ["2010.apr.01", MAY_UTC - 30 * 86_400],
      ["2010.April.01", MAY_UTC - 30 * 86_400],
      ["2010.IV.01", MAY_UTC - 30 * 86_400],
      ["2010.Sept.1", MAY_UTC + 123 * 86_400],
      ["2010.IX.1", MAY_UTC + 123 * 86_400],
      ["2010.XII.1", MAY_UTC + 214 * 86_400],
    ]);
    expectNoTimes(["2010.ma.01", "2010.aprix.01", "2010.IIII.01", "2010.june5", "2010-ma-01"]);
  });

  it("take a fraction of the day with all its decimals", () => {
    expectTimes([
      ["2010.05.01.25_TAI", MAY_TAI + 21_600],
      // 0.123456789 * 86400, by hand.
      ["2010.05.01.123456789_TAI", MAY_TAI + 10_666.6665696],
      ["2010.05.01.999999999999_TAI", MAY_TAI + 86_399.9999999136],
    ]);
    expectNoTimes(["2010.05.01.5_12:00", "2010.121.5"]);
  });

  it("carry days beyond the end of the month and of the year", () => {
    expectTimes([
      ["2010.02.30", MAY_UTC - (30 + 30) * 86_400],
      ["2010.04.31", MAY_UTC],
      ["2009.486", MAY_UTC],
    ]);
  });

  it("are Julian before 1582.10.15, with a year 0 and negative years", () => {
    // The first Gregorian day is JD 2299160.5.
    const gregorianDay = (2_299_160.5 - 2_443_144.5) * 86_400;
    expectTimes([
      ["1582.10.15_TAI", gregorianDay],
      ["1582.10.04_TAI", gregorianDay - 86_400],
      // A Julian century year is a leap year.
      ["1500.03.01_TAI", Number(parseDrmsTime("1500.02.29_TAI")) + 86_400],
      // 0001-01-01 is JD 1721423.5 and year 0 had 366 days; 1977-01-01 is JD 2443144.5.
      ["1.1.1_TAI", (1_721_423.5 - 2_443_144.5) * 86_400],
      ["0000.01.01_TAI", (1_721_423.5 - 366 - 2_443_144.5) * 86_400],
      ["-4712.01.01_TAI", (-0.5 - 2_443_144.5) * 86_400],
      ["12010.05.01_TAI", isoDay(12_010, 5, 1)],
    ]);
  });

  it("are refused with months, days and digits that make no sense", () => {
    expectNoTimes([
      "2010.13.01",
      "2010.00.01",
      "2010.05.00",
      "2010.05.123",
      "2010.000",
      "2010000",
      "201005",
      "12010",
      "12010.05",
      "12010.may",
      "20101301",
      "201005011",
      "-20100501",
      "2010-05",
      "",
      "-",
      ".",
    ]);
  });
});

/** Seconds from 1977-01-01 to a Gregorian date, days of 86400 s. */
function isoDay(year: number, month: number, day: number): number {
  return (Date.UTC(year, month - 1, day) - Date.UTC(1977, 0, 1)) / 1000;
}

describe("clocks", () => {
  it("have one to three fields and decimals", () => {
    expectTimes([
      ["2010.05.01_12_TAI", MAY_TAI + 43_200],
      ["2010.05.01_12:30_TAI", MAY_TAI + 45_000],
      ["2010.05.01_12:30:15_TAI", MAY_TAI + 45_015],
      ["2010.05.01_12:30:15.25_TAI", MAY_TAI + 45_015.25],
      ["2010.05.01_1:2:3_TAI", MAY_TAI + 3723],
      ["2010.121_12:30_TAI", MAY_TAI + 45_000],
      ["20100501_12:30_TAI", MAY_TAI + 45_000],
      ["2010_12:30_TAI", MAY_TAI - 120 * 86_400 + 45_000],
    ]);
  });

  it("follow an ISO date behind T or a blank, a dotted one behind _ only", () => {
    expectTimes([
      ["2010-05-01T12:30", MAY_UTC + 45_000],
      ["2010-05-01t12:30:00.5", MAY_UTC + 45_000.5],
      ["2010-05-01 12:30", MAY_UTC + 45_000],
      ["2010-05-01_12:30", MAY_UTC + 45_000],
      ["2010-121T12:30", MAY_UTC + 45_000],
    ]);
    for (const text of ["2010.05.01 12:30", "2010.05.01T12:30", "2010.05.01t12"])
      expect([text, scanDrmsTime(text)]).toEqual([text, { seconds: MAY_UTC, length: 10 }]);
  });

  it("carry hours from 24 on", () => {
    expectTimes([
      ["2010.04.30_24:00:00", MAY_UTC],
      ["2010.04.30_25:30", MAY_UTC + 5400],
      ["2010-04-29T48:00", MAY_UTC],
    ]);
  });

  it("without colons have at most two digits", () => {
    expectNoTimes([
      "2010.05.01_123",
      "2010.05.01_1230",
      "2010.05.01_123000",
      "2010-05-01T1230",
      "2010.05.01_123:00",
    ]);
    expect(scanDrmsTime("2010.05.01_1230")).toEqual({ seconds: MAY_UTC, length: 10 });
  });

  it("are refused with minutes and seconds that no clock shows", () => {
    expectNoTimes([
      "2010.05.01_12:60",
      "2010.05.01_12:00:62",
      "2010.05.01_12:00:123",
      "2010.05.01_12:00:00.",
      "2010.05.01_",
      "2010.05.01_:30",
    ]);
  });

  it("are rounded once to the nearest binary64", () => {
    expectTimes([
      ["2010.05.01_00:00:00.1_TAI", 1051747200.1],
      [
        "2010.05.01_00:00:00.123456789012345678901234567890_TAI",
        Number("1051747200.123456789012345678901234567890"),
      ],
      ["1970.01.01_00:00:00.7_TAI", -220924799.3],
    ]);
  });
});

describe("leap seconds", () => {
  it("are read as :60, in zones of other hours as well", () => {
    expectTimes([
      ["2016.12.31_23:59:60_UTC", 1262304036],
      ["2016.12.31_23:59:60.75Z", 1262304036.75],
      ["2017.01.01_00:00:00_UTC", 1262304037],
      ["2016.12.31_15:59:60_PST", 1262304036],
      ["2017.01.01_05:29:60+0530", 1262304036],
      ["1959.12.31_23:59:60_UTC", -536544000],
    ]);
  });

  it("are the next second where there was none", () => {
    expectTimes([
      ["2010.04.30_23:59:60_UTC", MAY_UTC],
      ["2010.04.30_23:59:60_TAI", MAY_TAI],
      ["2016.12.31_22:59:60_UTC", 1262304036 - 3600],
    ]);
  });
});

describe("zones", () => {
  it("are scales, names, letters and offsets", () => {
    expectTimes([
      ["2010.05.01_TDT", 1051747167.816],
      ["2010.05.01_TT", 1051747167.816],
      ["2010.05.01_UT", MAY_UTC],
      ["2010.05.01Z", MAY_UTC],
      ["2010.05.01_Z", MAY_UTC],
      ["2010.05.01A", MAY_UTC - 3600],
      ["2010.05.01I", MAY_UTC - 9 * 3600],
      ["2010.05.01J", MAY_UTC - 9 * 3600],
      ["2010.05.01K", MAY_UTC - 10 * 3600],
      ["2010.05.01M", MAY_UTC - 12 * 3600],
      ["2010.05.01N", MAY_UTC + 3600],
      ["2010.05.01Y", MAY_UTC + 12 * 3600],
      ["2010.05.01T", MAY_UTC + 7 * 3600],
      ["2010.05.01+0530", MAY_UTC - 19_800],
      ["2010.05.01_-0800", MAY_UTC + 28_800],
      ["2010.05.01_12:00-0330", MAY_UTC + 43_200 + 12_600],
      ["2010-05-01T12:00:00+0100", MAY_UTC + 39_600],
      ["JD_2455317.5_TAI", MAY_TAI],
      ["JD_2455317.5Z", MAY_UTC],
      ["MJD_55317.25_tai", MAY_TAI + 21_600],
      ["JD_0.5_TAI", -2_443_144 * 86_400],
      ["JD_-0.5_TAI", -2_443_145 * 86_400],
    ]);
  });

  it("have the hours of the table", () => {
    const hours: Record<string, number> = {
      ...{
        PST: -8,
        YDT: -8,
        MST: -7,
        PDT: -7,
        CST: -6,
        MDT: -6,
        EST: -5,
        CDT: -5,
        AST: -4,
        EDT: -4,
        ADT: -3,
      },
      ...{ GMT: 0, WET: 0, CET: 1, BST: 1, EET: 2, SST: 8, WST: 8, JST: 9, JDT: 10, NZST: 12, NZDT: 13 },
      ...{ HST: -10, BDT: -10, YST: -9, HDT: -9 },
    };
    for (const [name, hour] of Object.entries(hours)) {
      expect([name, parseDrmsTime(`2010.05.01_${name}`)]).toEqual([name, MAY_UTC - hour * 3600]);
      expect(parseDrmsTime(`2010.05.01_00:00_${name.toLowerCase()}`)).toBe(MAY_UTC - hour * 3600);
    }
  });

  it("are not names that nobody knows, nor ones that are attached in another way", () => {
    expectNoTimes([
      "2010.05.01_XYZ",
      "2010.05.01TAI",
      "2010.05.01_ISO",
      "2010.05.01_JD",
      "2010.05.01+2400",
      "2010.05.01+0160",
      "2010.05.01+01:00",
      "2010.05.01_TAI0",
      "2010.05.01_UTC_TAI",
      "JD_",
      "JD_x",
      "JD_1234567890",
      "JD2455317.5",
    ]);
  });
});

describe("a time within a text", () => {
  it("is as long as it can be", () => {
    const cases: readonly (readonly [string, number, number])[] = [
      ["2010.05.01_00:00:00_TAI/1d", MAY_TAI, 23],
      ["2010.05.01_TAI-2010.05.02_TAI", MAY_TAI, 14],
      ["2010.05.01_00:00:00-2010.05.02", MAY_UTC + 72_600, 24],
      ["2010-05-01T00:00:00Z-2010-05-01T01:00:00Z", MAY_UTC, 20],
      ["2010.05.01,2010.05.02", MAY_UTC, 10],
      ["2010.05.01_TAI]", MAY_TAI, 14],
      ["JD_2455317.5]", 1051747167.816, 12],
    ];
    for (const [text, seconds, length] of cases)
      expect([text, scanDrmsTime(text)]).toEqual([text, { seconds, length }]);
    expect(scanDrmsTime("[2010.05.01_TAI]", 1)).toEqual({ seconds: MAY_TAI, length: 14 });
    expect(scanDrmsTime("x2010.05.01")).toBeUndefined();
    expect(scanDrmsTime(" 2010.05.01")).toBeUndefined();
    expect(scanDrmsTime("2010.05.01", 10)).toBeUndefined();
  });

  it("is listed with every shorter one, which ends in front of a - as well", () => {
    const lengths = (text: string) => scanDrmsTimes(text).map(({ length }) => length);
    expect(lengths("2010.05.01-2010.05.02")).toEqual([15, 10, 7, 4]);
    expect(lengths("2010.05.01_12:30:15.25_TAI")).toEqual([26, 22, 19, 16, 13, 10, 7, 4]);
    expect(lengths("2010-05-01T12Z")).toEqual([14, 13, 10, 4]);
    expect(lengths("nothing")).toEqual([]);
    expect(scanDrmsTimes("2010.05.01-2010.05.02")[1]).toEqual({ seconds: MAY_UTC, length: 10 });
  });

  it("never ends within digits that go beyond what is looked at", () => {
    const long = `2010.05.01.${"5".repeat(500)}`;
    expect(scanDrmsTime(long)?.length).toBe(10);
    expect(parseDrmsTime(long)).toBeUndefined();
    expect(parseDrmsTime("9".repeat(1_000_000))).toBeUndefined();
  });
});
