import fc from "fast-check";
import { expect, test } from "vitest";
import { BatchBuilder } from "../../stream/batch-builder.js";
import { readPlane, writeValue } from "../../stream/columns.js";
import type { PacketHeader, Plane, Property, StreamItem, YTags } from "../../stream/model.js";
import { type PlaneSpec, packetHeader } from "../../stream/packet-header.js";
import { LE_REAL4, LE_REAL8, REAL4, REAL8, valueType } from "../../stream/value-type.js";
import { encodeAll, joined, parseAll } from "./support.js";

// Whatever a stream may hold is the same after it was written and read, and is written the same again (das2-stream A16).

/** Any text that XML can hold. */
const text = fc
  .string({ unit: "binary", maxLength: 12 })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is left out
  .map((s) => s.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "?"));
const real = fc.double({ noNaN: true, noDefaultInfinity: true });
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.]{0,11}$/);

const property: fc.Arbitrary<Property> = fc.oneof(
  fc.record({ name, type: fc.constant("String" as const), value: text }),
  fc.record({ name, type: fc.constant("double" as const), value: real.map(String) }),
  fc.record({ name, type: fc.constant("boolean" as const), value: fc.constantFrom("true", "false") }),
  fc.record({ name, type: fc.constant("int" as const), value: fc.integer().map(String) }),
  fc.record({ name, type: fc.constant("Datum" as const), value: real.map((v) => `${v} V**2 m**-2`) }),
  fc.record({ name, type: fc.constant("DatumRange" as const), value: real.map((v) => `${v} to 5 nT`) }),
  fc.record({
    name,
    type: fc.constant("doubleArray" as const),
    value: fc.array(real, { minLength: 1 }).map(String),
  }),
);
const properties = fc.uniqueArray(property, { selector: (p) => p.name, maxLength: 5 });

const type = fc.constantFrom(
  REAL8,
  REAL4,
  LE_REAL8,
  LE_REAL4,
  ...["ascii9", "ascii17", "ascii24", "ascii127", "time24", "time5", "time63", "big_endian_int2"].map(
    valueType,
  ),
);
const scalar = (role: "x" | "y" | "z"): fc.Arbitrary<PlaneSpec> =>
  fc.record({ role: fc.constant(role), name: text, type, units: text, items: fc.constant(1), properties });
const yscan: fc.Arbitrary<PlaneSpec> = fc.integer({ min: 1, max: 6 }).chain((items) =>
  fc.record({
    role: fc.constant("yscan" as const),
    name: text,
    type,
    units: text,
    items: fc.constant(items),
    yUnits: text,
    yTags: fc.oneof<fc.Arbitrary<YTags>[]>(
      fc.record({
        kind: fc.constant("list" as const),
        values: fc.array(real, { minLength: items, maxLength: items }).map((v) => Float64Array.from(v)),
      }),
      fc.record({ kind: fc.constant("interval" as const), interval: real }),
      fc.record({ kind: fc.constant("interval" as const), interval: real, min: real }),
      fc.constant({ kind: "index" as const }),
    ),
    properties,
  }),
);
const header: fc.Arbitrary<PacketHeader> = fc
  .record({
    id: fc.integer({ min: 1, max: 99 }),
    group: fc.option(text, { nil: undefined }),
    planes: fc
      .tuple(scalar("x"), fc.array(fc.oneof(scalar("y"), scalar("z"), yscan), { minLength: 1, maxLength: 5 }))
      .map(([x, others]) => [x, ...others]),
    properties,
  })
  .map((spec) => packetHeader(spec));

/** Some packets of a definition with bytes of any kind. */
function packetsOf(of: PacketHeader): fc.Arbitrary<StreamItem> {
  return fc
    .array(fc.uint8Array({ minLength: of.stride, maxLength: of.stride }), { minLength: 1, maxLength: 3 })
    .map((packets) => {
      const bytes = new Uint8Array(packets.length * of.stride);
      packets.forEach((packet, n) => {
        bytes.set(packet, n * of.stride);
        bytes.set(Buffer.from(`:${of.id.toString().padStart(2, "0")}:`), n * of.stride);
      });
      return { kind: "data", batch: { header: of, bytes, count: packets.length } };
    });
}

