import { describe, expect, it } from "vitest";
import { checkRange, limitProperties, rangeLimits } from "../../../cgi/limits/range-limits.js";
import { DasError } from "../../../errors/das-error.js";
import { parseTime } from "../../../stream/time.js";

const DAY = 86_400;
const year = { begin: parseTime("2021-01-01"), end: parseTime("2022-01-01") };

function refusal(run: () => void): DasError {
  try {
    run();
  } catch (error) {
    if (error instanceof DasError) return error;
    throw error;
  }
  throw new Error("expected a refusal");
}

describe("a range at full resolution", () => {
  it("may be as long as the limit and no longer", () => {
    checkRange({ rangeSeconds: 365 * DAY }, year, undefined);
    const refused = refusal(() => checkRange({ rangeSeconds: 365 * DAY - 1 }, year, undefined));
    expect(refused.code).toBe("TOO_MUCH_ASKED");
    expect(refused.where.limit).toBe("MAX_RANGE");
  });

  it("that is refused is told by which requests to get the same", () => {
    const limits = { rangeSeconds: 100 * DAY };
    const refused = refusal(() => checkRange(limits, year, undefined));
    expect(refused.message).toBe(
      "The range of 365 days is longer than the 100 days of one request at full resolution; ask for " +
        "2021-01-01T00:00:00/2021-04-11T00:00:00, 2021-04-11T00:00:00/2021-07-20T00:00:00, " +
        "2021-07-20T00:00:00/2021-10-28T00:00:00, 2021-10-28T00:00:00/2022-01-01T00:00:00",
    );
    for (const request of refused.where.requests as string[]) {
      const [begin = "", end = ""] = request.split("/");
      checkRange(limits, { begin: parseTime(begin), end: parseTime(end) }, undefined);
    }
  });

  it("is told a resolution at which it passes, where bins are limited too", () => {
    const limits = { rangeSeconds: DAY, bins: 1000 };
    const { message } = refusal(() => checkRange(limits, year, undefined));
    // 365 days / 1000 = 31,536 s, in three digits and no finer.
    expect(message).toContain("resolution=31600");
    checkRange(limits, year, 31_600);
  });
});

describe("a range in bins", () => {
  it("may have as many as the limit and no more", () => {
    checkRange({ bins: 365 }, year, DAY);
    const refused = refusal(() => checkRange({ bins: 364 }, year, DAY));
    expect(refused.where.limit).toBe("MAX_BINS");
    expect(refused.message).toContain("has 365 bins of 86400 s, more than the 364 of one request");
    expect(refused.where.requests).toEqual([
      "2021-01-01T00:00:00/2021-12-31T00:00:00",
      "2021-12-31T00:00:00/2022-01-01T00:00:00",
    ]);
  });

  it("is not measured by the limit for full resolution", () => {
    checkRange({ rangeSeconds: 1 }, year, DAY);
  });

  it("that would have to be divided a million times names no more than a hundred parts", () => {
    const refused = refusal(() => checkRange({ bins: 1 }, year, 1));
    expect(refused.where.requests).toHaveLength(100);
    expect(refused.message.length).toBeLessThan(500);
  });
});

describe("the limits for a source", () => {
  it("are those of its definition, else those of the server", () => {
    const site = { maxRange: "30 days", maxBins: 0 };
    expect(rangeLimits({}, site)).toMatchObject({ rangeSeconds: 30 * DAY });
    expect(rangeLimits({ maxRangeSeconds: 3600 }, { ...site, maxBins: 9 })).toEqual({
      rangeSeconds: 3600,
      bins: 9,
    });
    expect(rangeLimits({}, { maxRange: undefined, maxBins: 0 })).toEqual({});
    expect(rangeLimits({}, { maxRange: undefined, maxBins: 9 })).toEqual({ bins: 9 });
  });

  it("of ranges keep bins from being full resolution by another name", () => {
    for (const limits of [
      rangeLimits({}, { maxRange: "1 day", maxBins: 0 }),
      rangeLimits({ maxRangeSeconds: DAY }, { maxRange: undefined, maxBins: 0 }),
    ]) {
      // 31536000 bins of a second; of ten minutes they are 52560.
      const refused = refusal(() => checkRange(limits, year, 1));
      expect(refused.where.limit).toBe("MAX_BINS");
      expect(refused.message).toContain("100000");
      checkRange(limits, year, 600);
    }
    checkRange(rangeLimits({}, { maxRange: "1 day", maxBins: 1e12 }), year, 1);
  });

  it("are published as definitions say them", () => {
    expect(limitProperties({ rangeSeconds: 3600, bins: 9 })).toEqual({ maxRange: "3600 s", maxBins: "9" });
    expect(limitProperties({})).toEqual({});
  });

  it.each(["a year", "-3 days", "0 s", "7"])("cannot be %j", (maxRange) => {
    expect(refusal(() => rangeLimits({}, { maxRange, maxBins: 0 })).code).toBe("BAD_CONFIG");
  });
});
