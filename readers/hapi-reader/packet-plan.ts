import { DasError } from "../../errors/das-error.js";
import type { PacketHeader, Property } from "../../stream/model.js";
import { type PlaneSpec, packetHeader, xPlane, yPlane, yscanPlane } from "../../stream/packet-header.js";
import { asciiType, LE_REAL8 } from "../../stream/value-type.js";
import { labelWithUnit } from "../archive/unit-text.js";
import { fillProperty, property } from "../stream-parts.js";
import type { HapiParameter } from "./info.js";
import { planeNames } from "./plane-names.js";

/** A run of values of a record and where they stand in a packet. */
export interface PlaneRun {
  /** Place among all values of the record, time not counted. */
  readonly from: number;
  readonly count: number;
  /** From the start of the packet, bytes. */
  readonly offset: number;
  /** Bytes of one text; 0 for numbers. */
  readonly textWidth: number;
}

/** One packet of each record. */
export interface PlannedPacket {
  readonly header: PacketHeader;
  readonly runs: readonly PlaneRun[];
}

/** What becomes of the records of a data set. */
export interface PacketPlan {
  readonly packets: readonly PlannedPacket[];
  /** What people should know of it. */
  readonly warnings: readonly string[];
}

/** Planes of a packet besides x. Source: das2-stream A17. */
const MAX_PLANES = 99;
const MAX_PACKETS = 99;
/** A list without places is a vector up to this length, each value a plane of its own; longer ones are tables. */
const MAX_VECTOR = 8;
/** Tables of one packet: more leading places than this are not told apart by planes of their own. */
const MAX_SLICES = 32;
/** Text that das2 libraries can hold in a plane, separator included. Source: das2-stream A6.3. */
const MAX_TEXT_WIDTH = 24;

/**
 * The packets that a record becomes. Single values and vectors are planes of the first packets, each array a packet of its own, since
 * clients take no table beside a line: its last axis becomes the tags, its other places a plane each. Texts are left out unless they
 * are wanted and short.
 *
 * @param parameters those that the answers have, without time
 * Errors: PEER_FAILED where nothing is left or there is too much for a das2 stream. Source: das2-stream A5, A7, A20.
 */
export function planPackets(parameters: readonly HapiParameter[], withTexts: boolean): PacketPlan {
  const warnings: string[] = [];
  const names = planeNames(["time"]);
  const lines: Line[] = [];
  const tables: (readonly Line[])[] = [];
  let from = 0;
  for (const one of parameters) {
    if (one.hasVaryingBins) warnings.push(`${one.name}: its bins vary with time, tags count them`);
    if (one.type === "string") {
      const width = Math.max(9, one.length + 1);
      if (withTexts && width <= MAX_TEXT_WIDTH) lines.push(...valueLines(one, from, names, width));
      else warnings.push(noPlane(one));
    } else if (isTable(one)) tables.push(tableLines(one, from, names, warnings));
    else lines.push(...valueLines(one, from, names));
    from += one.items;
  }
  const groups: (readonly Line[])[] = [];
  for (let i = 0; i < lines.length; i += MAX_PLANES) groups.push(lines.slice(i, i + MAX_PLANES));
  groups.push(...tables);
  if (groups.length === 0)
    throw new DasError("PEER_FAILED", "the HAPI server has no numbers in this data set");
  if (groups.length > MAX_PACKETS)
    throw new DasError(
      "PEER_FAILED",
      `${groups.length} packets a record, expected at most ${MAX_PACKETS}; name the parameters`,
    );
  return { packets: groups.map((group, i) => plannedPacket(i + 1, group)), warnings };
}

/** Says that a text is not there. */
export function noPlane({ name }: HapiParameter): string {
  return `${name}: text, which a das2 stream has no plane for`;
}

/** A plane with the values that go into it. */
interface Line {
  readonly plane: PlaneSpec;
  readonly from: number;
  readonly textWidth: number;
}

function plannedPacket(id: number, lines: readonly Line[]): PlannedPacket {
  const x = xPlane({ name: "time", type: LE_REAL8, units: "us2000" });
  const header = packetHeader({ id, planes: [x, ...lines.map(({ plane }) => plane)] });
  return {
    header,
    runs: lines.map(({ plane, from, textWidth }, i) => ({
      from,
      count: plane.items,
      offset: header.planes[i + 1]!.offset, // behind x
      textWidth,
    })),
  };
}

/** Whether an array has places, is longer than a vector, or has axes; times are never a table. */
function isTable({ type, items, size, axes, units }: HapiParameter): boolean {
  if (type === "isotime" || items === 1) return false;
  if (size.length > 1 || axes.some((axis) => axis !== undefined)) return true;
  return items > (units.length > 1 ? MAX_PLANES : MAX_VECTOR);
}

