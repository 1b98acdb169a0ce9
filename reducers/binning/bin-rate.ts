import { DasError } from "../../errors/das-error.js";
import { BatchBuilder } from "../../stream/batch-builder.js";
import type { Emit, PacketBatch, PacketHeader, Properties, StreamTransform } from "../../stream/model.js";
import { packetHeader } from "../../stream/packet-header.js";
import { propertyText, withoutProperties, withProperty } from "../../stream/properties.js";
import { routeItems } from "../../stream/route-items.js";
import { REAL4, REAL8 } from "../../stream/value-type.js";
import { FARTHEST, type PositionAxis, timeAxis } from "../positions.js";
import { BinCounts, MOST_BINS, tooManyBins } from "./bin-counts.js";
import { BinMarks } from "./bin-marks.js";
import { type BinChoice, type BinGrid, binCentre, binIndex, StreamGrids } from "./bins.js";
import { RecordWriter } from "./record-writer.js";
import { intervalText, secondsDatum } from "./resolution-text.js";

/** Units of volume: powers of 1024 bytes. */
export const VOLUME_UNITS = { bytes: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const;

/** What is counted, and how it is told. */
export interface BinRateOptions {
  readonly bins: BinChoice;
  /** Input is in order of time: a bin is written when the next begins, and a step back is an error. */
  readonly monotonic: boolean;
  /** Count bytes, in this unit; absent: packets. */
  readonly volume?: keyof typeof VOLUME_UNITS | undefined;
  /** Write 1 for a bin that has data, nothing for others. */
  readonly events: boolean;
  readonly title?: string | undefined;
  readonly yLabel?: string | undefined;
}

const NAME = "das2_bin_ratesec";
/** Bytes of a record that are not its own. */
const PREFIX_BYTES = 4;
/** What says how the values of the input are shown says nothing of counts. */
const DISPLAY = ["Fill", "Label", "Range", "ScaleType", "Summary", "ValidMin", "ValidMax"].flatMap((name) => [
  `y${name}`,
  `z${name}`,
]);

/**
 * Counts the packets of all ids, or their bytes, in common bins. Errors: UNSUITED_STREAM for x that is no time, for ids
 * on different axes, for too many bins, and for a step back where order was promised. Source: reducers 6.
 */
export class BinRate implements StreamTransform {
  readonly #options: BinRateOptions;
  readonly #grids: StreamGrids;
  readonly #counts = new BinCounts();
  /** With `events`, in the place of counts. */
  readonly #marks = new BinMarks();
  readonly #writer = new RecordWriter();
  readonly #axes = new Map<number, PositionAxis>();
  #out: BatchBuilder | undefined;
  #grid: BinGrid | undefined;
  #positions = new Float64Array(0);
  /** With `monotonic`: the bin that is open and what is in it. */
  #open = Number.NaN;
  #amount = 0;
  #warned = false;

  constructor(options: BinRateOptions) {
    this.#options = options;
    this.#grids = new StreamGrids(options.bins);
  }

  readonly push = routeItems({
    stream: (header, emit) =>
      emit({ kind: "stream", header: { ...header, properties: this.#streamProperties(header.properties) } }),
    packet: (header, emit) => this.#define(header, emit),
    data: (batch, emit) => {
      this.#count(batch, emit);
      this.#writer.flush(emit);
    },
    flush: (emit) => this.end(emit),
  });

  end(emit: Emit): void {
    if (this.#options.monotonic) this.#close(emit);
    else if (this.#options.events) for (const index of this.#marks.used()) this.#write(index, 1, emit);
    else for (const { index, amount } of this.#counts.all()) this.#write(index, amount, emit);
    this.#writer.flush(emit);
  }

  #streamProperties(input: Properties): Properties {
    const { bins, events, volume, title, yLabel } = this.#options;
    const text = (name: string, value: string) => ({ name, type: "String", value }) as const;
    const given = propertyText(input, "title");
    const unit = volume ?? "packets";
    let properties = withoutProperties(input, DISPLAY);
    for (const property of [
      text("title", title ?? (given === undefined ? "Data Coverage" : `${given} (coverage)`)),
      text("yLabel", yLabel ?? (events ? "Coverage" : `Stream Volume (${unit}/${intervalText(bins.width)})`)),
      secondsDatum("xTagWidth", bins.width),
      secondsDatum("xCacheResolution", bins.width),
      text("renderer", "stairSteps"),
      text("sourceId", NAME),
    ])
      properties = withProperty(properties, property);
    return properties;
  }

  #define(input: PacketHeader, emit: Emit): void {
    const axis = timeAxis(input, this.#options.bins.width);
    const unit = axis.epoch ? "us2000" : axis.plane.units;
    this.#axes.set(input.id, axis);
    if (this.#out === undefined) {
      const { events } = this.#options;
      const header = packetHeader({
        id: 1,
        planes: [
          { role: "x", name: "", type: REAL8, units: unit, items: 1, properties: [] },
          { role: "y", name: events ? "coverage" : "rate", type: REAL4, units: "", items: 1, properties: [] },
        ],
      });
      this.#out = new BatchBuilder(header);
      emit({ kind: "packet", header });
    } else if (unit !== this.#out.header.planes[0]?.units)
      throw new DasError(
        "UNSUITED_STREAM",
        `x of packet ${input.id} is in "${unit.slice(0, 40)}", expected the units of the packets before it`,
      );
  }

  #count(batch: PacketBatch, emit: Emit): void {
    const { header, count } = batch;
    const axis = this.#axes.get(header.id);
    if (axis === undefined)
      throw new DasError("UNDEFINED_ID", `data of packet id ${header.id} without a header`);
    if (this.#positions.length < count) this.#positions = new Float64Array(count);
    axis.read(batch, this.#positions);
    const { volume } = this.#options;
    const amount = volume === undefined ? 1 : (header.stride - PREFIX_BYTES) / VOLUME_UNITS[volume];
    for (let i = 0; i < count; i++) {
      const x = this.#positions[i]!;
      if (!(Math.abs(x) < FARTHEST)) {
        if (!Number.isFinite(x)) this.#warn(header.id, emit);
        continue;
      }
      this.#grid ??= this.#grids.gridOf(axis, x);
      const index = binIndex(this.#grid, x);
      if (this.#options.monotonic) this.#addInOrder(index, amount, emit);
      else if (this.#options.events) this.#marks.add(index);
      else this.#counts.add(index, amount);
    }
  }

  #addInOrder(index: number, amount: number, emit: Emit): void {
    const before = this.#open;
    if (index < before)
      throw new DasError(
        "UNSUITED_STREAM",
        "a packet lies before one that came earlier, expected ascending times",
      );
    if (index !== before) {
      this.#close(emit);
      if (!this.#options.events && !Number.isNaN(before)) {
        if (index - before > MOST_BINS) throw tooManyBins();
        for (let empty = before + 1; empty < index; empty++) this.#write(empty, 0, emit);
      }
      this.#open = index;
    }
    this.#amount += amount;
  }

  #close(emit: Emit): void {
    if (!Number.isNaN(this.#open)) this.#write(this.#open, this.#amount, emit);
    this.#open = Number.NaN;
    this.#amount = 0;
  }

  #write(index: number, amount: number, emit: Emit): void {
    const out = this.#out!; // there is no bin without a packet, and no packet without its header
    const at = this.#writer.next(out, emit);
    out.view.setFloat64(at + PREFIX_BYTES, binCentre(this.#grid!, index));
    out.view.setFloat32(at + PREFIX_BYTES + 8, this.#options.events ? 1 : amount);
  }

  #warn(id: number, emit: Emit): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#writer.flush(emit);
    const value = `packets whose x is not a number are left out (packet ${id})`;
    emit({ kind: "comment", comment: { type: "log:warning", source: NAME, value } });
  }
}
