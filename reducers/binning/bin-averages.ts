import { DasError } from "../../errors/das-error.js";
import type {
  Comment,
  Emit,
  PacketBatch,
  PacketHeader,
  StreamHeader,
  StreamItem,
  StreamTransform,
} from "../../stream/model.js";
import { withoutProperties, withProperty } from "../../stream/properties.js";
import { routeItems } from "../../stream/route-items.js";
import { ownAxis, timeAxis } from "../positions.js";
import { type BinChoice, StreamGrids } from "./bins.js";
import { KERNELS_AFTER_BYTES, type Oddity, PacketBins } from "./packet-bins.js";
import { type DerivedPlanes, type PlanePlan, type PlanOptions, planPlanes } from "./plane-plan.js";
import { RecordWriter } from "./record-writer.js";
import { averagedStreamProperties } from "./resolution-text.js";
import { isWaveformStream } from "./waveform.js";

/** What the filters that average bins differ in. */
export interface BinAveragesOptions {
  /** Name of the filter: `sourceId` of its output and source of its comments. */
  readonly name: string;
  readonly bins: BinChoice;
  readonly derived: DerivedPlanes;
  /** Most planes after x in the input. */
  readonly mostPlanes: number;
  /** Whether the stream is told to be averages over seconds, and waveforms become lines; reducers 3.1, 3.4. */
  readonly describesBins: boolean;
  readonly dropsProgress: boolean;
  /** When compiled kernels begin; the output is the same. Default {@link KERNELS_AFTER_BYTES}. */
  readonly kernelsAfterBytes?: number;
  /** What becomes of a packet type; default {@link planPlanes}. */
  readonly plan?: (input: PacketHeader, options: PlanOptions) => PlanePlan;
}

const ODDITY_TEXT: Readonly<Record<Oddity, string>> = {
  position: "packets whose x is not a number are left out",
  text: "fields that are blank or no number count as fill",
};

/** Items that may wait for the first packet header before the stream header of a waveform stream must go out. */
const MOST_HELD = 64;

/**
 * Averages over bins of x: the filters avgsec, peakavgsec and avg. Memory does not grow with the stream: one open bin a
 * packet type. Errors: UNSUITED_STREAM where x is no time or there are too many planes. Source: reducers 1 to 5.
 */
export class BinAverages implements StreamTransform {
  readonly #options: BinAveragesOptions;
  readonly #grids: StreamGrids;
  readonly #writer = new RecordWriter();
  /** By packet id. */
  readonly #bins = new Map<number, PacketBins>();
  readonly #warned = new Set<Oddity>();
  #stream: StreamHeader | undefined;
  /** The header of a waveform stream and what followed, until it is known whether any table is left in it. */
  #held: StreamItem[] | undefined;
  #emit: Emit = () => {};

  constructor(options: BinAveragesOptions) {
    this.#options = options;
    this.#grids = new StreamGrids(options.bins);
  }

  readonly #route = routeItems({
    stream: (header, emit) => this.#pushStream(header, emit),
    packet: (header, emit) => this.#pushPacket(header, emit),
    data: (batch, emit) => this.#pushData(batch, emit),
    comment: (comment, emit) => {
      this.#release(false, emit);
      if (!this.#isDropped(comment)) emit({ kind: "comment", comment });
    },
    flush: (emit) => this.end(emit),
  });

  push(item: StreamItem, emit: Emit): void {
    this.#emit = emit;
    if (this.#held !== undefined && item.kind === "comment" && this.#held.length < MOST_HELD) {
      if (!this.#isDropped(item.comment)) this.#held.push(item);
      return;
    }
    this.#route(item, emit);
  }

  /** Writes the open bins, ids in ascending order. */
  end(emit: Emit): void {
    this.#emit = emit;
    this.#release(false, emit);
    for (const [, bins] of [...this.#bins].sort(([a], [b]) => a - b)) bins.flush(emit);
    this.#writer.flush(emit);
  }

  #pushStream(input: StreamHeader, emit: Emit): void {
    this.#stream = input;
    const header: StreamItem = { kind: "stream", header: averagedStream(input, this.#options) };
    if (this.#options.describesBins && isWaveformStream(input)) this.#held = [header];
    else emit(header);
  }

  #pushPacket(input: PacketHeader, emit: Emit): void {
    const { bins, derived, mostPlanes, describesBins } = this.#options;
    if (this.#stream === undefined)
      throw new DasError("NO_STREAM_HEADER", "a packet header before the stream header");
    this.#bins.get(input.id)?.flush(emit);
    this.#bins.delete(input.id);
    this.#writer.flush(emit);
    const axis = bins.ownUnits === true ? ownAxis(input) : timeAxis(input, bins.width);
    const plan = (this.#options.plan ?? planPlanes)(input, {
      stream: this.#stream,
      axis,
      derived,
      mostPlanes,
      lineWidthSeconds: describesBins ? bins.width : undefined,
    });
    const isTable = plan.columns.some(
      ({ plane, geometry }) => plane.role === "yscan" && geometry.kind === "table",
    );
    this.#release(!isTable, emit);
    emit({ kind: "packet", header: plan.header });
    this.#bins.set(
      input.id,
      new PacketBins(input, axis, plan, {
        grids: this.#grids,
        writer: this.#writer,
        warn: (topic, id) => this.#warn(topic, id),
        kernelsAfterBytes: this.#options.kernelsAfterBytes ?? KERNELS_AFTER_BYTES,
      }),
    );
  }

  #pushData(batch: PacketBatch, emit: Emit): void {
    const bins = this.#bins.get(batch.header.id);
    if (bins === undefined)
      throw new DasError("UNDEFINED_ID", `data of packet id ${batch.header.id} without a header`);
    bins.push(batch, emit);
    this.#writer.flush(emit);
  }

  /** Emits a stream header that was held; a waveform renderer cannot show lines, so it goes with the last table. */
  #release(onlyLines: boolean, emit: Emit): void {
    const held = this.#held;
    this.#held = undefined;
    for (const item of held ?? []) {
      if (item.kind === "stream" && onlyLines)
        emit({
          kind: "stream",
          header: { ...item.header, properties: withoutProperties(item.header.properties, ["renderer"]) },
        });
      else emit(item);
    }
  }

  #isDropped(comment: Comment): boolean {
    return this.#options.dropsProgress && /^task(?:size|progress)$/i.test(comment.type);
  }

  #warn(topic: Oddity, id: number): void {
    if (this.#warned.has(topic)) return;
    this.#warned.add(topic);
    this.#writer.flush(this.#emit);
    const value = `${ODDITY_TEXT[topic]} (packet ${id})`;
    this.#emit({ kind: "comment", comment: { type: "log:warning", source: this.#options.name, value } });
  }
}

/** The stream header of the output; of a stream of waveforms the renderer may still have to go. Source: reducers 3.1. */
export function averagedStream(
  input: StreamHeader,
  { name, bins, describesBins }: BinAveragesOptions,
): StreamHeader {
  const described = describesBins ? averagedStreamProperties(input.properties, bins.width) : input.properties;
  return { ...input, properties: withProperty(described, { name: "sourceId", type: "String", value: name }) };
}
