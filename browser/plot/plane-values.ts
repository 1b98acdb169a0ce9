import { axisProperties } from "../../formats/png/labels.js";
import { cycleOf } from "../../plot/cycle.js";
import { readPlane } from "../../stream/columns.js";
import { fillTest, planeFill } from "../../stream/fill.js";
import type { PacketBatch, PacketHeader, Plane, StreamHeader } from "../../stream/model.js";
import { cascade, datumProperty } from "../../stream/properties.js";
import { convertUnits } from "../../stream/units.js";
import { type Quantity, quantityKey } from "./quantity.js";

/** A packet and the stream that it is of: where properties of its planes are looked for. */
export interface PacketPlace {
  readonly header: PacketHeader;
  readonly stream: StreamHeader;
}

/** What a plane tells of itself along an axis. */
export function planeQuantity(
  plane: Plane,
  { header, stream }: PacketPlace,
  axis: "y" | "z",
  name: string,
): Quantity {
  const properties = axisProperties(plane, header, stream);
  const [scale, range] = [properties.scale(axis), properties.range(axis)];
  const cycle = cycleOf(plane.units, range ?? properties.valid(axis));
  return {
    key: quantityKey(name, plane.units),
    name,
    units: plane.units,
    label: properties.label(axis, name, plane.units),
    ...(scale === undefined ? {} : { scale }),
    ...(range === undefined ? {} : { range }),
    ...(cycle === undefined ? {} : { cycle }),
  };
}

/** Reads the values of a plane from batches, fill and what is no number as NaN. */
export function planeReader(
  plane: Plane,
  { header, stream }: PacketPlace,
): (batch: PacketBatch) => Float64Array {
  const { lo, hi } = fillTest(planeFill(plane, header, stream));
  return (batch) => {
    const length = batch.count * plane.items;
    const values = new Float64Array(length);
    readPlane(batch, plane, values);
    for (let i = 0; i < length; i++) {
      const v = values[i]!;
      if ((v >= lo && v <= hi) || !Number.isFinite(v)) values[i] = Number.NaN;
    }
    return values;
  };
}

/** `xTagWidth` of a packet, microseconds. */
export function statedWidth({ header, stream }: PacketPlace): number | undefined {
  const property = cascade("xTagWidth", header.planes[0]!, header, stream.properties); // every packet has an x
  const datum = property && datumProperty([property], "xTagWidth");
  if (datum === undefined || !(datum.value > 0)) return undefined;
  return convertUnits(datum.value, datum.units, "microseconds");
}
