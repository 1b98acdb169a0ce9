import type { KeywordBatch } from "../../netdrms/records/record-batch.js";
import { BatchBuilder } from "../../stream/batch-builder.js";
import type { PacketBatch, PacketHeader } from "../../stream/model.js";
import type { KeptRows } from "../archive/kept-rows.js";
import { planeNumbers } from "./plane-numbers.js";

/** Turns rows into packets column by column: no value becomes an object of its own. */
export class RowPackets {
  readonly #builder: BatchBuilder;
  readonly #numbers: Float64Array;

  /** @param header x as us2000, then a plane of little-endian reals for each keyword of the batches but the first `skip` */
  constructor(header: PacketHeader) {
    this.#builder = new BatchBuilder(header);
    this.#numbers = new Float64Array(Math.ceil(this.#builder.bytes.length / header.stride));
  }

  /** Packets of the kept rows. Each batch holds until the next is asked for. */
  *packets(batch: KeywordBatch, { count, rows, us2000 }: KeptRows, skip: number): Generator<PacketBatch> {
    const builder = this.#builder;
    const { header, view } = builder;
    for (let from = 0; from < count; ) {
      const begin = from;
      while (from < count && !builder.full) {
        builder.next();
        from++;
      }
      const made = from - begin;
      this.#write(view, header.planes[0]!.offset, 8, us2000.subarray(begin, from));
      for (let n = 1; n < header.planes.length; n++) {
        const { offset, type } = header.planes[n]!;
        planeNumbers(batch.keywords[skip + n - 1]!, rows, begin, made, this.#numbers);
        this.#write(view, offset, type.width, this.#numbers.subarray(0, made));
      }
      yield builder.take()!; // at least one packet was made
    }
  }

  #write(view: DataView, offset: number, width: number, numbers: Float64Array): void {
    const { stride } = this.#builder.header;
    if (width === 4)
      for (let i = 0, at = offset; i < numbers.length; i++, at += stride)
        view.setFloat32(at, numbers[i]!, true);
    else
      for (let i = 0, at = offset; i < numbers.length; i++, at += stride)
        view.setFloat64(at, numbers[i]!, true);
  }
}
