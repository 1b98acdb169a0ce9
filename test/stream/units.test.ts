import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayNumber } from "../../stream/calendar.js";
import { readX } from "../../stream/columns.js";
import { packetHeader, xPlane, yPlane } from "../../stream/packet-header.js";
import { makeTime, parseTime, timeToUs2000 } from "../../stream/time.js";
import { tt2000ToTime } from "../../stream/tt2000.js";
import {
  convertUnits,
  durationSeconds,
  type EpochUnit,
  epochUnit,
  frequencyHz,
  squaredPerHz,
} from "../../stream/units.js";
import { asciiType, timeType } from "../../stream/value-type.js";

function unit(name: string): EpochUnit {
  const found = epochUnit(name);
  if (found === undefined) throw new Error(`no epoch unit ${name}`);
  return found;
}

const US_PER_UNIT: Readonly<Record<string, number>> = {
  us2000: 1,
  t2000: 1e6,
  us1980: 1,
  t1970: 1e6,
  ns1970: 1e-3,
  mj1958: 86_400e6,
  mjd: 86_400e6,
  cdfEpoch: 1e3,
  UTC: 1,
  TT2000: 1e-3,
  us1970: 1,
  ms1970: 1e3,
  t2010: 1e6,
  us2020: 1,
};
const ALL = Object.keys(US_PER_UNIT);

function ulp(v: number): number {
  return v === 0 ? 0 : 2 ** (Math.floor(Math.log2(Math.abs(v))) - 52);
}

describe("epochUnit", () => {
  // das2-stream A10.1: one day after the us2000 zero.
  it.each([
    ["us2000", 8.64e10],
    ["UTC", 8.64e10],
    ["t2000", 86_400],
    ["t1970", 946_771_200],
    ["unixTime", 946_771_200],
    ["mj1958", 15_341],
    ["mjd", 51_545],
    ["cdfEpoch", 63_113_990_400_000],
    ["us1980", 631_152_000e6 + 8.64e10],
    ["ns1970", 946_771_200e9],
    ["us1970", 946_771_200e6],
    ["ms1970", 946_771_200e3],
    ["t2010", 86_400 - 315_619_200],
    ["us2020", 8.64e10 - 631_152_000e6],
    ["TT2000", -43_135_816_000_000 + 86_400e9],
    ["tt2000", -43_135_816_000_000 + 86_400e9],
    ["cdfTT2000", -43_135_816_000_000 + 86_400e9],
  ])("%s has 2000-01-02 at %d", (name, value) => {
    const t = makeTime(2000, 1, 2);
    expect(unit(name).fromUs2000(8.64e10)).toBe(value);
    expect(unit(name).toUs2000(value)).toBe(8.64e10);
    expect(unit(name).fromTime(t)).toBe(value);
    expect(unit(name).toTime(value)).toEqual(t);
  });

  it.each([
    ["us1980", "1980-01-01"],
    ["t1970", "1970-01-01"],
    ["ns1970", "1970-01-01"],
    ["mj1958", "1958-01-01"],
    ["mjd", "1858-11-17"],
    ["cdfEpoch", "0000-01-01"],
    ["t2010", "2010-01-01"],
    ["us2020", "2020-01-01"],
    ["seconds since 1970-01-01", "1970-01-01"],
    ["days since 1990-01-01T12:00:00Z", "1990-01-01T12:00"],
    ["ms since 2013", "2013-01-01"],
    [" hours  since  2013-001 00:30 ", "2013-01-01T00:30"],
    ["\u00b5s since 2001-02-03T04:05:06.789", "2001-02-03T04:05:06.789"],
  ])("%s has its zero at %s", (name, text) => {
    const zero = parseTime(text);
    expect(unit(name).fromTime(zero)).toBe(0);
    expect(unit(name).toTime(0)).toEqual(zero);
    expect(unit(name).toUs2000(0)).toBe(timeToUs2000(zero));
  });

  it("knows no other units", () => {
    for (const name of [
      "",
      "s",
      "Hz",
      "us",
      "US2000",
      "utc",
      "m since 2000-01-01",
      "seconds since yesterday",
      "ks since 2000-01-01",
      "ps since 2000-01-01",
      `s since ${"2".repeat(200)}`,
    ])
      expect(epochUnit(name)).toBeUndefined();
  });

  it("calls synonyms by one name", () => {
    expect(unit("cdfTT2000").name).toBe("TT2000");
    expect(unit("unixTime").name).toBe("t1970");
  });

  it("converts whole microseconds as exactly as the unit can hold them", () => {
    // A value of the unit and back is the same value: no second rounding on the way.
    const whole = fc.integer({
      min: timeToUs2000(makeTime(1972, 1, 1)),
      max: timeToUs2000(makeTime(2060, 1, 1)),
    });
    fc.assert(
      fc.property(whole, fc.constantFrom(...ALL), (us, name) => {
        const value = unit(name).fromUs2000(us);
        // Half of the last bit of the value, and the last of the microseconds on the way back.
        const allowed = (ulp(value) * US_PER_UNIT[name]!) / 2 + ulp(us);
        expect(Math.abs(unit(name).toUs2000(value) - us)).toBeLessThanOrEqual(allowed);
        // By way of nanoseconds nothing is lost but what days do not resolve.
        if (!name.startsWith("mj")) expect(unit(name).fromTime(unit(name).toTime(value))).toBe(value);
      }),
      { numRuns: 5000 },
    );
  });

  it("rounds days to the microsecond, which is what they resolve", () => {
    for (const name of ["mj1958", "mjd"]) {
      const t = makeTime(2021, 6, 30, 12, 34, 56.789);
      expect(unit(name).toTime(unit(name).fromTime(t)).ns % 1000).toBe(0);
    }
  });

  it("keeps nanoseconds of ns1970 and TT2000 near their zeros", () => {
    expect(unit("ns1970").toTime(1)).toEqual({ day: dayNumber(1970, 1, 1), ns: 1 });
    expect(unit("ns1970").toTime(-1)).toEqual({ day: dayNumber(1969, 12, 31), ns: 86_400e9 - 1 });
    expect(unit("TT2000").toTime(-1)).toEqual(makeTime(2000, 1, 1, 11, 58, 55.815999999));
    expect(unit("TT2000").toUs2000(1)).toBe(43_135_816_000.001);
  });

  it("gives NaN or the fill time for what is not finite", () => {
    for (const name of ALL) {
      expect(unit(name).toUs2000(Number.NaN)).toBeNaN();
      expect(unit(name).fromUs2000(Number.NaN)).toBeNaN();
      expect(unit(name).toTime(Number.NaN)).toEqual(makeTime(1, 1, 1));
    }
  });
});

