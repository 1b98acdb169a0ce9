import { DasError } from "../../errors/das-error.js";
import type { PacketHeader, Plane, StreamHeader } from "../../stream/model.js";
import { cascade, propertyText } from "../../stream/properties.js";
import { timeUnit } from "../time-text-writer.js";
import { planeBins, tagsDigest } from "./bins.js";
import { parameterNames } from "./names.js";
import {
  type DescribedParameter,
  type HapiColumn,
  type HapiKind,
  type HapiParameter,
  type HapiStringType,
  timeLength,
} from "./parameter.js";
import { plainLabel } from "./plain-label.js";
import { fillTime } from "./time-field-writer.js";

/** What is known besides the headers. */
export interface RecordsSeen {
  /** Times of the first records, us2000; they decide how many digits all times have. */
  readonly firstTimes: ArrayLike<number>;
}

/**
 * The parameters of one packet type, time first: names, units, labels, axes, and how each value is written. The same headers give
 * the same, but for the digits of times.
 * Errors: NOT_TIME_SERIES where x is no time. Source: reducers 11; HAPI 3.3, section 3.6.
 */
export function describePacket(
  stream: StreamHeader,
  packet: PacketHeader,
  seen: RecordsSeen = { firstTimes: [] },
): readonly DescribedParameter[] {
  checkTime(packet);
  const names = parameterNames(packet);
  return packet.planes.map((plane, index) => {
    const { name, aliases } = names[index]!; // one for each plane
    const column = planeColumn(plane, name, seen);
    return { column, parameter: planeParameter(plane, column, packet, stream), aliases };
  });
}

/** Errors: NOT_TIME_SERIES where x is no time. */
export function checkTime({ planes }: PacketHeader): void {
  const [x] = planes;
  if (x === undefined || timeUnit(x) === undefined)
    throw new DasError(
      "NOT_TIME_SERIES",
      `x is in "${x?.units.slice(0, 40) ?? ""}", expected a unit of time such as us2000`,
    );
}

/** How a plane is written. */
export function planeColumn(plane: Plane, name: string, seen: RecordsSeen): HapiColumn {
  const kind = planeKind(plane);
  const { items } = plane;
  const tags = plane.role === "yscan" && items > 1 ? { tags: tagsDigest(plane) } : {};
  switch (kind) {
    case "time":
      return { name, kind, items, length: timeLength(neededDigits(plane, seen)), ...tags };
    case "text":
      return { name, kind, items, length: plane.type.width, ...tags };
    case "number":
      return { name, kind, items, ...tags };
    default:
      return kind satisfies never;
  }
}

/** What the values of a plane are. Text of no numbers says so by a property, `stringType`: das2 itself knows only numbers and times. */
export function planeKind(plane: Plane): Exclude<HapiKind, "file"> {
  if (plane.type.kind === "ascii" && propertyText(plane.properties, "stringType") !== undefined)
    return "text";
  return timeUnit(plane) === undefined ? "number" : "time";
}

/** Milliseconds, and more where the unit or the first times have more. */
function neededDigits(plane: Plane, { firstTimes }: RecordsSeen): number {
  const unit = timeUnit(plane)?.name;
  if (plane.type.kind === "time") return plane.type.width > 27 ? 9 : plane.type.width > 24 ? 6 : 3;
  if (unit === "TT2000" || unit === "ns1970") return 9;
  if (plane.role !== "x") return 3;
  for (let i = 0; i < firstTimes.length; i++) {
    const us = Math.round(firstTimes[i]!);
    if (Number.isFinite(us) && us % 1000 !== 0) return 6;
  }
  return 3;
}

function planeParameter(
  plane: Plane,
  column: HapiColumn,
  packet: PacketHeader,
  stream: StreamHeader,
): HapiParameter {
  const { name, kind, items, length } = column;
  const prefix = plane.role === "yscan" ? "z" : plane.role;
  const text = (property: string): string =>
    plainLabel(cascade(property, plane, packet, stream.properties)?.value ?? "");
  const label = text(`${prefix}Label`);
  const description = text(`${prefix}Summary`);
  const bins = items > 1 ? planeBins(plane, packet, stream) : undefined;
  const stringType = kind === "text" ? uriType(plane) : undefined;
  return {
    name,
    type: kind === "time" ? "isotime" : kind === "text" ? "string" : "double",
    ...(length === undefined ? {} : { length }),
    ...(items > 1 ? { size: [items] } : {}),
    units: kind === "time" ? "UTC" : kind === "text" || plane.units.trim() === "" ? null : plane.units,
    fill: plane.role === "x" || length === undefined ? (plane.role === "x" ? null : "NaN") : fillText(column),
    ...(description === "" ? {} : { description }),
    ...(label === "" ? {} : { label }),
    ...(stringType === undefined ? {} : { stringType }),
    ...(bins === undefined ? {} : { bins: [bins] }),
  };
}

/** Of times the one that stands for none, as long as the others; of texts the empty one. */
function fillText({ kind, length = 0 }: HapiColumn): string {
  return kind === "time" ? fillTime(length) : "";
}

/** What the properties of a text plane say of its URIs. */
function uriType({ properties }: Plane): HapiStringType | undefined {
  if (propertyText(properties, "stringType")?.trim().toLowerCase() !== "uri") return undefined;
  const mediaType = propertyText(properties, "mediaType");
  const base = propertyText(properties, "uriBase");
  if (mediaType === undefined && base === undefined) return "uri";
  const scheme = base === undefined ? undefined : /^([a-z][a-z0-9+.-]*):/i.exec(base)?.[1]?.toLowerCase();
  return {
    uri: {
      ...(mediaType === undefined ? {} : { mediaType }),
      ...(scheme === undefined ? {} : { scheme }),
      ...(base === undefined ? {} : { base }),
    },
  };
}
