import { DasError } from "../errors/das-error.js";
import { DATA_PREFIX_BYTES } from "./framing.js";
import { DEFAULT_LIMITS, type StreamLimits } from "./limits.js";
import type { PacketHeader, Plane, Properties, YTags } from "./model.js";
import { isText, type ValueType } from "./value-type.js";

/** A plane before its place in the packet is known. */
export type PlaneSpec = Omit<Plane, "offset">;

/** What {@link packetHeader} makes a definition of. */
export interface PacketSpec {
  /** 1 to 99. */
  readonly id: number;
  readonly group?: string | undefined;
  /** In the order of the bytes, x first. */
  readonly planes: readonly PlaneSpec[];
  readonly properties?: Properties;
}

/**
 * A packet definition with the offset of each plane and the stride of its packets. Any mixture of planes after
 * x is taken, for filters keep what they got; the makers {@link xPlane}, {@link yPlane}, {@link zPlane} and
 * {@link yscanPlane} are stricter. Errors: BAD_HEADER, BAD_Y_TAGS, TOO_MANY_PLANES, TOO_MANY_ITEMS,
 * RECORD_TOO_LONG. Source: das2-stream A5, A17.
 */
export function packetHeader(spec: PacketSpec, limits: StreamLimits = DEFAULT_LIMITS): PacketHeader {
  const { id, group } = spec;
  if (!Number.isInteger(id) || id < 1 || id > 99)
    throw new DasError("BAD_HEADER", `packet id ${id}, expected 1 to 99`);
  if (spec.planes.length > limits.planes + 1)
    throw new DasError(
      "TOO_MANY_PLANES",
      `${spec.planes.length} planes in packet ${id}, expected at most ${limits.planes} besides x`,
    );
  if (spec.planes.length < 2)
    throw new DasError("BAD_HEADER", `packet ${id} needs an x plane and at least one other plane`);
  const planes: Plane[] = [];
  let stride = DATA_PREFIX_BYTES;
  for (const [index, plane] of spec.planes.entries()) {
    checkPlane(plane, index, id, limits);
    planes.push({ ...plane, offset: stride });
    stride += plane.type.width * plane.items;
    if (stride - DATA_PREFIX_BYTES > limits.recordBytes)
      throw new DasError(
        "RECORD_TOO_LONG",
        `a record of packet ${id} is longer than the limit of ${limits.recordBytes} bytes`,
      );
  }
  return { id, ...(group === undefined ? {} : { group }), planes, properties: spec.properties ?? [], stride };
}

function checkPlane(plane: PlaneSpec, index: number, id: number, limits: StreamLimits): void {
  const called = `plane ${index + 1} ("${plane.name.slice(0, 40)}") of packet ${id}`;
  if ((plane.role === "x") !== (index === 0))
    throw new DasError("BAD_HEADER", `${called}: exactly one x plane is expected, as the first`);
  if (plane.role !== "yscan" && plane.items !== 1)
    throw new DasError("BAD_HEADER", `${called}: ${plane.items} values a packet, expected 1`);
  if (!Number.isInteger(plane.items) || plane.items < 1)
    throw new DasError("BAD_HEADER", `${called}: nitems = ${plane.items}, expected a positive integer`);
  if (plane.items > limits.items)
    throw new DasError(
      "TOO_MANY_ITEMS",
      `${called}: nitems = ${plane.items}, expected at most ${limits.items}`,
    );
  if (plane.yTags?.kind === "list" && plane.yTags.values.length !== plane.items)
    throw new DasError(
      "BAD_Y_TAGS",
      `${called}: ${plane.yTags.values.length} yTags for ${plane.items} items, expected as many`,
    );
}

/**
 * The y coordinates of a table plane, one for each item, in `yUnits`. Where only the last is given the others
 * are counted down from it (older libraries differ among themselves there). Source: das2-stream A7.
 */
