import { readPlane } from "../../stream/columns.js";
import { type FillTest, fillTest, planeFill } from "../../stream/fill.js";
import type { Emit, PacketBatch, PacketHeader, Plane, StreamHeader } from "../../stream/model.js";
import { packetHeader } from "../../stream/packet-header.js";
import { FARTHEST } from "../positions.js";
import { axisRequest, frequencyAxis } from "./frequency-axis.js";
import type { PsdOptions } from "./options.js";
import { copiedPlane, spectrumPacketProperties, spectrumPlane } from "./output-header.js";
import type { PowerSpectrum } from "./power-spectrum.js";
import { samplePeriod } from "./sample-period.js";
import { type SegmentAxis, segmentAxis } from "./segment-axis.js";
import type { SpectrumOutput } from "./spectrum-output.js";
import { SpectrumPackets } from "./spectrum-packet.js";
import { Steps } from "./steps.js";

/** Periods that a header gives are the same only where nothing but rounding sets them apart. */
const EXACT = 1e-9;

/** Takes data packets of one input definition and writes spectra. */
export interface PacketTransform {
  /** Samples for which it holds memory as long as it lives. */
  readonly samples: number;
  /** Does it in steps: of some thousand samples, or one transform of more. */
  steps(batch: PacketBatch, emit: Emit): Iterable<undefined>;
}

/** What the transforms of all definitions share. */
export interface PsdContext {
  readonly options: PsdOptions;
  readonly spectrum: PowerSpectrum;
  readonly output: SpectrumOutput;
  /** Samples for which memory may still be taken. */
  readonly room: number;
  readonly stream: StreamHeader;
  /** Tells that something is left out; an error when nothing may be. */
  readonly leftOut: (message: string, emit: Emit) => void;
  /** Told of input that is not as it should be: each topic gives one comment. */
  readonly warn: (topic: "position" | "text", inputId: number, emit: Emit) => void;
}

interface TransformedPlane {
  readonly plane: Plane;
  /** Its place among the output planes. */
  readonly index: number;
  /** First value of the spectrum that is written. */
  readonly first: number;
  readonly fill: FillTest;
  /** All its values of a batch, packet by packet. */
  values: Float64Array;
  readonly density: Float64Array;
}

/** Planes of one sample period: their spectra have common positions and go into one output packet. */
interface PeriodGroup {
  /** Seconds. */
  readonly period: number;
  /** Positions between two samples, in the unit of the axis. */
  readonly sampleStep: number;
  readonly tables: readonly TransformedPlane[];
  readonly copies: readonly { readonly plane: Plane; readonly index: number }[];
  readonly axis: SegmentAxis;
  readonly packets: SpectrumPackets;
}

/**
 * Transforms every table plane along its tags, packet by packet; `y` planes beside them are copied to each spectrum.
 * The output headers are written at once. `undefined` when no plane can be transformed. Source: reducers 7.1.
 */
export function yTransform(
  header: PacketHeader,
  context: PsdContext,
  emit: Emit,
): PacketTransform | undefined {
  const byPeriod = new Map<number, Plane[]>();
  for (const plane of header.planes) {
    if (plane.role !== "yscan") continue;
    const period = suitablePeriod(plane, header, context);
    if (typeof period === "string")
      context.leftOut(`plane "${plane.name}" of packet ${header.id} is left out: ${period}`, emit);
    else byPeriod.set(period, [...(byPeriod.get(period) ?? []), plane]);
  }
  if (byPeriod.size === 0) {
    context.leftOut(`no plane of packet ${header.id} can be transformed, its data are left out`, emit);
    return undefined;
  }
  const groups = [...byPeriod].map(([period, planes]) => periodGroup(header, period, planes, context));
  for (const group of groups) context.output.define(group.packets.header, emit);
  return new TableTransform(groups, context);
}

/** The sample period of a plane in seconds, or why it gives no spectra. */
function suitablePeriod(
  plane: Plane,
  header: PacketHeader,
  { options, stream }: PsdContext,
): number | string {
  if (plane.items < options.length)
    return `it has ${plane.items} items, fewer than the ${options.length} of a segment`;
  const period = samplePeriod(plane);
  if (typeof period === "string") return period;
  if (segmentAxis(header, options.step * period) === undefined)
    return `x has the units "${header.planes[0]!.units}", expected a time or a duration`;
  const axis = frequencyAxis(options.length, period, axisRequest(plane, header, stream.properties));
  return axis.count > 0 ? period : "the trim of its frequencies leaves none";
}

