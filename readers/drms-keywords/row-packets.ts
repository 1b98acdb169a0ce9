import type { KeywordBatch } from "../../netdrms/records/record-batch.js";
import { BatchBuilder } from "../../stream/batch-builder.js";
import type { PacketBatch, PacketHeader, Plane } from "../../stream/model.js";
import type { KeptRows } from "../archive/kept-rows.js";
import { planeNumbers } from "./plane-numbers.js";

const SPACE = 0x20;

/** Turns rows into packets column by column: no value becomes an object of its own. */
export class RowPackets {
  readonly #builder: BatchBuilder;
  readonly #numbers: Float64Array;

  /** @param header x as us2000, then a plane of little-endian reals for each keyword of the batches but the first `skip` */
  constructor(header: PacketHeader) {
    this.#builder = new BatchBuilder(header);
    this.#numbers = new Float64Array(Math.ceil(this.#builder.bytes.length / header.stride));
  }

  /**
   * Packets of the kept rows. Each batch holds until the next is asked for.
   * @param texts of ASCII, one for each kept row, for a last plane of text
   */
  *packets(
    batch: KeywordBatch,
    { count, rows, us2000 }: KeptRows,
    skip: number,
    texts?: readonly string[],
  ): Generator<PacketBatch> {
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
      const numbers = header.planes.length - (texts === undefined ? 0 : 1);
      for (let n = 1; n < numbers; n++) {
        const { offset, type } = header.planes[n]!;
        planeNumbers(batch.keywords[skip + n - 1]!, rows, begin, made, this.#numbers);
        this.#write(view, offset, type.width, this.#numbers.subarray(0, made));
      }
      if (texts !== undefined) this.#writeTexts(header.planes[numbers]!, texts.slice(begin, from));
      yield builder.take()!; // at least one packet was made
    }
  }

  #writeTexts({ offset, type }: Plane, texts: readonly string[]): void {
    const { header, bytes } = this.#builder;
    for (const [i, text] of texts.entries()) {
      const at = offset + i * header.stride;
      bytes.fill(SPACE, at, at + type.width);
      new TextEncoder().encodeInto(text, bytes.subarray(at, at + type.width));
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
