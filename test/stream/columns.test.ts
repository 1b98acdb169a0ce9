import { describe, expect, test } from "vitest";
import { DasError } from "../../errors/das-error.js";
import { BatchBuilder } from "../../stream/batch-builder.js";
import { readColumn, readPlane, readX, readXUs2000, writeValue, xUnits } from "../../stream/columns.js";
import { parsePacketHeader } from "../../stream/header-xml.js";
import type { PacketBatch } from "../../stream/model.js";
import { asciiType, LE_REAL4, REAL4, REAL8, timeType, valueType } from "../../stream/value-type.js";
import { bytesOf } from "./support.js";

/** A batch of packets with that header and those values as bytes, in the middle of a larger memory. */
function batchOf(planes: string, ...records: string[]): PacketBatch {
  const header = parsePacketHeader(1, `<packet>${planes}</packet>`);
  const text = records.map((record) => `:01:${record}`).join("");
  const memory = bytesOf(`###${text}###`);
  expect(text.length).toBe(header.stride * records.length);
  return { header, bytes: memory.subarray(3, -3), count: records.length };
}

function column(batch: PacketBatch, plane: number, item = 0): number[] {
  const out = new Float64Array(batch.count);
  readColumn(batch, batch.header.planes[plane]!, item, out);
  return [...out];
}

const X = '<x type="sun_real8" units="us2000"/>';
const X_DAY = "\x42\x34\x1d\xd7\x60\x00\x00\x00";

describe("reading binary values", () => {
  // The bytes of das2-stream A6.2.
  test.each([
    ["sun_real8", "\x3f\xe0\0\0\0\0\0\0", 0.5],
    ["sun_real8", "\xc0\0\0\0\0\0\0\0", -2],
    ["sun_real8", "\xc6\x5f\x8d\xef\x88\x08\xb0\x24", -1e31],
    ["sun_real4", "\x3f\0\0\0", 0.5],
    ["sun_real4", "\xf2\xfc\x6f\x7c", -9.999999848243207e30],
    ["little_endian_real4", "\0\0\0\xc0", -2],
    ["little_endian_real4", "\x7c\x6f\xfc\xf2", -9.999999848243207e30],
    ["little_endian_real8", "\0\0\0\0\0\0\xe0\x3f", 0.5],
    ["float", "\x3f\0\0\0", 0.5],
    ["double", "\xc0\0\0\0\0\0\0\0", -2],
    ["little_endian_int1", "\xff", -1],
    ["big_endian_uint1", "\xff", 255],
    ["little_endian_int2", "\xfe\xff", -2],
    ["big_endian_int2", "\xff\xfe", -2],
    ["big_endian_uint2", "\x01\x02", 258],
    ["little_endian_int4", "\x01\0\0\x80", -2147483647],
    ["big_endian_uint4", "\x80\0\0\x01", 2147483649],
    ["little_endian_int8", "\xff\xff\xff\xff\xff\xff\xff\xff", -1],
    ["big_endian_uint8", "\0\0\0\0\0\0\x01\0", 256],
  ])("%s %j", (type, bytes, value) => {
    expect(column(batchOf(`${X}<y type="${type}" units=""/>`, X_DAY + bytes, X_DAY + bytes), 1)).toEqual([
      value,
      value,
    ]);
  });

  test("a table comes by item and packet by packet", () => {
    const batch = batchOf(
      '<x type="big_endian_uint1" units="s"/><yscan type="big_endian_uint2" nitems="3" yUnits="" zUnits=""/>' +
        '<y type="big_endian_uint1" units=""/>',
      "\x01\0\x0a\0\x0b\0\x0c\x63",
      "\x02\0\x14\0\x15\0\x16\x64",
    );
    expect(column(batch, 1, 0)).toEqual([10, 20]);
    expect(column(batch, 1, 2)).toEqual([12, 22]);
    const all = new Float64Array(6);
    readPlane(batch, batch.header.planes[1]!, all);
    expect([...all]).toEqual([10, 11, 12, 20, 21, 22]);
    expect(column(batch, 2)).toEqual([99, 100]);
    expect(column(batch, 0)).toEqual([1, 2]);
  });

  test("two memories in turn are not mixed up", () => {
    const a = batchOf(
      '<x type="big_endian_uint1" units="s"/><y type="big_endian_int2" units=""/>',
      "a\0\x01",
    );
    const b = batchOf(
      '<x type="big_endian_uint1" units="s"/><y type="big_endian_int2" units=""/>',
      "b\0\x02",
    );
    expect([column(a, 1), column(b, 1), column(a, 1)]).toEqual([[1], [2], [1]]);
  });
});