function periodGroup(
  header: PacketHeader,
  period: number,
  planes: readonly Plane[],
  { options, output, stream }: PsdContext,
): PeriodGroup {
  const axis = segmentAxis(header, options.step * period)!; // the planes were found suitable
  const kept = header.planes.filter((plane) => plane.role !== "yscan" || planes.includes(plane));
  const frequencies = kept.map((plane) =>
    plane.role === "yscan"
      ? frequencyAxis(options.length, period, axisRequest(plane, header, stream.properties))
      : undefined,
  );
  const outHeader = packetHeader({
    id: output.idFor(header.id, period, EXACT).id,
    group: header.group,
    planes: kept.map((plane, index) => {
      const written = frequencies[index];
      if (written !== undefined) return spectrumPlane(plane, written);
      return plane.role === "x" ? axis.plane : copiedPlane(plane, planeFill(plane, header, stream));
    }),
    properties: spectrumPacketProperties(header.properties),
  });
  return {
    period,
    sampleStep: period / axis.unitSeconds,
    tables: kept.flatMap((plane, index) => {
      const written = frequencies[index];
      return written === undefined
        ? []
        : {
            plane,
            index,
            first: written.first,
            fill: fillTest(planeFill(plane, header, stream)),
            values: new Float64Array(0),
            density: new Float64Array(options.length / 2 + 1),
          };
    }),
    copies: kept.flatMap((plane, index) =>
      plane.role === "y" || plane.role === "z" ? { plane, index } : [],
    ),
    axis,
    packets: new SpectrumPackets(outHeader, axis, output),
  };
}

class TableTransform implements PacketTransform {
  readonly samples = 0;
  readonly #groups: readonly PeriodGroup[];
  readonly #context: PsdContext;
  #x = new Float64Array(0);
  readonly #steps = new Steps();

  constructor(groups: readonly PeriodGroup[], context: PsdContext) {
    this.#groups = groups;
    this.#context = context;
  }

  *steps(batch: PacketBatch, emit: Emit): Generator<undefined, void, undefined> {
    if (this.#x.length < batch.count) this.#x = new Float64Array(batch.count);
    this.#groups[0]!.axis.read(batch, this.#x); // there is one, and all have the same x
    for (const { tables } of this.#groups)
      for (const table of tables) {
        const size = batch.count * table.plane.items;
        if (table.values.length < size) table.values = new Float64Array(size);
        if (readPlane(batch, table.plane, table.values) > 0)
          this.#context.warn("text", batch.header.id, emit);
      }
    for (let packet = 0; packet < batch.count; packet++) {
      const x = this.#x[packet]!;
      if (!(Math.abs(x) < FARTHEST)) {
        if (Number.isNaN(x)) this.#context.warn("position", batch.header.id, emit);
        continue;
      }
      for (const group of this.#groups) {
        yield* this.#packet(group, batch, packet, x, emit);
        // The order of the output is that of the packets, however they come together.
        if (this.#groups.length > 1) group.packets.flush(emit);
      }
    }
    for (const { packets } of this.#groups) packets.flush(emit);
  }

  /** All segments of one packet; reducers 7.2: the position is x + (start + N/2) dt. */
  *#packet(
    group: PeriodGroup,
    batch: PacketBatch,
    packet: number,
    x: number,
    emit: Emit,
  ): Generator<undefined, void, undefined> {
    const { length, step } = this.#context.options;
    const { tables, copies, packets, period, sampleStep } = group;
    const items = tables.reduce((most, { plane }) => Math.max(most, plane.items), 0);
    for (let start = 0; start + length <= items; start += step) {
      let any = false;
      const good: boolean[] = [];
      for (const table of tables) {
        const isGood = this.#segment(table, packet, start, period);
        any ||= isGood;
        good.push(isGood);
        if (this.#steps.enough(length)) yield;
      }
      if (!any) continue;
      packets.begin(x + (start + length / 2) * sampleStep, emit);
      for (const { plane, index } of copies)
        packets.copy(index, batch.bytes, packet * batch.header.stride + plane.offset);
      tables.forEach((table, i) => {
        packets.spectrum(table.index, good[i] === true ? table.density : undefined, table.first);
      });
    }
  }

  /** Whether the segment gives a spectrum, then left in `table.density`: no fill among its samples, not all zero. */
  #segment(table: TransformedPlane, packet: number, start: number, period: number): boolean {
    const { options, spectrum } = this.#context;
    if (start + options.length > table.plane.items) return false;
    const from = packet * table.plane.items + start;
    if (hasFill(table.values, from, from + options.length, table.fill)) return false;
    return spectrum.density(table.values, from, period, table.density);
  }
}

/** Whether any of `values[from, to)` is fill; NaN is (das2-stream A9). */
export function hasFill(values: Float64Array, from: number, to: number, fill: FillTest): boolean {
  const { lo, hi } = fill;
  for (let i = from; i < to; i++) {
    const v = values[i]!;
    if (!(v < lo || v > hi)) return true;
  }
  return false;
}
