import { isDasError } from "../../errors/das-error.js";
import { HEADER_PREFIX_BYTES } from "../../stream/framing.js";
import { parsePacketHeader, printPacketHeader } from "../../stream/header-xml.js";
import type { PacketBatch, PacketHeader, Plane } from "../../stream/model.js";
import { type PlaneSpec, packetHeader } from "../../stream/packet-header.js";
import { propertyText, withProperty } from "../../stream/properties.js";
import { isText } from "../../stream/value-type.js";
import {
  type Column,
  type OutputValue,
  type PlanePlan,
  type PlanOptions,
  planPlanes,
  withSource,
} from "./plane-plan.js";

/**
 * What a record of a bin is made of where more is kept of a bin than a reducer writes: `main` is exactly the reducer's packet,
 * `companion` has the same x and then the planes N.min, N.max and N.count that `main` lacks, and `record` is both in one, x first,
 * then the planes of `main`, then the others. In `record` the properties `source` and `operation` say what each plane is.
 */
export interface RecordLayout {
  readonly record: PacketHeader;
  readonly main: PacketHeader;
  /** Missing where nothing is lacking, or the planes are too many for one packet. */
  readonly companion: PacketHeader | undefined;
}

/** Layouts by their `record`, of those that were looked at. */
const layouts = new WeakMap<PacketHeader, RecordLayout>();

/** The property of a `record` that holds the header of `main`, so that a record says by itself how it is divided. */
const MAIN_PACKET = "mainPacket";

/** How records of a packet type are divided: what says nothing of it is a record without companion. */
export function layoutOf(record: PacketHeader): RecordLayout {
  const known = layouts.get(record);
  if (known !== undefined) return known;
  const text = propertyText(record.properties, MAIN_PACKET);
  const layout =
    text === undefined ? { record, main: record, companion: undefined } : dividedAs(record, text);
  layouts.set(record, layout);
  return layout;
}

/** A layout of these parts. Errors: those of {@link packetHeader}. */
export function recordLayout(
  main: PacketHeader,
  planes: readonly PlaneSpec[],
  companion: PacketHeader | undefined,
): RecordLayout {
  // The tags are those of the planes themselves.
  const bare = packetHeader({
    ...main,
    planes: main.planes.map((plane) => withTags(plane, { kind: "index" })),
  });
  const value = new TextDecoder().decode(printPacketHeader(bare).subarray(HEADER_PREFIX_BYTES));
  const properties = withProperty(main.properties, { name: MAIN_PACKET, type: "String", value });
  const record = packetHeader({ ...main, planes, properties });
  const layout = { record, main, companion };
  layouts.set(record, layout);
  return layout;
}

function dividedAs(record: PacketHeader, text: string): RecordLayout {
  const bare = parsePacketHeader(record.id, text);
  const count = bare.planes.length;
  const main = packetHeader({
    ...bare,
    planes: bare.planes.map((plane, index) => withTags(plane, record.planes[index]?.yTags)),
  });
  const [x] = main.planes;
  const others = record.planes.slice(count);
  const { properties } = main;
  const companion =
    others.length === 0 ? undefined : packetHeader({ ...main, planes: [x!, ...others], properties });
  return { record, main, companion };
}

function withTags(plane: PlaneSpec, yTags: Plane["yTags"]): PlaneSpec {
  return plane.role === "yscan" && yTags !== undefined ? { ...plane, yTags } : plane;
}

/** A part of the records of a bin: its packets, and where their values come from. */
export interface RecordPart {
  readonly header: PacketHeader;
  /** One for each plane of `header` after x. */
  readonly values: readonly OutputValue[];
}

/** What becomes of one packet type where more is kept of a bin than a reducer writes. */
export interface RecordPlan {
  /** One for each plane of the input after x. */
  readonly columns: readonly Column[];
  readonly main: RecordPart;
  /** Missing where nothing is lacking, the planes are too many for one packet, or wider bins cannot be made of these. */
  readonly companion: RecordPart | undefined;
}

/** As {@link planPlanes}, with what is kept beside. */
export function planParts(input: PacketHeader, options: PlanOptions): RecordPlan {
  const main = planPlanes(input, options);
  const alone = { columns: main.columns, main, companion: undefined };
  const full = main.columns.every(isJoinable) ? fullPlan(input, options) : undefined;
  if (full === undefined) return alone;
  const isOfMain = ({ column, statistic }: OutputValue) =>
    main.values.some((value) => value.column === column && value.statistic === statistic);
  const places = full.values.flatMap((value, place) => (isOfMain(value) ? [] : [place]));
  const { columns } = full;
  if (places.length === 0) return { columns, main, companion: undefined };
  const [x, ...specs] = full.header.planes;
  const planes = [x!, ...places.map((place): PlaneSpec => specs[place]!)];
  if (textLength([...main.header.planes, ...planes]) > LONGEST_PLANES) return alone;
  const { id, group, properties } = main.header;
  const header = packetHeader({ id, group, planes, properties });
  return { columns, main, companion: { header, values: places.map((place) => full.values[place]!) } };
}

/** As {@link planParts}, with both parts in one: `header` is the `record` of the layout that {@link layoutOf} gives for it. */
export function planRecord(input: PacketHeader, options: PlanOptions): PlanePlan {
  const { columns, main, companion } = planParts(input, options);
  const layout = joinedLayout(main.header, companion?.header);
  if (layout === undefined) return { columns, ...main };
  return { columns, header: layout.record, values: [...main.values, ...(companion?.values ?? [])] };
}

/**
 * Whether wider bins can be made of the bins of a column. Items of a packet that is spread over bins are lost to the next block where
 * they lie in it; and the mean of squares of deviations is not theirs whose averages it is.
 */