export function yTagValues(plane: Pick<Plane, "items" | "yTags">): Float64Array {
  const tags = plane.yTags ?? { kind: "index" };
  if (tags.kind === "list") return tags.values;
  const values = new Float64Array(plane.items);
  const last = plane.items - 1;
  for (let i = 0; i <= last; i++) {
    if (tags.kind === "index") values[i] = i;
    else if (tags.min !== undefined) values[i] = tags.min + i * tags.interval;
    else if (tags.max !== undefined) values[i] = tags.max - (last - i) * tags.interval;
    else values[i] = i * tags.interval;
  }
  return values;
}

/** What the makers of planes share. */
export interface PlaneOptions {
  readonly name?: string;
  readonly type: ValueType;
  /** Byte for byte as it will be written; `""` for dimensionless. */
  readonly units: string;
  readonly properties?: Properties;
}

/** What {@link yscanPlane} needs besides. */
export interface YscanOptions extends PlaneOptions {
  readonly yUnits: string;
  /** A list of tags, or how they are counted; then `items` says how many. */
  readonly yTags: YTags | readonly number[] | Float64Array;
  readonly items?: number;
}

/** An x plane that may be written. Errors: BAD_TYPE, BAD_HEADER, BAD_PROPERTY. Source: das2-stream A20. */
export function xPlane(options: PlaneOptions): PlaneSpec {
  return scalarPlane("x", options);
}

/** A y plane that may be written. Errors as {@link xPlane}. Source: das2-stream A20. */
export function yPlane(options: PlaneOptions): PlaneSpec {
  return scalarPlane("y", options);
}

/** A z plane that may be written. Errors as {@link xPlane}. Source: das2-stream A20. */
export function zPlane(options: PlaneOptions): PlaneSpec {
  return scalarPlane("z", options);
}

/** A table plane that may be written. Errors as {@link xPlane}, BAD_Y_TAGS. Source: das2-stream A7, A20. */
export function yscanPlane(options: YscanOptions): PlaneSpec {
  const { yUnits } = options;
  const yTags = "kind" in options.yTags ? options.yTags : listTags(options.yTags);
  const items = options.items ?? (yTags.kind === "list" ? yTags.values.length : undefined);
  if (items === undefined)
    throw new DasError("BAD_HEADER", "a yscan with counted tags needs its number of items");
  return { ...scalarPlane("y", options), role: "yscan", items, yUnits, yTags };
}

function listTags(values: readonly number[] | Float64Array): YTags {
  return { kind: "list", values: Float64Array.from(values) };
}

const PLANE_NAME = /^(?:[A-Za-z0-9_][A-Za-z0-9_.]*)?$/;
/** A property of one of these names on a plane makes a Java client reject the stream; das2-stream A8.1. */
const STRUCTURAL = new Set(["name", "type", "nitems", "yTags", "yTagInterval", "yTagMin", "yTagMax"]);

function scalarPlane(role: "x" | "y" | "z", options: PlaneOptions): PlaneSpec {
  const { name = "", type, units, properties = [] } = options;
  // Text that is no number is not for libraries that read das2 alone (HAPI clients get it).
  if (!(type.kind === "ascii" && properties.some((one) => one.name === "stringType"))) checkWritable(type);
  if (!PLANE_NAME.test(name))
    throw new DasError("BAD_HEADER", `plane name "${name.slice(0, 40)}", expected letters, digits, _ and .`);
  for (const property of properties)
    if (STRUCTURAL.has(property.name))
      throw new DasError(
        "BAD_PROPERTY",
        `property "${property.name}" has the name of an attribute of the plane`,
      );
  return { role, name, type, units, items: 1, properties };
}

/** Errors: BAD_TYPE for a type that is read only, or of a width that other libraries refuse. */
function checkWritable(type: ValueType): void {
  const fits = isText(type)
    ? type.kind === "ascii"
      ? type.width >= 9 && type.width <= 24
      : type.width <= 31
    : type.kind === "real";
  if (!fits)
    throw new DasError(
      "BAD_TYPE",
      `type "${type.name}" must not be written (expected a real type, ascii9..24 or time5..31)`,
    );
}