describe("TT2000", () => {
  // By the formula of das2-stream A10.2, worked by hand.
  it.each([
    ["2000-01-01T00:00:00", -43_135_816_000_000n],
    ["2000-01-01T11:58:55.816", 0n],
    ["1998-12-31T23:59:59", -31_579_137_816_000_000n],
    ["1998-12-31T23:59:60", -31_579_136_816_000_000n],
    ["1999-01-01T00:00:00", -31_579_135_816_000_000n],
    ["2016-12-31T23:59:59.999999999", 536_500_868_183_999_999n],
    ["2016-12-31T23:59:60", 536_500_868_184_000_000n],
    ["2016-12-31T23:59:60.999999999", 536_500_869_183_999_999n],
    ["2017-01-01T00:00:00", 536_500_869_184_000_000n],
    ["1972-01-01T00:00:00", -883_655_957_816_000_000n],
  ])("has %s at %s", (text, value) => {
    const t = parseTime(text, { keepLeapSecond: true });
    expect(tt2000ToTime(value)).toEqual(t);
    expect(unit("TT2000").fromTime(t)).toBe(Number(value));
  });

  it("puts a leap second on the last microsecond of its day", () => {
    const last = timeToUs2000(makeTime(2017, 1, 1)) - 1;
    expect(unit("TT2000").toUs2000(536_500_868_184_000_000)).toBe(last);
    expect(unit("TT2000").toUs2000(Number(536_500_869_183_999_936n))).toBe(last);
    expect(unit("TT2000").toUs2000(536_500_869_184_000_000)).toBe(last + 1);
    expect(unit("t1970").fromTime({ day: dayNumber(2016, 12, 31), ns: 86_400.5e9 })).toBe(
      unit("t1970").fromUs2000(last),
    );
  });

  it.each([
    ["TT2000", 536_500_868_184_000_000],
    ["t2000", 536_544_000],
    ["us2000", 536_544_000e6],
    ["UTC", 536_544_000e6],
    ["ns1970", (536_544_000 + 946_684_800) * 1e9],
  ])("alone keeps the text 23:59:60: in a plane of %s it is %d", (units, value) => {
    const header = packetHeader({
      id: 1,
      planes: [
        xPlane({ name: "", type: timeType(20), units }),
        yPlane({ name: "", type: asciiType(9), units: "" }),
      ],
    });
    const bytes = new TextEncoder().encode(":01:2016-12-31T23:59:60  1.0e+00\n");
    const out = new Float64Array(1);
    readX({ header, bytes, count: 1 }, out);
    expect(out[0]).toBe(value);
  });

  it("has no time for the fill values of CDF", () => {
    expect(unit("TT2000").toUs2000(-(2 ** 63))).toBeNaN();
    expect(tt2000ToTime(-(2n ** 63n))).toEqual(makeTime(1, 1, 1));
    expect(tt2000ToTime(-(2n ** 63n) + 1n)).toEqual(makeTime(1, 1, 1));
  });

  it("goes to the nanosecond and back", () => {
    const ns = fc.bigInt({ min: -883_655_957_816_000_000n, max: 3_000_000_000_000_000_000n });
    fc.assert(
      fc.property(ns, (value) => {
        const t = tt2000ToTime(value);
        expect(unit("TT2000").fromTime(t)).toBe(Number(value));
        expect(unit("TT2000").toTime(Number(value))).toEqual(tt2000ToTime(BigInt(Number(value))));
      }),
      { numRuns: 5000 },
    );
  });
});

