import { DasError } from "../../errors/das-error.js";
import { readPlane } from "../../stream/columns.js";
import { type FillTest, fillTest, planeFill } from "../../stream/fill.js";
import type { Emit, PacketBatch, PacketHeader, Plane } from "../../stream/model.js";
import { type PlaneSpec, packetHeader } from "../../stream/packet-header.js";
import { FARTHEST } from "../positions.js";
import { axisRequest, frequencyAxis } from "./frequency-axis.js";
import { spectrumPacketProperties, spectrumPlane } from "./output-header.js";
import { type SegmentAxis, segmentAxis } from "./segment-axis.js";
import { SpectrumPackets } from "./spectrum-packet.js";
import { Steps } from "./steps.js";
import type { PacketTransform, PsdContext } from "./y-transform.js";

/** A period that was measured on data is never exactly the same twice. */
const MEASURED = 0.01;

interface SampledPlane {
  readonly plane: Plane;
  readonly fill: FillTest;
  /** The values of a batch. */
  column: Float64Array;
  /** The samples of the segment in the making. */
  readonly samples: Float64Array;
  readonly density: Float64Array;
  /** Index of the last fill value among `samples`; -1 for none. */
  lastFill: number;
}

/** Spectra of one sample period. */
interface PeriodPackets {
  /** Seconds. */
  readonly period: number;
  /** `undefined` where no frequency of any plane is kept. */
  readonly packets: SpectrumPackets | undefined;
  /** For each sampled plane: its place in the packet and the first value written; `undefined` where nothing is left. */
  readonly planes: readonly ({ readonly index: number; readonly first: number } | undefined)[];
}

/**
 * Transforms `y` planes along x: samples of one id are gathered until a segment is full. `undefined` when x is neither
 * a time nor a duration. Source: reducers 7.1.
 */
export function xTransform(
  header: PacketHeader,
  context: PsdContext,
  emit: Emit,
): PacketTransform | undefined {
  const axis = segmentAxis(header, Number.POSITIVE_INFINITY);
  const reason =
    axis === undefined
      ? `x has the units "${header.planes[0]!.units}", expected a time or a duration`
      : header.planes.some((plane) => plane.role === "z")
        ? "scattered z values have no cadence"
        : undefined;
  if (axis !== undefined && reason === undefined) return new SampleTransform(header, axis, context);
  context.leftOut(`packet ${header.id} cannot be transformed, its data are left out: ${reason}`, emit);
  return undefined;
}

class SampleTransform implements PacketTransform {
  readonly samples: number;
  readonly #header: PacketHeader;
  readonly #axis: SegmentAxis;
  readonly #context: PsdContext;
  readonly #planes: readonly SampledPlane[];
  /** Positions of the samples of the segment in the making. */
  readonly #x: Float64Array;
  /** How many samples are there. */
  #count = 0;
  #columnX = new Float64Array(0);
  readonly #periods: PeriodPackets[] = [];
  readonly #steps = new Steps();
  /** Where the last spectrum went; spectra of one period that follow each other leave together. */
  #open: PeriodPackets | undefined;