function isJoinable({ geometry, reduction }: Column): boolean {
  return geometry.kind !== "spread" && reduction !== "quadrature";
}

/** The plan of everything that is kept of a bin; `undefined` where it is too much. */
function fullPlan(input: PacketHeader, options: PlanOptions): PlanePlan | undefined {
  const { derived } = options;
  try {
    return planPlanes(input, {
      ...options,
      derived: { range: true, peak: false, deviation: derived.deviation, count: true },
      countsAll: true,
    });
  } catch (error) {
    if (isDasError(error, "TOO_MANY_PLANES") || isDasError(error, "RECORD_TOO_LONG")) return undefined;
    throw error;
  }
}

/** Characters that the planes of a record may take in its header, which may have 999999 and holds its parts twice in part. */
const LONGEST_PLANES = 600_000;

/** About how many characters planes take in a header: lists of tags stand there once for each plane. */
function textLength(planes: readonly Pick<Plane, "items" | "yTags" | "properties">[]): number {
  let length = 0;
  for (const { items, yTags, properties } of planes) {
    if (yTags?.kind === "list") length += yTags.text?.length ?? items * 24;
    for (const { name, value } of properties) length += name.length + value.length;
  }
  return length;
}

/** The planes that say what they are by the property `operation`, besides averages. */
const OTHER_RESULTS = new Set(["BIN_MIN", "BIN_MAX", "BIN_STDDEV", "BIN_COUNT"]);

/** The layouts of joined parts by `main`, each with the companion that it is for. */
const joined = new WeakMap<
  PacketHeader,
  { readonly companion: PacketHeader | undefined; readonly layout: RecordLayout | undefined }
>();

/**
 * The layout of records whose `main` and `companion` packets are known, as {@link planRecord} made it; `undefined` where it cannot be
 * known how many samples are behind some average, so that wider bins cannot be made of them. The same packets give the same layout.
 */
export function joinedLayout(
  main: PacketHeader,
  companion: PacketHeader | undefined,
): RecordLayout | undefined {
  const known = joined.get(main);
  if (known !== undefined && known.companion === companion) return known.layout;
  const layout = layoutOfParts(main, companion);
  joined.set(main, { companion, layout });
  return layout;
}

function layoutOfParts(main: PacketHeader, companion: PacketHeader | undefined): RecordLayout | undefined {
  const others = companion?.planes.slice(1) ?? [];
  const operation = (plane: Plane) => propertyText(plane.properties, "operation") ?? "";
  if (companion === undefined && main.planes.some((plane) => operation(plane) === "BIN_STDDEV"))
    return undefined;
  const counted = new Set(
    main.planes
      .filter((plane) => operation(plane) === "BIN_COUNT")
      .map((plane) => propertyText(plane.properties, "source")),
  );
  const counts = others.filter((plane) => operation(plane) === "BIN_COUNT");
  const planes: PlaneSpec[] = [];
  for (const plane of main.planes) {
    const isAverage = plane.role !== "x" && !OTHER_RESULTS.has(operation(plane));
    if (!isAverage || (plane.name !== "" && counted.has(plane.name))) {
      planes.push(plane);
      continue;
    }
    // Averages and their counts stand in the same order.
    const name = propertyText(counts.shift()?.properties ?? [], "source");
    if (name === undefined) return undefined;
    planes.push(withSource({ ...plane, name }, name, "BIN_AVG"));
  }
  return recordLayout(main, [...planes, ...others], companion);
}

/** The main packets of a batch of records, in memory of their own unless they are the same. */
export function mainBatch(batch: PacketBatch): PacketBatch {
  const { record, main } = layoutOf(batch.header);
  if (main === record) return batch;
  const { bytes, count } = batch;
  const out = new Uint8Array(count * main.stride);
  for (let n = 0; n < count; n++)
    out.set(bytes.subarray(n * record.stride, n * record.stride + main.stride), n * main.stride);
  endLines(out, main);
  return { header: main, bytes: out, count };
}

/** The companion packets of a batch of records, in memory of their own; `undefined` where there are none. */
export function companionBatch(batch: PacketBatch): PacketBatch | undefined {
  const { record, main, companion } = layoutOf(batch.header);
  if (companion === undefined) return undefined;
  const { bytes, count } = batch;
  const out = new Uint8Array(count * companion.stride);
  const shared = companion.planes[1]!.offset; // prefix and x
  for (let n = 0; n < count; n++) {
    const from = n * record.stride;
    const to = n * companion.stride;
    out.set(bytes.subarray(from, from + shared), to);
    out.set(bytes.subarray(from + main.stride, from + record.stride), to + shared);
  }
  return { header: companion, bytes: out, count };
}

/**
 * Main packets and as many companions as records, in memory of their own. The bytes up to x are those of the main packets.
 * @param record of the layout of both
 */
export function joinedBatch(record: PacketHeader, main: PacketBatch, companion: PacketBatch): PacketBatch {
  const { count } = main;
  const own = main.header.stride;
  const other = companion.header.stride;
  const shared = companion.header.planes[1]!.offset; // prefix and x
  const out = new Uint8Array(count * record.stride);
  for (let n = 0; n < count; n++) {
    const at = n * record.stride;
    out.set(main.bytes.subarray(n * own, (n + 1) * own), at);
    out.set(companion.bytes.subarray(n * other + shared, (n + 1) * other), at + own);
  }
  return { header: record, bytes: out, count };
}

/** A record that is a line of text ends with a newline; das2-stream A6.3. */
function endLines(bytes: Uint8Array, { planes, stride }: PacketHeader): void {
  const last: Plane | undefined = planes.at(-1);
  if (last === undefined || !isText(last.type)) return;
  for (let at = stride - 1; at < bytes.length; at += stride) if (bytes[at] === 0x20) bytes[at] = 0x0a;
}
