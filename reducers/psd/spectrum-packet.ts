import { BatchBuilder } from "../../stream/batch-builder.js";
import { writeValue } from "../../stream/columns.js";
import type { Emit, PacketHeader } from "../../stream/model.js";
import type { PositionAxis } from "../positions.js";
import { SPECTRUM_FILL } from "./output-header.js";
import type { SpectrumOutput } from "./spectrum-output.js";

/** Output packets of one definition, in the making. */
export class SpectrumPackets {
  readonly header: PacketHeader;
  readonly #axis: PositionAxis;
  readonly #output: SpectrumOutput;
  readonly #builder: BatchBuilder;
  #at = 0;

  constructor(header: PacketHeader, axis: PositionAxis, output: SpectrumOutput) {
    this.header = header;
    this.#axis = axis;
    this.#output = output;
    this.#builder = new BatchBuilder(header);
  }

  /** Begins a packet at position `x` of the axis. */
  begin(x: number, emit: Emit): void {
    if (this.#builder.full) this.flush(emit);
    this.#at = this.#builder.next();
    this.#axis.write(this.#builder.bytes, this.#builder.view, this.#at + this.header.planes[0]!.offset, x);
  }

  /** Copies the bytes of a value of the input into plane `index`. */
  copy(index: number, from: Uint8Array, at: number): void {
    const plane = this.header.planes[index]!;
    this.#builder.bytes.set(from.subarray(at, at + plane.type.width), this.#at + plane.offset);
  }

  /** Writes the values of a spectrum from index `first` on into plane `index`; `undefined` writes fill. */
  spectrum(index: number, density: Float64Array | undefined, first: number): void {
    const { type, offset, items, units } = this.header.planes[index]!;
    const { bytes, view } = this.#builder;
    let at = this.#at + offset;
    if (type.kind === "real" && type.width === 4 && density !== undefined) {
      for (let i = 0; i < items; i++, at += 4) view.setFloat32(at, density[first + i]!, type.littleEndian);
      return;
    }
    for (let i = 0; i < items; i++, at += type.width)
      writeValue(bytes, view, at, type, density === undefined ? SPECTRUM_FILL : density[first + i]!, units);
  }

  /** Writes the complete packets. */
  flush(emit: Emit): void {
    this.#output.flush(this.#builder, this.header, emit);
  }
}