  constructor(header: PacketHeader, axis: SegmentAxis, context: PsdContext) {
    const { length } = context.options;
    const planes = header.planes.filter((plane) => plane.role === "y");
    this.samples = planes.length * length;
    if (this.samples > context.room)
      throw new DasError(
        "UNSUITED_STREAM",
        `segments of ${length} samples of ${planes.length} planes are more than can be kept`,
      );
    this.#header = header;
    this.#axis = axis;
    this.#context = context;
    this.#x = new Float64Array(length);
    this.#planes = planes.map((plane) => ({
      plane,
      fill: fillTest(planeFill(plane, header, context.stream)),
      column: new Float64Array(0),
      samples: new Float64Array(length),
      density: new Float64Array(length / 2 + 1),
      lastFill: -1,
    }));
  }

  *steps(batch: PacketBatch, emit: Emit): Generator<undefined, void, undefined> {
    if (this.#columnX.length < batch.count) this.#columnX = new Float64Array(batch.count);
    this.#axis.read(batch, this.#columnX);
    for (const sampled of this.#planes) {
      if (sampled.column.length < batch.count) sampled.column = new Float64Array(batch.count);
      if (readPlane(batch, sampled.plane, sampled.column) > 0)
        this.#context.warn("text", batch.header.id, emit);
    }
    for (let row = 0; row < batch.count; row++) {
      const x = this.#columnX[row]!;
      if (Number.isNaN(x)) this.#context.warn("position", batch.header.id, emit);
      if (!(Math.abs(x) < FARTHEST)) continue;
      this.#sample(row, x);
      if (this.#count < this.#context.options.length) continue;
      yield* this.#transform(emit);
      this.#drop(this.#context.options.step);
    }
    this.#open?.packets?.flush(emit);
  }

  #sample(row: number, x: number): void {
    const at = this.#count;
    let someGood = false;
    for (const { column, samples, fill } of this.#planes) {
      const value = column[row]!;
      samples[at] = value;
      someGood ||= value < fill.lo || value > fill.hi;
    }
    // A sample that is fill in every plane ends the run; fill in some of them only spoils their spectra.
    if (!someGood) {
      this.#drop(at);
      return;
    }
    for (const sampled of this.#planes) {
      const value = sampled.samples[at]!;
      if (!(value < sampled.fill.lo || value > sampled.fill.hi)) sampled.lastFill = at;
    }
    this.#x[at] = x;
    this.#count++;
    if (this.#count >= 3 && this.#isCadenceBroken()) this.#drop(at - 1);
  }

  /** Leaves out the first `n` samples. */
  #drop(n: number): void {
    const end = this.#count;
    this.#x.copyWithin(0, n, end);
    for (const sampled of this.#planes) {
      sampled.samples.copyWithin(0, n, end);
      sampled.lastFill = Math.max(-1, sampled.lastFill - n);
    }
    this.#count = Math.max(0, end - n);
  }

  /** The jitter test on the last three positions: |t1 - t0| / ((t1 + t0) / 2) above the limit, or no progress. */
  #isCadenceBroken(): boolean {
    const x = this.#x;
    const n = this.#count;
    const t0 = x[n - 2]! - x[n - 3]!;
    const t1 = x[n - 1]! - x[n - 2]!;
    return !(t0 > 0 && t1 > 0 && Math.abs(t1 - t0) <= (this.#context.options.maxJitter * (t1 + t0)) / 2);
  }

  /** The spectra of a full segment; reducers 7.2: the position is halfway between its first and last sample. */
  *#transform(emit: Emit): Generator<undefined, void, undefined> {
    const { options, spectrum } = this.#context;
    const last = options.length - 1;
    const [x0, x1] = [this.#x[0]!, this.#x[last]!];
    const { period, packets, planes } = this.#periodPackets(
      ((x1 - x0) / last) * this.#axis.unitSeconds,
      emit,
    );
    if (packets === undefined) return;
    let any = false;
    const good: boolean[] = [];
    for (const [i, sampled] of this.#planes.entries()) {
      const isWanted = planes[i] !== undefined && sampled.lastFill < 0;
      const isGood = isWanted && spectrum.density(sampled.samples, 0, period, sampled.density);
      any ||= isGood;
      good.push(isGood);
      if (isWanted && this.#steps.enough(options.length)) yield;
    }
    if (!any) return;
    packets.begin(x0 + (x1 - x0) / 2, emit);
    this.#planes.forEach((sampled, i) => {
      const place = planes[i];
      if (place !== undefined)
        packets.spectrum(place.index, good[i] === true ? sampled.density : undefined, place.first);
    });
  }

  #periodPackets(measured: number, emit: Emit): PeriodPackets {
    const { id, seconds } = this.#context.output.idFor(this.#header.id, measured, MEASURED);
    let wanted = this.#periods.find(({ period }) => period === seconds);
    if (wanted === undefined) {
      wanted = this.#newPeriod(id, seconds, emit);
      this.#periods.push(wanted);
    }
    if (this.#open !== wanted) this.#open?.packets?.flush(emit);
    this.#open = wanted;
    return wanted;
  }

  #newPeriod(id: number, period: number, emit: Emit): PeriodPackets {
    const { options, output, stream, leftOut } = this.#context;
    const axis = segmentAxis(this.#header, options.step * period)!; // there is one, or no samples were taken
    const outPlanes: PlaneSpec[] = [axis.plane];
    const planes = this.#planes.map(({ plane }) => {
      const request = axisRequest(plane, this.#header, stream.properties);
      const written = frequencyAxis(options.length, period, request);
      if (written.count === 0) {
        leftOut(`plane "${plane.name}" is left out: the trim of its frequencies leaves none`, emit);
        return undefined;
      }
      outPlanes.push(spectrumPlane(plane, written));
      return { index: outPlanes.length - 1, first: written.first };
    });
    if (outPlanes.length === 1) return { period, planes, packets: undefined };
    const header = packetHeader({
      id,
      group: this.#header.group,
      planes: outPlanes,
      properties: spectrumPacketProperties(this.#header.properties),
    });
    return { period, planes, packets: new SpectrumPackets(header, axis, output) };
  }
}
