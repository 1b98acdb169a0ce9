import { describe, expect, it } from "vitest";
import { ScanTable } from "../../browser/plot/scan-table.js";
import { ALL_TIME, moved, spanText } from "../../plot/span.js";

const quantity = { label: "", units: "", name: "s" } as unknown as ConstructorParameters<typeof ScanTable>[1];
const table = (xs: readonly number[]) => {
  const made = new ScanTable("t", quantity, quantity, Float64Array.of(1));
  made.add(Float64Array.from(xs), new Float64Array(xs.length));
  return made;
};

describe("records of a table", () => {
  it.each([1, 7, 60, 118, 120, 122, 3600, 86_400])(
    "that are %d s apart meet, whatever the distance is",
    (seconds) => {
      const step = seconds * 1e6;
      const made = table(Array.from({ length: 100 }, (_, n) => n * step));
      expect(made.width).toBeGreaterThanOrEqual(step);
      // And do not cover a record that is missing.
      expect(made.width).toBeLessThan(1.1 * step);
    },
  );

  it("reach farther as soon as it is known how far apart they are", () => {
    // Bins of five days of records that come every 27.
    const xs = Array.from({ length: 60 }, (_, n) => Math.floor((n * 27) / 5) * 5 * 86_400e6);
    expect(table(xs.slice(0, 10)).width).toBeLessThanOrEqual(table(xs).width);
  });
});

describe("all time", () => {
  it("ends before the year 10000, so that it can be written down", () => {
    expect(spanText(ALL_TIME).end).toMatch(/^9999-12-31/);
    expect(spanText(moved(ALL_TIME, 0.5)).end).toMatch(/^9999-12-31/);
  });
});
