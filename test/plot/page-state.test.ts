import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binWidth } from "../../plot/bin-widths.js";
import {
  type AxisChoice,
  MAP_NAMES,
  MOST_SOURCES,
  type PlotState,
  readState,
  stateQuery,
  stateSpan,
  withoutSource,
} from "../../plot/page-state.js";
import {
  ALL_TIME,
  hull,
  moved,
  NARROWEST_US,
  spanText,
  tidied,
  timeWord,
  without,
  zoomed,
} from "../../plot/span.js";
import { parseTime, timeToUs2000 } from "../../stream/time.js";

const us = (text: string) => timeToUs2000(parseTime(text, { bareYear: true }));

/** Text without blanks at its ends, as words of a form are. */
const word = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
  .map((text) => text.trim())
  .filter((text) => text !== "");
const axis: fc.Arbitrary<AxisChoice> = fc
  .record(
    {
      scale: fc.constantFrom("linear" as const, "log" as const),
      range: fc
        .tuple(
          fc.double({ min: -1e30, max: 1e30, noNaN: true }),
          fc.double({ min: 1e-30, max: 1e30, noNaN: true }),
        )
        .map(([low, step]) => ({ low: low + 0, high: low + step }))
        .filter(({ low, high }) => low < high),
    },
    { requiredKeys: [] },
  )
  .filter(({ scale, range }) => scale !== undefined || range !== undefined)
  .map(({ scale, range }) => ({ ...(scale === undefined ? {} : { scale }), ...range }));
const source = fc.record(
  { id: word, params: word, interval: word, hidden: fc.uniqueArray(word, { maxLength: 3 }) },
  { requiredKeys: ["id", "hidden"] },
);
const state: fc.Arbitrary<PlotState> = fc.record(
  {
    sources: fc.array(source, { maxLength: MOST_SOURCES }),
    begin: word,
    end: word,
    map: fc.constantFrom(...MAP_NAMES),
    band: fc.boolean(),
    axes: fc
      .uniqueArray(fc.tuple(fc.constantFrom("y.1.1", "z.1.1", "y.2.13", "z.8.9"), axis), {
        selector: ([key]) => key,
      })
      .map((pairs) => new Map(pairs)),
  },
  { requiredKeys: ["sources", "band", "axes"] },
);

describe("the address of a plot page", () => {
  it("tells the whole state, whatever names and words are in it", () => {
    fc.assert(
      fc.property(state, (given) => {
        expect(readState(stateQuery(given))).toEqual(given);
        expect(stateQuery(given)).toMatch(/^[\x21-\x7e]*$/);
      }),
      { numRuns: 200 },
    );
  });

  it("is read whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (query) => {
        const read = readState(query);
        expect(read.sources.length).toBeLessThanOrEqual(MOST_SOURCES);
      }),
      { numRuns: 300 },
    );
  });

  it("leaves legible what may stand in a query", () => {
    const given = readState(
      "source=A%2FB&begin=2021-06-30T12%3A00&end=2021-07-01&y.1.2=log,1e-3,100&z.1.1=nonsense",
    );
    expect(stateQuery(given)).toBe("source=A/B&begin=2021-06-30T12:00&end=2021-07-01&y.1.2=log,0.001,100");
  });

  it("has a range only where both are times and the end is after the begin", () => {
    expect(stateSpan({ begin: "2021-181", end: "2021-07-01" })).toEqual({
      begin: us("2021-06-30"),
      end: us("2021-07-01"),
    });
    expect(stateSpan({ begin: "2021-07-01", end: "2021-07-01" })).toBeUndefined();
    expect(stateSpan({ begin: "yesterday", end: "2021-07-01" })).toBeUndefined();
    expect(stateSpan({ end: "2021-07-01" })).toBeUndefined();
  });

  it("gives the choices for later sources their new numbers when one is taken away", () => {
    const given = readState("source=A&source=B&source=C&y.1.1=log&y.2.1=linear&z.3.2=log,1,2&params.3=x");
    const left = withoutSource(given, 1);
    expect(stateQuery(left)).toBe("source=A&source=C&params.2=x&y.1.1=log&z.2.2=log,1,2");
  });
});