describe("reading text", () => {
  test("numbers, whatever the separator is; blank and bad fields are NaN and counted", () => {
    const batch = batchOf(
      '<x type="ascii9" units="s"/><y type="ascii9" units=""/>',
      "   12.25  -1.5e+3\n",
      "        1       2\0",
      "       3,     nan\n",
      "                  ",
      "   1.2.3 +inf     ",
    );
    const x = new Float64Array(5);
    const y = new Float64Array(5);
    expect(readColumn(batch, batch.header.planes[0]!, 0, x)).toBe(2);
    expect(readColumn(batch, batch.header.planes[1]!, 0, y)).toBe(1);
    expect([...x]).toEqual([12.25, 1, 3, Number.NaN, Number.NaN]);
    expect([...y]).toEqual([-1500, 2, Number.NaN, Number.NaN, Infinity]);
  });

  test("times come in the units of their plane, else as us2000", () => {
    const at = (units: string, text = "2000-01-02T00:00:00 ") =>
      column(batchOf(`<x type="time20" units="${units}"/><y type="ascii2" units=""/>`, `${text}1\n`), 0)[0];
    // The check values of das2-stream A10.1.
    expect(at("us2000")).toBe(8.64e10);
    expect(at("UTC")).toBe(8.64e10);
    expect(at("t2000")).toBe(86400);
    expect(at("t1970")).toBe(946771200);
    expect(at("mj1958")).toBe(15341);
    expect(at("mjd")).toBe(51545);
    expect(at("cdfEpoch")).toBe(63113990400000);
    expect(at("anything else")).toBe(8.64e10);
    expect(at("us2000", "no time at all      ")).toBeNaN();
    expect(at("mjd", "                    ")).toBeNaN();
    // das2-stream A10.2: one second before 2017 the 37th leap second was running.
    expect(at("TT2000", "2016-12-31T23:59:60 ")).toBe((6210 * 86400 - 43200 + 32.184 + 36) * 1e9);
  });

  test("the number of bad times is told", () => {
    const batch = batchOf(
      '<x type="time20"/><y type="ascii2" units=""/>',
      "2000-01-02T00:00:00 1\n",
      `${"?".repeat(20)}1\n`,
    );
    expect(readX(batch, new Float64Array(2))).toBe(1);
    expect(readXUs2000(batch, new Float64Array(2))).toBe(1);
  });
});

describe("x", () => {
  const x = (attributes: string, bytes: string) =>
    batchOf(`<x ${attributes}/><y type="big_endian_uint1" units=""/>`, `${bytes}!`);
  const one = "\x3f\xf0\0\0\0\0\0\0";

  test("in its own units and as us2000", () => {
    const batch = x('type="sun_real8" units="mj1958"', one);
    const out = new Float64Array(1);
    readX(batch, out);
    expect([out[0], xUnits(batch.header.planes[0]!)]).toEqual([1, "mj1958"]);
    readXUs2000(batch, out);
    expect(out[0]).toBe((1 - 15340) * 86400e6);
  });

  test("counted from a base", () => {
    const out = new Float64Array(1);
    for (const [units, us] of [
      ["s", 1e6],
      ["hours", 3600e6],
      ["days", 86400e6],
      ["microseconds", 1],
    ] as const) {
      const batch = x(`type="sun_real8" units="${units}" base="2000-01-02T00:00:00"`, one);
      readX(batch, out);
      expect([out[0], xUnits(batch.header.planes[0]!)]).toEqual([8.64e10 + us, "us2000"]);
      readXUs2000(batch, out);
      expect(out[0]).toBe(8.64e10 + us);
    }
  });

  test("that is no time, or a base that cannot be used, is an error", () => {
    const out = new Float64Array(1);
    const code = (run: () => void) => {
      try {
        run();
      } catch (error) {
        if (error instanceof DasError) return error.code;
      }
      return "accepted";
    };
    expect(code(() => readXUs2000(x('type="sun_real8" units="Hz"', one), out))).toBe("UNSUITED_STREAM");
    expect(code(() => readX(x('type="sun_real8" units="V" base="2000-01-01"', one), out))).toBe(
      "UNSUITED_STREAM",
    );
    expect(code(() => readX(x('type="sun_real8" units="s" base="yesterday"', one), out))).toBe("BAD_TIME");
  });
});

