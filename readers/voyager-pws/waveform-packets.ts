import { BatchBuilder } from "../../stream/batch-builder.js";
import type { PacketHeader, StreamItem } from "../../stream/model.js";
import { packetHeader, xPlane, yscanPlane } from "../../stream/packet-header.js";
import { LE_REAL4, LE_REAL8 } from "../../stream/value-type.js";
import { FILL, fillProperty, property } from "../stream-parts.js";
import type { Line } from "./frame.js";
import type { FrameLayout } from "./frame-layout.js";

/**
 * The definition of waveform packets: x is the time of the first sample of a line, the tags of the table are offsets in
 * seconds (the waveform rule of das2-stream, Part B), its values the samples.
 *
 * @param raw values as stored, 0 to 15, instead of values about zero
 */
export function waveformHeader(layout: FrameLayout, raw: boolean): PacketHeader {
  const offset = raw ? 0 : layout.valueOffset;
  return packetHeader({
    id: 1,
    planes: [
      xPlane({ name: "time", type: LE_REAL8, units: "us2000" }),
      yscanPlane({
        name: "waveform",
        type: LE_REAL4,
        units: "",
        yUnits: "s",
        yTags: { kind: "interval", interval: 1 / layout.sampleRateHz },
        items: layout.samples.bytes * layout.samples.perByte,
        properties: [
          property("yLabel", "Offset from line start (s)"),
          property("zLabel", raw ? "Stored 4-bit value" : "Amplitude (uncalibrated)"),
          property("zRange", `${layout.validMin + offset} to ${layout.validMax + offset}`, "DatumRange"),
          property("zScaleType", "linear"),
          fillProperty("zFill"),
        ],
      }),
    ],
  });
}

/** Turns lines into batches of packets. */
export class WaveformPackets {
  readonly #builder: BatchBuilder;
  readonly #layout: FrameLayout;
  /** The two values that each byte stands for: the first item of a bit column is in its high bits (PDS counts bits from there). */
  readonly #pairs = new Float32Array(512);

  constructor(header: PacketHeader, layout: FrameLayout, raw: boolean) {
    this.#builder = new BatchBuilder(header);
    this.#layout = layout;
    for (let byte = 0; byte < 256; byte++) {
      this.#pairs[2 * byte] = (byte >> 4) + (raw ? 0 : layout.valueOffset);
      this.#pairs[2 * byte + 1] = (byte & 15) + (raw ? 0 : layout.valueOffset);
    }
  }

  #lastUs = Number.NEGATIVE_INFINITY;

  /** Adds a line; gives the batch that became full by it. Leaves out what a frame repeats of the frame before it. */
  add(line: Line): StreamItem | undefined {
    if (line.us2000 <= this.#lastUs) return undefined;
    this.#lastUs = line.us2000;
    const { samples } = this.#layout;
    const at = this.#builder.next();
    const view = this.#builder.view;
    view.setFloat64(at + 4, line.us2000, true);
    const pairs = this.#pairs;
    let to = at + 12;
    for (let i = samples.offset; i < samples.offset + samples.bytes; i++, to += 8) {
      const pair = 2 * line.record[i]!;
      view.setFloat32(to, pairs[pair]!, true);
      view.setFloat32(to + 4, pairs[pair + 1]!, true);
    }
    const first = at + 12;
    for (let i = 0; i < line.validFrom; i++) view.setFloat32(first + 4 * i, FILL, true);
    for (let i = line.validTo; i < samples.bytes * samples.perByte; i++)
      view.setFloat32(first + 4 * i, FILL, true);
    return this.#builder.full ? this.take() : undefined;
  }

  /** What is still held; `undefined` when nothing is. */
  take(): StreamItem | undefined {
    const batch = this.#builder.take();
    return batch === undefined ? undefined : { kind: "data", batch };
  }
}