const comment: fc.Arbitrary<StreamItem> = fc
  .record({ type: text, source: text, value: text })
  .map((found) => ({ kind: "comment", comment: found }));
const stream: fc.Arbitrary<StreamItem[]> = fc
  .tuple(
    fc.record({ version: fc.constantFrom("2.2", "2.3"), properties }),
    fc.array(
      fc.oneof(
        header.chain((of) =>
          packetsOf(of).map((data): StreamItem[] => [{ kind: "packet", header: of }, data]),
        ),
        comment.map((item) => [item]),
      ),
      { maxLength: 5 },
    ),
    fc.option(fc.record({ type: text, message: text })),
  )
  .map(([first, items, exception]) => [
    { kind: "stream", header: first },
    ...items.flat(),
    ...(exception === null ? [] : [{ kind: "exception" as const, exception }]),
  ]);

/** Without the text of tags, which only what was read has. */
function bare(item: StreamItem): unknown {
  if (item.kind === "packet") return { ...item, header: bareHeader(item.header) };
  if (item.kind === "data")
    return { ...item, batch: { ...item.batch, header: bareHeader(item.batch.header) } };
  return item;
}

function bareHeader(of: PacketHeader): unknown {
  const planes = of.planes.map(({ yTags, ...plane }: Plane) =>
    yTags?.kind === "list"
      ? { ...plane, yTags: { kind: "list", values: yTags.values } }
      : { ...plane, yTags },
  );
  return { ...of, planes };
}

test("a stream that was written and read is the same, and is written the same again", () => {
  fc.assert(
    fc.property(stream, fc.integer({ min: 1, max: 300 }), (items, step) => {
      const bytes = encodeAll(items);
      const read = joined(parseAll(bytes, step));
      expect(read.map(bare)).toEqual(joined(items).map(bare));
      expect(Buffer.from(encodeAll(read)).equals(bytes)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("a binary value that was written reads back, rounded to the width of its type", () => {
  const types = [REAL8, REAL4, LE_REAL8, LE_REAL4];
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.array(fc.double(), { minLength: 4, maxLength: 40 }),
      (of, values) => {
        const items = 4;
        const count = Math.floor(values.length / items);
        const builder = new BatchBuilder(twoPlanes(of, items));
        const plane = builder.header.planes[1]!;
        for (let n = 0; n < count; n++) {
          const at = builder.next();
          for (let i = 0; i < items; i++)
            writeValue(
              builder.bytes,
              builder.view,
              at + plane.offset + i * of.width,
              of,
              values[n * items + i]!,
              "",
            );
        }
        const out = new Float64Array(count * items);
        readPlane(builder.take()!, plane, out);
        const expected = values.slice(0, count * items).map(of.width === 4 ? Math.fround : (v) => v);
        expect([...out]).toEqual(expected);
      },
    ),
  );
});

test("a text value that was written reads back within its digits", () => {
  fc.assert(
    fc.property(fc.integer({ min: 9, max: 24 }), real, (width, value) => {
      const of = valueType(`ascii${width}`);
      const builder = new BatchBuilder(twoPlanes(of, 1));
      const plane = builder.header.planes[1]!;
      const at = builder.next();
      writeValue(builder.bytes, builder.view, at + plane.offset, of, value, "");
      const out = new Float64Array(1);
      expect(readPlane(builder.take()!, plane, out)).toBe(0);
      // Sign and an exponent of three digits take up to two digits of the narrowest fields.
      const digits = Math.max(0, width - 10);
      if (Math.abs(value) > 1e-290 && Math.abs(value) < 1e300)
        expect(Math.abs(out[0]! - value)).toBeLessThanOrEqual(Math.abs(value) * 10 ** -digits);
    }),
  );
});

function twoPlanes(of: PlaneSpec["type"], items: number): PacketHeader {
  const plain = { units: "", properties: [], name: "" };
  return packetHeader({
    id: 1,
    planes: [
      { ...plain, role: "x", type: REAL8, items: 1 },
      items === 1
        ? { ...plain, role: "y", type: of, items }
        : { ...plain, role: "yscan", type: of, items, yUnits: "", yTags: { kind: "index" } },
    ],
  });
}
