import { isDasError } from "../../errors/das-error.js";
import type { PacketBatch, PacketHeader, Plane } from "../../stream/model.js";
import { type PlaneSpec, packetHeader } from "../../stream/packet-header.js";
import { isText } from "../../stream/value-type.js";
import { type OutputValue, type PlanePlan, type PlanOptions, planPlanes } from "./plane-plan.js";

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

/** Layouts by their `record`; what is not among them is a record without companion. */
const layouts = new WeakMap<PacketHeader, RecordLayout>();

/** How records of a packet type are divided. */
export function layoutOf(record: PacketHeader): RecordLayout {
  return layouts.get(record) ?? { record, main: record, companion: undefined };
}

/** Has {@link layoutOf} know a layout. */
export function registerLayout(layout: RecordLayout): RecordLayout {
  layouts.set(layout.record, layout);
  return layout;
}

/**
 * As {@link planPlanes}, with the planes of the companion behind its own: `header` is the `record` of the layout that
 * {@link layoutOf} gives for it. Where the planes are too many for one packet, there is no companion.
 */
export function planRecord(input: PacketHeader, options: PlanOptions): PlanePlan {
  const main = planPlanes(input, options);
  const full = fullPlan(input, options);
  if (full === undefined) return main;
  const specs = full.header.planes.slice(1);
  const isAt = (value: OutputValue) => (other: OutputValue) =>
    other.column === value.column && other.statistic === value.statistic;
  const places = main.values.map((value) => full.values.findIndex(isAt(value)));
  const others = full.values.flatMap((value, place) => (main.values.some(isAt(value)) ? [] : [place]));
  const [x] = main.header.planes;
  const header = (of: readonly number[]) =>
    packetHeader({
      id: input.id,
      group: input.group,
      planes: [x!, ...of.map((place): PlaneSpec => specs[place]!)],
      properties: input.properties,
    });
  const order = [...places, ...others];
  const record = header(order);
  registerLayout({
    record,
    main: main.header,
    companion: others.length === 0 ? undefined : header(others),
  });
  return { header: record, columns: full.columns, values: order.map((place) => full.values[place]!) };
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

/** A record that is a line of text ends with a newline; das2-stream A6.3. */
function endLines(bytes: Uint8Array, { planes, stride }: PacketHeader): void {
  const last: Plane | undefined = planes.at(-1);
  if (last === undefined || !isText(last.type)) return;
  for (let at = stride - 1; at < bytes.length; at += stride) if (bytes[at] === 0x20) bytes[at] = 0x0a;
}