/** A plane for each value. */
function valueLines(
  one: HapiParameter,
  from: number,
  names: ReturnType<typeof planeNames>,
  textWidth = 0,
): Line[] {
  return Array.from({ length: one.items }, (_, i) => {
    const part = partName(one, i);
    const units = one.type === "isotime" ? "us2000" : unitAt(one, i);
    const plane = yPlane({
      name: names(part === "" ? one.name : `${one.name}_${part}`),
      type: textWidth === 0 ? LE_REAL8 : asciiType(textWidth),
      units: textWidth === 0 ? units : "",
      properties: [
        property(
          "yLabel",
          one.type === "isotime"
            ? `${labelAt(one, i, part)} (UTC)`
            : labelWithUnit(labelAt(one, i, part), units),
        ),
        property("ySummary", one.description || one.name),
        property("yScaleType", "linear"),
        fillProperty("yFill"),
        // What our other doors know text by; das2 itself has numbers and times only.
        ...(textWidth === 0 ? [] : [property("stringType", "text")]),
      ],
    });
    return { plane, from: from + i, textWidth };
  });
}

/** A table for each place of the leading axes. */
function tableLines(
  one: HapiParameter,
  from: number,
  names: ReturnType<typeof planeNames>,
  warnings: string[],
): Line[] {
  const last = one.size.at(-1) ?? one.items;
  const slices = one.items / last;
  if (one.units.length > 1 && new Set(one.units).size > 1)
    warnings.push(`${one.name}: its values have several units, only the first is told`);
  if (slices > MAX_SLICES) {
    warnings.push(`${one.name}: ${slices} tables a record, given as one whose tags count`);
    return [table(one, from, one.items, undefined, names(one.name), labelOf(one))];
  }
  return Array.from({ length: slices }, (_, i) => {
    const place = slices === 1 ? "" : slicePlace(one, i);
    const name = names(slices === 1 ? one.name : `${one.name}_${i}`);
    const label = place === "" ? labelOf(one) : `${labelOf(one)}, ${place}`;
    return table(one, from + i * last, last, one.axes.at(-1), name, label);
  });
}

function table(
  one: HapiParameter,
  from: number,
  items: number,
  axis: HapiParameter["axes"][number],
  name: string,
  label: string,
): Line {
  const units = unitAt(one, 0);
  const properties: Property[] = [
    property("yLabel", axis === undefined ? "Channel" : labelWithUnit(axis.label || "Channel", axis.units)),
    property("yScaleType", axis !== undefined && isGeometric(axis.centers) ? "log" : "linear"),
    property("zLabel", labelWithUnit(label, units)),
    property("zSummary", one.description || one.name),
    property("zScaleType", "linear"),
    fillProperty("zFill"),
  ];
  const plane = yscanPlane({
    name,
    type: LE_REAL8,
    units,
    yUnits: axis?.units ?? "",
    yTags: axis?.centers ?? { kind: "index" },
    items,
    properties,
  });
  return { plane, from, textWidth: 0 };
}

/** Where the i-th table stands on the leading axes: `energy 15 keV`. */
function slicePlace({ size, axes }: HapiParameter, index: number): string {
  const places: string[] = [];
  let rest = index;
  for (let axis = size.length - 2; axis >= 0; axis--) {
    const length = size[axis]!; // of the leading ones
    const at = rest % length;
    rest = (rest - at) / length;
    const told = axes[axis];
    places.unshift(
      told === undefined ? String(at) : `${told.label} ${told.centers[at]} ${told.units}`.trim(),
    );
  }
  return places.join(", ");
}

/** What tells a value of a vector from the others: its component, or its number. */
function partName({ items, components }: HapiParameter, i: number): string {
  if (items === 1) return "";
  return components.length === items ? (components[i] ?? "") || String(i) : String(i);
}

function unitAt({ units }: HapiParameter, i: number): string {
  return (units.length > 1 ? units[i] : units[0]) ?? "";
}

function labelOf({ labels, name }: HapiParameter): string {
  return labels.length === 1 ? escaped(labels[0] ?? name) : escaped(name);
}

function labelAt(one: HapiParameter, i: number, part: string): string {
  if (one.labels.length === one.items && one.labels[i] !== "") return escaped(one.labels[i] ?? one.name);
  return part === "" ? labelOf(one) : `${labelOf(one)} ${part}`;
}

/** Exclamation marks begin escapes in labels. Source: das2-stream A8.5. */
function escaped(text: string): string {
  return text.replaceAll("!", "!!").replaceAll("%{", "% {");
}

/** Whether values rise in steps that are more alike as ratios than as differences, over two decades at least. */
function isGeometric(values: readonly number[]): boolean {
  const [first, last] = [values[0] ?? 0, values.at(-1) ?? 0];
  if (!(values.every((v) => v > 0) && Math.max(first, last) >= 100 * Math.min(first, last))) return false;
  const middle = values[values.length >> 1] ?? 0;
  return (
    Math.abs(Math.log(middle / Math.sqrt(first * last))) < Math.abs(Math.log((2 * middle) / (first + last)))
  );
}