describe("ranges of time", () => {
  it("move and zoom about a place that stays where it is", () => {
    const day = { begin: us("2021-06-30"), end: us("2021-07-01") };
    expect(spanText(moved(day, 0.5))).toEqual({ begin: "2021-06-30T12:00", end: "2021-07-01T12:00" });
    expect(spanText(zoomed(day, 0.5))).toEqual({ begin: "2021-06-30T06:00", end: "2021-06-30T18:00" });
    expect(spanText(zoomed(day, 0.25, 1))).toEqual({ begin: "2021-06-30T18:00", end: "2021-07-01" });
  });

  it("stay within the times that there are, and wide enough to be told apart", () => {
    fc.assert(
      fc.property(
        // Microseconds are exact there.
        fc.double({ min: -(2 ** 52), max: 2 ** 52, noNaN: true }),
        fc.double({ min: 1e3, max: 1e17, noNaN: true }),
        fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (begin, length, factor, at) => {
          const span = { begin, end: begin + length };
          for (const changed of [zoomed(span, factor, at), moved(span, factor), tidied(span)]) {
            expect(changed.begin).toBeGreaterThanOrEqual(ALL_TIME.begin);
            expect(changed.end).toBeLessThanOrEqual(ALL_TIME.end);
            expect(changed.end - changed.begin).toBeGreaterThanOrEqual(NARROWEST_US);
          }
        },
      ),
    );
  });

  it("are written with no more digits than they have, and read again as they were", () => {
    expect(timeWord(us("2021-06-30"))).toBe("2021-06-30");
    expect(timeWord(us("2021-06-30T12:00"))).toBe("2021-06-30T12:00");
    expect(timeWord(us("2021-06-30T12:00:10"))).toBe("2021-06-30T12:00:10");
    expect(timeWord(us("2021-06-30T12:00:00.1205"))).toBe("2021-06-30T12:00:00.1205");
    fc.assert(
      fc.property(fc.integer({ min: -3e15, max: 3e15 }), (any) => {
        expect(us(timeWord(any))).toBe(any);
      }),
    );
  });

  it("are tidied by less than a column of a screen", () => {
    const span = { begin: us("2021-06-30T08:51:14.978715"), end: us("2021-06-30T18:29:57.200937") };
    const tidy = tidied(span);
    expect(spanText(tidy)).toEqual({ begin: "2021-06-30T08:51:15", end: "2021-06-30T18:29:57" });
    expect(Math.abs(tidy.begin - span.begin)).toBeLessThan((span.end - span.begin) / 5000);
  });

  it("are cut from each other", () => {
    expect(
      without({ begin: 0, end: 10 }, [
        { begin: 2, end: 4 },
        { begin: 3, end: 5 },
        { begin: 9, end: 20 },
      ]),
    ).toEqual([
      { begin: 0, end: 2 },
      { begin: 5, end: 9 },
    ]);
    expect(without({ begin: 0, end: 10 }, [{ begin: -1, end: 11 }])).toEqual([]);
    expect(
      hull([
        { begin: 5, end: 6 },
        { begin: 1, end: 2 },
      ]),
    ).toEqual({ begin: 1, end: 6 });
  });
});

describe("the width of bins", () => {
  it("is that of a column of pixels or a little more, never finer, and divides the day or is whole days", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-7, max: 1e9, noNaN: true }), (column) => {
        const width = binWidth(column);
        expect(width).toBeGreaterThanOrEqual(column * (1 - 1e-9));
        expect(width).toBeLessThanOrEqual(column * 2 + 1e-12);
        const bins = 86_400 / width;
        const days = width / 86_400;
        const isWhole = (n: number) => Math.abs(n - Math.round(n)) < 1e-6 * Math.max(1, Math.abs(n) * 1e-6);
        expect(isWhole(bins) || isWhole(days), String(width)).toBe(true);
      }),
    );
  });

  it.each([
    [43.2, 45],
    [60, 60],
    [61.5, 64],
    [0.43, 0.5],
    [1.2, 2],
    [86_401, 172_800],
  ])("for columns of %f s is %f s", (column, width) => {
    expect(binWidth(column)).toBe(width);
  });
});
