import { coordinateOfUnits } from "../../formats/plane-roles.js";
import { axisProperties } from "../../formats/png/labels.js";
import { planeRole } from "../../formats/png/plane-role.js";
import { plainLabel } from "../../plot/label.js";
import { suitableScale } from "../../plot/tag-scale.js";
import type { PacketBatch, PacketHeader, Plane, StreamHeader } from "../../stream/model.js";
import { yTagValues } from "../../stream/packet-header.js";
import { propertyText } from "../../stream/properties.js";
import { convertUnits, epochUnit } from "../../stream/units.js";
import type { LineColumn } from "./line-table.js";
import { type PacketPlace, planeQuantity, planeReader, statedWidth } from "./plane-values.js";
import { type Quantity, quantityKey } from "./quantity.js";
import type { Tables } from "./tables.js";

/** Takes the records of a batch, whose x are given in us2000. Gives the last x that it made where that is a later one. */
export type BatchWriter = (batch: PacketBatch, xs: Float64Array) => number | undefined;

/**
 * What becomes of the planes of a packet: of y beside z points, of other y lines, of scans spectrograms, of scans of waveforms lines.
 * Planes that are times, and what is derived where only averages are shown, are left out. Source: das2-stream A5, A15.
 */
export function packetWriters(
  header: PacketHeader,
  stream: StreamHeader,
  tables: Tables,
): readonly BatchWriter[] {
  const place: PacketPlace = { header, stream };
  const planes = header.planes.slice(1).filter((plane) => !isTime(plane));
  const isWaveform = propertyText(stream.properties, "renderer") === "waveform";
  const [y] = planes.filter(({ role }) => role === "y");
  const zs = planes.filter(({ role }) => role === "z");
  const scans = planes.filter(({ role }) => role === "yscan");
  const isPoints = y !== undefined && zs.length > 0;
  const lines = isPoints
    ? planes.filter(({ role }) => role === "y").slice(1)
    : planes.filter(({ role }) => role !== "yscan");
  const writers = [lineWriter(lines, place, tables)];
  if (isPoints) for (const z of zs) if (isValue(z)) writers.push(pointWriter(y, z, place, tables));
  for (const plane of scans)
    if (isValue(plane))
      writers.push(
        (isWaveform ? waveWriter(plane, place, tables) : undefined) ?? scanWriter(plane, place, tables),
      );
  return writers.filter((writer) => writer !== undefined);
}

/** A spectrogram, and points likewise, show averages. */
function isValue(plane: Plane): boolean {
  return planeRole(plane).role === "value";
}

function isTime(plane: Plane): boolean {
  return plane.type.kind === "time" || epochUnit(plane.units) !== undefined;
}

function lineWriter(planes: readonly Plane[], place: PacketPlace, tables: Tables): BatchWriter | undefined {
  const values = planes.filter(isValue);
  const kept: { readonly column: LineColumn; readonly read: (batch: PacketBatch) => Float64Array }[] = [];
  for (const plane of planes) {
    const { quantity: of, role } = planeRole(plane);
    if (role !== "value" && role !== "low" && role !== "high") continue;
    // What does not say of which value it is belongs to the only one.
    const name = of === "" && role !== "value" ? (values[0]?.name ?? plane.name) : of;
    const quantity = planeQuantity(plane, place, plane.role === "z" ? "z" : "y", name);
    kept.push({ column: { quantity, role }, read: planeReader(plane, place) });
  }
  if (kept.length === 0) return undefined;
  const key = kept.map(({ column: { quantity, role } }) => `${role}\n${quantity.key}`).join("\n\n");
  const table = tables.line(
    key,
    kept.map(({ column }) => column),
  );
  if (table === undefined) return undefined;
  table.stated = statedWidth(place) ?? table.stated;
  return (batch, xs) => {
    table.add(
      xs,
      kept.map(({ read }) => read(batch)),
    );
    return undefined;
  };
}

function pointWriter(y: Plane, z: Plane, place: PacketPlace, tables: Tables): BatchWriter | undefined {
  const table = tables.point(planeQuantity(z, place, "z", z.name), planeQuantity(y, place, "y", y.name));
  if (table === undefined) return undefined;
  table.stated = statedWidth(place) ?? table.stated;
  const [readY, readZ] = [planeReader(y, place), planeReader(z, place)];
  return (batch, xs) => {
    table.add(xs, readY(batch), readZ(batch));
    return undefined;
  };
}

function scanWriter(plane: Plane, place: PacketPlace, tables: Tables): BatchWriter | undefined {
  const tags = Float64Array.from(yTagValues(plane));
  const z = planeQuantity(plane, place, "z", plane.name);
  const table = tables.scan(z, tagQuantity(plane, place, tags), tags);
  if (table === undefined) return undefined;
  table.stated = statedWidth(place) ?? table.stated;
  const read = planeReader(plane, place);
  return (batch, xs) => {
    table.add(xs, read(batch));
    return undefined;
  };
}

/** What the tags of a scan are of. */
function tagQuantity(plane: Plane, { header, stream }: PacketPlace, tags: Float64Array): Quantity {
  const units = plane.yUnits ?? "";
  const properties = axisProperties(plane, header, stream);
  const [scale, range] = [properties.scale("y") ?? suitableScale(tags), properties.range("y")];
  return {
    key: quantityKey("", units),
    name: axisName(units),
    units,
    label: properties.label("y", axisName(units), units),
    scale,
    ...(range === undefined ? {} : { range }),
  };
}

/** What tags in these units are of, where the units tell. */
function axisName(units: string): string {
  const name = coordinateOfUnits(units) ?? "";
  return plainLabel(name.slice(0, 1).toUpperCase() + name.slice(1));
}

/** The tags of a waveform are offsets of x, its values a line; das2-stream A15.3. `undefined` where they are no times. */
function waveWriter(plane: Plane, place: PacketPlace, tables: Tables): BatchWriter | undefined {
  const perTag = convertUnits(1, plane.yUnits ?? "", "microseconds");
  if (perTag === undefined) return undefined;
  const quantity = planeQuantity(plane, place, "z", plane.name);
  const table = tables.line(`wave\n${quantity.key}`, [{ quantity, role: "value" }]);
  if (table === undefined) return undefined;
  // The width that is stated is that of a whole packet.
  table.stated = undefined;
  const offsets = yTagValues(plane).map((tag) => tag * perTag);
  const read = planeReader(plane, place);
  return (batch, starts) => {
    const values = read(batch);
    const xs = new Float64Array(values.length);
    for (let i = 0; i < starts.length; i++)
      for (let n = 0; n < plane.items; n++) xs[i * plane.items + n] = starts[i]! + offsets[n]!;
    table.add(xs, [values]);
    return xs[xs.length - 1];
  };
}
