import fc from "fast-check";
import { BatchBuilder } from "../../../stream/batch-builder.js";
import { writeValue } from "../../../stream/columns.js";
import type { PacketHeader, Properties, StreamItem } from "../../../stream/model.js";
import { type PlaneSpec, packetHeader, xPlane, yPlane, yscanPlane } from "../../../stream/packet-header.js";
import { asciiType, LE_REAL4, LE_REAL8, REAL4, REAL8, timeType } from "../../../stream/value-type.js";

/** A random stream: its items, every batch in memory of its own. */
export interface RandomStream {
  readonly items: readonly StreamItem[];
}

const FILL = -1e31;
const TYPES = [REAL4, REAL8, LE_REAL4, LE_REAL8, asciiType(14), asciiType(24)] as const;

const plane = fc.record({
  type: fc.constantFrom(...TYPES),
  items: fc.constantFrom(1, 1, 3, 8),
  fill: fc.constantFrom(undefined, -99, 0),
  isNamed: fc.boolean(),
});

const definition = fc.record({
  id: fc.integer({ min: 1, max: 3 }),
  x: fc.constantFrom("real8", "little", "text"),
  planes: fc.array(plane, { minLength: 1, maxLength: 3 }),
});

const value = fc.oneof(
  // Not fc.double, of which most are next to nothing.
  { weight: 8, arbitrary: fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 977) },
  { weight: 1, arbitrary: fc.constantFrom(FILL, -99, 0, -0, Number.NaN) },
);

/** How a stream goes on: a packet of an id, or another definition of one. */
const step = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      kind: fc.constant("packet" as const),
      pick: fc.nat(2),
      gap: fc.integer({ min: 0, max: 1000 }).map((n) => n / 999),
      isLate: fc.nat(20).map((n) => n === 0),
      isFillX: fc.nat(60).map((n) => n === 0),
      values: fc.array(value, { minLength: 24, maxLength: 24 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("define" as const), definition }) },
);

/**
 * Streams of several ids of all types, in order of time but for a few late packets, with fill, NaN and redefinitions.
 * @param begin us2000
 * @param stepUs longest time from packet to packet
 * @param lateUs how late a packet may be
 */
export function randomStream(begin: number, stepUs: number, lateUs: number): fc.Arbitrary<RandomStream> {
  return fc
    .record({
      first: fc.array(definition, { minLength: 1, maxLength: 3 }),
      steps: fc.array(step, { minLength: 1, maxLength: 120 }),
      batch: fc.constantFrom(1, 7, 1000),
      properties: fc.constantFrom<Properties>([], [{ name: "xTagWidth", type: "Datum", value: "2 s" }]),
    })
    .map(({ first, steps, batch, properties }) => {
      const items: StreamItem[] = [{ kind: "stream", header: { version: "2.2", properties } }];
      const headers = new Map<number, PacketHeader>();
      const define = (one: Definition): void => {
        const header = headerOf(one);
        headers.set(header.id, header);
        items.push({ kind: "packet", header });
      };
      for (const one of first) define(one);
      let x = begin;
      let builder: BatchBuilder | undefined;
      const take = (): void => {
        const taken = builder?.take();
        if (taken !== undefined) items.push({ kind: "data", batch: taken });
        builder = undefined;
      };
      for (const one of steps) {
        if (one.kind === "define") {
          take();
          define(one.definition);
          continue;
        }
        x += one.gap * stepUs;
        const all = [...headers.values()];
        const header = all[one.pick % all.length]!;
        if (builder?.header !== header || builder.count >= batch) take();
        builder ??= new BatchBuilder(header, 1 << 16);
        put(builder, one.isFillX ? FILL : one.isLate ? x - lateUs : x, one.values);
      }
      take();
      return { items };
    });
}

type Definition = typeof definition extends fc.Arbitrary<infer T> ? T : never;

function headerOf({ id, x, planes }: Definition): PacketHeader {
  const type = x === "text" ? timeType(24) : x === "little" ? LE_REAL8 : REAL8;
  return packetHeader({
    id,
    planes: [
      xPlane({ type, units: "us2000" }),
      ...planes.map((one, index): PlaneSpec => {
        const name = one.isNamed || index > 0 ? `v${index}` : "";
        const properties: Properties =
          one.fill === undefined
            ? []
            : [{ name: one.items === 1 ? "yFill" : "zFill", type: "double", value: String(one.fill) }];
        const { type: planeType, items } = one;
        if (items === 1) return yPlane({ name, type: planeType, units: "nT", properties });
        const yTags = Array.from({ length: items }, (_, i) => i * 10);
        return yscanPlane({ name, type: planeType, units: "V", yUnits: "Hz", yTags, properties });
      }),
    ],
  });
}

function put(builder: BatchBuilder, x: number, values: readonly number[]): void {
  const at = builder.next();
  let next = 0;
  for (const { role, type, units, offset, items } of builder.header.planes)
    for (let item = 0; item < items; item++)
      writeValue(
        builder.bytes,
        builder.view,
        at + offset + item * type.width,
        type,
        role === "x" ? x : values[next++ % values.length]!,
        units,
      );
}