describe("durationSeconds and frequencyHz", () => {
  // das2-stream A10.3
  it.each([
    [1, "s sec second seconds"],
    [1e-3, "ms msec millisec millisecond milliseconds"],
    [1e-6, "microseconds microsec us \u00b5s \u03bcs"],
    [1e-9, "ns nanoseconds"],
    [60, "min minute minutes"],
    [3600, "hr hrs hour hours"],
    [86_400, "day days"],
    [1e-12, "ps"],
    [1e3, "ks"],
  ])("%d s is one of %s", (seconds, names) => {
    for (const name of names.split(" ")) expect(durationSeconds(name)).toBe(seconds);
  });

  it.each([
    [1, "Hz hertz"],
    [1e3, "kHz"],
    [1e6, "MHz"],
    [1e9, "GHz"],
    [1e-3, "mHz"],
  ])("%d Hz is one of %s", (hz, names) => {
    for (const name of names.split(" ")) expect(frequencyHz(name)).toBe(hz);
  });

  it("know nothing else", () => {
    for (const name of [
      "",
      "m",
      "Hz",
      "us2000",
      "UTC",
      "S",
      "seconds since 2000-01-01",
      "fortnight",
      "kmin",
      "s**2",
    ])
      expect(durationSeconds(name)).toBeUndefined();
    for (const name of ["", "s", "KHz", "V", "rad", "s**-1", "constructor"])
      expect(frequencyHz(name)).toBeUndefined();
  });
});

describe("convertUnits", () => {
  it.each([
    [250, "ms", "s", 0.25],
    [1, "day", "min", 1440],
    [7, "\u00b5s", "\u03bcs", 7],
    [0.1, "s", "ms", 100],
    [3, "kHz", "Hz", 3000],
    [12, "mV m**-1", "V/m", 0.012],
    [2, "V**2 m**-2 Hz**-1", "mV**2 m**-2 Hz**-1", 2e6],
    [5, "nT", "nT", 5],
    [5, "counts/s", "counts s**-1", 5],
    [1, "counts/min", "counts/hr", 60],
    [42, "anything at all (really)", "anything at all (really)", 42],
    [86_400, "t2000", "us2000", 8.64e10],
    [8.64e10, "UTC", "us2000", 8.64e10],
    [946_771_200, "t1970", "mj1958", 15_341],
    [536_500_869_184_000_000, "TT2000", "t2000", 536_544_000],
  ])("%d %s are %s: %d", (v, from, to, expected) => {
    expect(convertUnits(v, from, to)).toBe(expected);
  });

  it.each([
    ["s", "Hz"],
    ["s", "us2000"],
    ["us2000", "s"],
    ["V", "A"],
    ["V", ""],
    ["dB", "cB"],
    ["V**2", "V"],
    ["a ( b", "a"],
    ["V**0.5", "mV**0.5"],
  ])("gives nothing from %j to %j", (from, to) => {
    expect(convertUnits(1, from, to)).toBeUndefined();
  });
});

describe("squaredPerHz", () => {
  // reducers 7.3
  it.each([
    ["V m**-1", "V**2 m**-2 Hz**-1"],
    ["V/m", "V**2 m**-2 Hz**-1"],
    ["V / m", "V**2 m**-2 Hz**-1"],
    ["nT", "nT**2 Hz**-1"],
    ["", "Hz**-1"],
    ["V^2/m^2", "V**4 m**-4 Hz**-1"],
    ["V**2 m**-2 Hz**-1", "V**4 m**-4 Hz**-3"],
    ["V Hz**-0.5", "V**2 Hz**-2"],
    ["V Hz**(1/2)", "V**2"],
    ["V**(1/3)", "V**(2/3) Hz**-1"],
    ["V**1.25", "V**2.5 Hz**-1"],
    ["counts/(s sr)", "counts**2 s**-2 sr**-2 Hz**-1"],
    ["1/s m", "1**2 s**-2 m**-2 Hz**-1"],
    ["V V**-1", "Hz**-1"],
    ["\u00b5V", "\u00b5V**2 Hz**-1"],
    ["counts (raw)", "(counts (raw))**2 Hz**-1"],
    ["a/b/c", "(a/b/c)**2 Hz**-1"],
    ["V**", "(V**)**2 Hz**-1"],
    ["V**(1/0)", "(V**(1/0))**2 Hz**-1"],
  ])("of %j is %j", (units, expected) => {
    expect(squaredPerHz(units)).toBe(expected);
  });

  it("does not take long texts apart", () => {
    expect(squaredPerHz("V ".repeat(5000)).length).toBeLessThan(10_020);
  });
});
