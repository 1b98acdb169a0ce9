import { type Table, tableFromIPC } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDasError } from "../../errors/das-error.js";
import { arrow } from "../../formats/arrow/arrow.js";
import { packetHeader, xPlane, yPlane } from "../../stream/packet-header.js";
import { REAL4, REAL8, timeType } from "../../stream/value-type.js";
import { encodeStream, packet, TEST_CONTEXT } from "../support/run-stream.js";
import { broken, encoded, FAILURE, HOSTILE, NO_DATA, tableItems } from "../support/table-streams.js";

const open = (...args: string[]) => arrow.open(args, TEST_CONTEXT);
const read = (bytes: Uint8Array): Table => tableFromIPC(bytes);
/** 2021-06-30T12:00:00Z, as `date -u -d 2021-06-30T12:00 +%s` prints it. */
const NOON_SECONDS = 1_625_054_400n;

/** The value of each row, timestamps exactly. */
const column = (table: Table, name: string): unknown[] => [...(table.getChild(name) ?? [])];

/** The integers of the first column. */
const words = (table: Table): bigint[] =>
  table.batches.flatMap(({ data }) => {
    const values: unknown = data.children[0]?.values;
    return values instanceof BigInt64Array ? [...values] : [];
  });

describe("Arrow streams, as apache-arrow reads them", () => {
  it("hold instants in nanoseconds of UTC, reals in their own width, yscans as lists of fixed size", () => {
    const { schema } = read(encoded(open(), tableItems(3)));
    expect(schema.fields.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      "time: Timestamp<NANOSECOND, UTC>",
      "volts: Float32",
      "amps: Float64",
      "scan: FixedSizeList[3]<Float32>",
    ]);
  });

  it("hold every value, and null for fill", () => {
    const table = read(encoded(open(), tableItems(20_000)));
    expect(table.numRows).toBe(20_000);
    // Record batches of bounded size: 65536 values, six of them a row here.
    expect(table.batches.length).toBeGreaterThan(1);
    const volts = column(table, "volts");
    const amps = column(table, "amps");
    const times = words(table);
    for (const n of [0, 1, 2, 8191, 8192, 19_999]) {
      expect(volts[n]).toBe(n % 3 === 2 ? null : n);
      expect(amps[n]).toBe(n / 4);
      expect(times[n]).toBe((NOON_SECONDS + BigInt(n)) * 1_000_000_000n);
      expect([...(table.getChild("scan")?.get(n) ?? [])]).toEqual([10 * n, 10 * n + 1, null]);
    }
    expect(table.getChild("volts")?.nullCount).toBe(6666);
  });

  it("tell units, labels, fill and tags as metadata of the fields, and properties of the stream as those of the schema", () => {
    const { schema } = read(encoded(open(), tableItems(1)));
    expect(Object.fromEntries(schema.fields[1]?.metadata ?? [])).toEqual({
      units: "V",
      label: "Volts",
      fill: "-99",
    });
    expect(Object.fromEntries(schema.fields[3]?.metadata ?? [])).toMatchObject({
      units: "V**2 Hz**-1",
      yTags: "10,100,1000",
      yUnits: "Hz",
    });
    expect(schema.metadata.get("title")).toBe("Volts");
  });

  it("keep nanoseconds of text, and times before 1970", () => {
    const header = packetHeader({
      id: 1,
      planes: [xPlane({ type: timeType(30), units: "UTC" }), yPlane({ name: "v", type: REAL4, units: "" })],
    });
    const record = (text: string) => {
      const bytes = Buffer.alloc(header.stride, 0x20);
      bytes.write(":01:", 0, "latin1");
      bytes.write(text.padStart(29), 4, "latin1");
      return bytes;
    };
    // Counted by hand from 1970: a day before the epoch and one nanosecond after it.
    const bytes = Buffer.concat([
      record("1969-12-31T00:00:00.000000000"),
      record("1970-01-01T00:00:00.000000001"),
    ]);
    const table = read(
      encoded(open(), [
        { kind: "stream", header: { version: "2.2", properties: [] } },
        { kind: "packet", header },
        { kind: "data", batch: { header, bytes, count: 2 } },
      ]),
    );
    expect(words(table)).toEqual([-86_400_000_000_000n, 1n]);
  });

  it("have no rows where the packets are defined and none comes, and are nothing where none are defined", () => {
    const [head, definition] = tableItems(0);
    const empty = read(encoded(open(), [head!, definition!, NO_DATA]));
    expect([empty.numRows, empty.numCols]).toEqual([0, 4]);
    expect(encoded(open(), [head!, NO_DATA])).toHaveLength(0);
  });

  it("break off within a message where the stream fails, so that no reader takes them for whole", () => {
    const items = tableItems(9000);
    const { bytes, error } = broken(open(), [...items, FAILURE]);
    expect(isDasError(error, "DOMAIN")).toBe(true);
    expect(bytes.length).toBeGreaterThan(1000);
    // The mark of a message and its length, and nothing of it: pyarrow calls that an invalid stream.
    expect([...bytes.subarray(-8)]).toEqual([0xff, 0xff, 0xff, 0xff, 8, 0, 0, 0]);
  });

  it("hold the packets of one id: the one that is asked for, or the only one", () => {
    const stream = packet("00", '<stream version="2.2"/>\n');
    const define = (id: string, name: string) =>
      packet(
        id,
        `<packet><x type="sun_real8" units="us2000"/><y type="sun_real8" name="${name}" units="V"/></packet>`,
      );
    const record = (id: string) => `:${id}:${"\0".repeat(16)}`;
    const both = `${stream}${define("01", "a")}${define("02", "b")}${record("01")}${record("02")}${record("02")}`;
    expect(() => encodeStream(open(), both)).toThrow("packets 1, 2");
    const table = read(encodeStream(open("-i", "2"), both));
    expect(table.numRows).toBe(2);
    expect(table.schema.fields.map(({ name }) => name)).toEqual(["time", "b"]);
    expect(encodeStream(open("-i", "3"), both)).toHaveLength(0);
  });

  it("go on over a definition of the same columns, and refuse other columns", () => {
    const items = tableItems(2);
    expect(read(encoded(open(), [...items, ...tableItems(2).slice(1)])).numRows).toBe(4);
    const other = packetHeader({
      id: 1,
      planes: [xPlane({ type: REAL8, units: "us2000" }), yPlane({ name: "v", type: REAL8, units: "" })],
    });
    expect(
      isDasError(broken(open(), [...items, { kind: "packet", header: other }]).error, "UNSUITED_STREAM"),
    ).toBe(true);
  });

  it("carry hostile labels as they are", () => {
    for (const text of HOSTILE) {
      const { schema } = read(encoded(open(), tableItems(1, text)));
      expect(schema.metadata.get("title")).toBe(text);
      expect(schema.fields[1]?.metadata.get("label")).toBe(text);
    }
  });

  it("refuse times that nanoseconds in 64 bits do not reach", () => {
    const items = tableItems(1);
    const data = items[2];
    if (data?.kind !== "data") throw new Error("no data");
    new DataView(data.batch.bytes.buffer, data.batch.bytes.byteOffset).setFloat64(4, 1e17, true);
    expect(broken(open(), items).error).toMatchObject({ code: "UNSUITED_STREAM" });
  });

  it("refuse arguments that are none", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (word) => {
        if (/^0*[1-9][0-9]?$/.test(word) || /^\+0*[1-9][0-9]?$/.test(word)) return;
        expect(() => open("-i", word)).toThrow("from 1 to 99");
      }),
      { numRuns: 200 },
    );
  });
});
