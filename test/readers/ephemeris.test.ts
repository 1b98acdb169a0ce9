import { describe, expect, it } from "vitest";
import { checkStream } from "../support/check-stream.js";
import { openReader, readerBytes } from "../support/run-reader.js";
import { decodeStream } from "../support/run-stream.js";

const us = (text: string): number => (Date.parse(`${text}Z`) - Date.UTC(2000, 0, 1)) * 1000;

describe("ephemeris reader", () => {
  it("writes a point each INTERVAL seconds from BEGIN on, END excluded", async () => {
    const bytes = await readerBytes("ephemeris", ["3600", "1992-10-13", "1992-10-13T05:00:00"]);
    expect(checkStream(bytes).packets).toBe(5);
    const { rows, packets } = decodeStream(bytes);
    expect(rows.map((row) => row.values[0]![0])).toEqual(
      [0, 1, 2, 3, 4].map((h) => us("1992-10-13T00:00:00") + h * 3600e6),
    );
    expect(packets[0]!.planes.map((plane) => plane.name)).toEqual([
      "time",
      "ra",
      "dec",
      "distance",
      "P",
      "B0",
      "L0",
    ]);
    // Meeus' example again, now from UTC: TT is 59 s ahead (27 leap seconds and 32.184 s) where he takes 0.00068 d.
    const [, , , , p, b0, l0] = rows[0]!.values.map((values) => values[0]!);
    expect([p, b0, l0].map((value) => value!.toFixed(2))).toEqual(["26.27", "5.99", "238.63"]);
  });

  it("steps fractions of seconds without drift", async () => {
    const { rows } = decodeStream(await readerBytes("ephemeris", ["0.1", "2020-01-01", "2020-01-01T01:00"]));
    expect(rows.length).toBe(36_000);
    expect(rows.at(-1)!.values[0]![0]).toBe(us("2020-01-01T01:00:00") - 1e5);
  });

  it("refuses a missing or bad interval", async () => {
    await expect(openReader("ephemeris", ["2020", "2021"])).rejects.toMatchObject({ code: "USAGE" });
    for (const interval of ["0", "-1", "x", "1e300", "NaN"])
      await expect(readerBytes("ephemeris", [interval, "2020", "2021"])).rejects.toMatchObject({
        code: "BAD_PARAMETER",
      });
  });

  it("says no data for an empty range", async () => {
    expect(checkStream(await readerBytes("ephemeris", ["60", "2020", "2020"]))).toMatchObject({
      exception: "NoDataInInterval",
    });
  });
});