describe("writing", () => {
  const written = (type: Parameters<typeof writeValue>[3], value: number, units = "") => {
    const bytes = new Uint8Array(type.width + 2).fill(0x23);
    writeValue(bytes, new DataView(bytes.buffer), 1, type, value, units);
    return Buffer.from(bytes).toString("latin1");
  };

  test("binary values as the bytes of das2-stream A6.2", () => {
    expect(written(REAL8, -1e31)).toBe("#\xc6\x5f\x8d\xef\x88\x08\xb0\x24#");
    expect(written(REAL4, -1e31)).toBe("#\xf2\xfc\x6f\x7c#");
    expect(written(LE_REAL4, -2)).toBe("#\0\0\0\xc0#");
    expect(written(valueType("little_endian_real8"), 0.5)).toBe("#\0\0\0\0\0\0\xe0\x3f#");
  });

  test("text as printf would, with a blank as separator", () => {
    expect(written(asciiType(9), 12.25)).toBe("# 1.2e+01 #");
    expect(written(asciiType(10), 12.25)).toBe("# 1.22e+01 #");
    expect(written(asciiType(14), 12.25)).toBe("# 1.225000e+01 #");
    expect(written(asciiType(17), 12.25)).toBe("# 1.225000000e+01 #");
    expect(written(asciiType(30), 0.1)).toBe("#       1.0000000000000001e-01 #");
  });

  test("times from the units of the value", () => {
    expect(written(timeType(20), 86400, "t2000")).toBe("#2000-01-02T00:00:00 #");
    expect(written(timeType(24), 8.64e10, "us2000")).toBe("#2000-01-02T00:00:00.000 #");
    expect(written(timeType(24), 8.64e10, "no epoch")).toBe("#2000-01-02T00:00:00.000 #");
  });

  test.each(["ascii8", "time32", "little_endian_int4", "big_endian_uint1"])("%s is read only", (name) => {
    expect(() => written(valueType(name), 1)).toThrow(`type "${name}" is read only`);
  });
});

describe("BatchBuilder", () => {
  const header = parsePacketHeader(
    42,
    '<packet><x type="sun_real4" units="s"/><y type="ascii9" units=""/></packet>',
  );

  test("makes packets with prefix, and lines of text", () => {
    const builder = new BatchBuilder(header);
    expect(builder.take()).toBeUndefined();
    for (const value of [1.5, 2.5]) {
      const at = builder.next();
      for (const plane of header.planes)
        writeValue(builder.bytes, builder.view, at + plane.offset, plane.type, value, plane.units);
    }
    expect(builder.count).toBe(2);
    const batch = builder.take();
    expect(batch).toMatchObject({ header, count: 2 });
    expect(Buffer.from(batch!.bytes).toString("latin1")).toBe(
      ":42:\x3f\xc0\0\0 1.5e+00\n:42:\x40\x20\0\0 2.5e+00\n",
    );
    expect([builder.count, builder.take()]).toEqual([0, undefined]);
  });

  test("is full after what fits, and takes at least one packet", () => {
    const small = new BatchBuilder(header, 1);
    expect(small.full).toBe(false);
    expect(small.next()).toBe(0);
    expect(small.full).toBe(true);
    expect(() => small.next()).toThrow(DasError);
    small.take();
    expect([small.full, small.next()]).toEqual([false, 0]);
    const larger = new BatchBuilder(header, 100);
    let count = 0;
    for (; !larger.full; count++) larger.next();
    expect(count).toBe(Math.floor(100 / header.stride));
  });

  test("keeps the last byte of a record that is no blank", () => {
    const builder = new BatchBuilder(header);
    builder.bytes.fill(0x37, builder.next() + 4, header.stride);
    expect(builder.take()?.bytes.at(-1)).toBe(0x37);
  });
});
