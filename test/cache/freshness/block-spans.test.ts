import { describe, expect, it } from "vitest";
import { blockSpans } from "../../../cache/freshness/block-spans.js";
import { reachOfFilters } from "../../../cache/freshness/filter-reach.js";
import { drmsTime } from "../../support/tracked-series.js";

/** Days from 2000-01-01, 2014-01-01 and the first of March of that year. */
const NEW_YEAR = 14 * 365 + 4;
const MARCH = NEW_YEAR + 31 + 28;

const at = (text: string) => ({ first: drmsTime(text), last: drmsTime(text) });

describe("blocks of times", () => {
  it("are those that a time lies in, of each period", () => {
    const spans = [at("2014.03.01_12:34:56_UTC")];
    expect(blockSpans(spans, "daily", 0)).toEqual([{ first: MARCH, end: MARCH + 1 }]);
    const hour = MARCH * 24 + 12;
    expect(blockSpans(spans, "hourly", 0)).toEqual([{ first: hour, end: hour + 1 }]);
    const minute = hour * 60 + 34;
    expect(blockSpans(spans, "perminute", 0)).toEqual([{ first: minute, end: minute + 1 }]);
    expect(blockSpans(spans, "monthly", 0)).toEqual([{ first: 14 * 12 + 2, end: 14 * 12 + 3 }]);
    expect(blockSpans(spans, "yearly", 0)).toEqual([{ first: 14, end: 15 }]);
  });

  it("begin with their first instant: one second before, TAI being 35 s ahead of UTC, is the block before", () => {
    expect(blockSpans([at("2014.03.01_00:00:00_UTC")], "daily", 0)).toEqual([
      { first: MARCH, end: MARCH + 1 },
    ]);
    expect(blockSpans([at("2014.03.01_00:00:35_TAI")], "daily", 0)).toEqual([
      { first: MARCH, end: MARCH + 1 },
    ]);
    expect(blockSpans([at("2014.03.01_00:00:34.999_TAI")], "daily", 0)).toEqual([
      { first: MARCH - 1, end: MARCH },
    ]);
  });

  it("of a time in a leap second are those of the day that it ends", () => {
    // The 182nd day of 2012, a leap year.
    const june30 = 12 * 365 + 3 + 181;
    expect(blockSpans([at("2012.06.30_23:59:60.5_UTC")], "daily", 0)).toEqual([
      { first: june30, end: june30 + 1 },
    ]);
    expect(blockSpans([at("2012.07.01_00:00:00_UTC")], "daily", 0)).toEqual([
      { first: june30 + 1, end: june30 + 2 },
    ]);
  });

  it("are joined where they touch, in order, and each once", () => {
    const spans = [
      at("2014.01.05_UTC"),
      at("2014.01.01_UTC"),
      at("2014.01.02_UTC"),
      at("2014.01.02_06:00_UTC"),
    ];
    expect(blockSpans(spans, "daily", 0)).toEqual([
      { first: NEW_YEAR, end: NEW_YEAR + 2 },
      { first: NEW_YEAR + 4, end: NEW_YEAR + 5 },
    ]);
  });

  it("reach as far as what is made of a record, and one block more", () => {
    const spans = [at("2014.01.02_12:00_UTC")];
    expect(blockSpans(spans, "daily", 86_400)).toEqual([{ first: NEW_YEAR - 1, end: NEW_YEAR + 4 }]);
    expect(blockSpans(spans, "hourly", 1800)).toEqual([
      { first: (NEW_YEAR + 1) * 24 + 10, end: (NEW_YEAR + 1) * 24 + 14 },
    ]);
  });

  it("are none of what no request can name, and all of what has no bounds", () => {
    expect(blockSpans([{ first: 1e12, last: 1e12 }], "daily", 0)).toEqual([]);
    expect(blockSpans([{ first: -1e12, last: -1e12 }], "daily", 0)).toEqual([]);
    const all = { first: Number.NEGATIVE_INFINITY, last: Number.POSITIVE_INFINITY };
    expect(blockSpans([all], "yearly", 0)).toEqual([{ first: 1 - 2000, end: 10_000 - 2000 }]);
  });
});

describe("programs behind a reader", () => {
  it("carry nothing where there are none", () => {
    expect(reachOfFilters([], 720)).toBe(0);
  });

  it("carry what a record says as far as their bins and segments reach, a day at least", () => {
    expect(reachOfFilters([["/opt/other", "100000000"]], 720)).toBe(86_400);
    expect(reachOfFilters([["das2_bin_avgsec", "60"]], 720)).toBe(86_400);
    expect(reachOfFilters([["/usr/bin/das2_bin_peakavgsec", "864000"]], 720)).toBe(864_000);
    expect(reachOfFilters([["das2_psd", "-c", "1 s", "1024", "2"]], 720)).toBe(1024 * 720);
    expect(reachOfFilters([["das2_psd", "64", "8"], ["das2_ascii"]], 45)).toBe(2 * 86_400);
  });
});
