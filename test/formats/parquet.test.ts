import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { isDasError } from "../../errors/das-error.js";
import { parquet } from "../../formats/parquet/parquet.js";
import { TEST_CONTEXT } from "../support/run-stream.js";
import { broken, encoded, FAILURE, HOSTILE, NO_DATA, tableItems } from "../support/table-streams.js";

const open = (...args: string[]) => parquet.open(args, TEST_CONTEXT);
const file = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

describe("Parquet files, as hyparquet reads them", () => {
  it("hold instants as timestamps of UTC in nanoseconds, yscans as lists, fill as null", async () => {
    const bytes = file(encoded(open(), tableItems(4)));
    const { schema } = parquetMetadata(bytes);
    expect(schema[1]).toMatchObject({
      name: "time",
      type: "INT64",
      logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "NANOS" },
    });
    expect(schema.slice(2, 4).map(({ name, type }) => [name, type])).toEqual([
      ["volts", "FLOAT"],
      ["amps", "DOUBLE"],
    ]);
    const rows = await parquetReadObjects({ file: bytes, compressors: {} });
    expect(rows).toHaveLength(4);
    for (const [n, row] of rows.entries()) {
      expect(new Date(row.time as Date).toISOString()).toBe(`2021-06-30T12:00:0${n}.000Z`);
      expect(row.volts).toBe(n === 2 ? null : n);
      expect(row.amps).toBe(n / 4);
      expect(row.scan).toEqual([10 * n, 10 * n + 1, null]);
    }
  });

  it("have row groups of bounded size, and all rows in them", async () => {
    const count = 70_000;
    const bytes = file(encoded(open(), tableItems(count)));
    const { row_groups, num_rows } = parquetMetadata(bytes);
    expect(num_rows).toBe(BigInt(count));
    for (const { num_rows: rows } of row_groups) expect(Number(rows)).toBeLessThanOrEqual(8192);
    expect(row_groups.length).toBeGreaterThan(1);
    const [last] = await parquetReadObjects({
      file: bytes,
      rowStart: count - 1,
      rowEnd: count,
      columns: ["amps"],
    });
    expect(last).toEqual({ amps: (count - 1) / 4 });
  });

  it("hand on a row group as soon as it is full", () => {
    const encoder = open();
    let written = 0;
    const sizes: number[] = [];
    for (const item of tableItems(70_000)) {
      encoder.push(item, (bytes) => {
        written += bytes.length;
        sizes.push(bytes.length);
      });
    }
    expect(written).toBeGreaterThan(70_000);
    expect(Math.max(...sizes)).toBeLessThan(4 << 20);
  });

  it("tell units, labels and tags in the footer", () => {
    const { key_value_metadata } = parquetMetadata(file(encoded(open(), tableItems(1))));
    const about: unknown = JSON.parse(key_value_metadata?.find(({ key }) => key === "das2")?.value ?? "");
    expect(about).toMatchObject({
      stream: { title: "Volts" },
      columns: { volts: { units: "V", fill: "-99" }, scan: { yTags: "10,100,1000", yUnits: "Hz" } },
    });
  });

  it("have no rows where the packets are defined and none comes, and are nothing where none are defined", () => {
    const [head, definition] = tableItems(0);
    const { num_rows, schema } = parquetMetadata(file(encoded(open(), [head!, definition!, NO_DATA])));
    expect([num_rows, schema[0]?.num_children]).toEqual([0n, 4]);
    expect(encoded(open(), [head!, NO_DATA])).toHaveLength(0);
  });

  it("have no footer where the stream fails", () => {
    const { bytes, error } = broken(open(), [...tableItems(50_000), FAILURE]);
    expect(isDasError(error, "DOMAIN")).toBe(true);
    expect(bytes.length).toBeGreaterThan(1000);
    expect(() => parquetMetadata(file(bytes))).toThrow();
  });

  it("carry hostile labels as they are", () => {
    for (const text of HOSTILE) {
      const { key_value_metadata } = parquetMetadata(file(encoded(open(), tableItems(1, text))));
      expect(JSON.parse(key_value_metadata?.[0]?.value ?? "")).toMatchObject({ stream: { title: text } });
    }
  });
});
