import { BatchBuilder } from "../../stream/batch-builder.js";
import type { PacketBatch, PacketHeader } from "../../stream/model.js";
import type { AtomWriter } from "./field-copy.js";
import type { PacketOfDataset } from "./packet-of-dataset.js";

/** Below this a loop is faster than a copy by the engine, which makes a view first. */
const SHORT_BYTES = 48;

/** Bytes that are copied as they are, from the body of a record to a das2 packet. */
interface Copy {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** Atoms that are converted. */
interface Conversion {
  readonly from: number;
  readonly width: number;
  readonly to: number;
  readonly targetWidth: number;
  readonly items: number;
  readonly write: AtomWriter;
}

/** Makes das2 packets of the records of one dataset, in memory that is used again. */
export class RecordReader {
  readonly header: PacketHeader;
  /** Bytes of the body of every record. */
  readonly bodyBytes: number;
  /** Records may be longer; what follows is left out. */
  readonly isOpenEnded: boolean;
  /** Where the counts of runs stand that have to have one. */
  readonly runs: readonly number[];
  readonly #builder: BatchBuilder;
  readonly #copies: readonly Copy[];
  readonly #conversions: readonly Conversion[];

  constructor({ header, places, bodyBytes, isOpenEnded, ragged = [] }: PacketOfDataset) {
    this.header = header;
    this.bodyBytes = bodyBytes;
    this.isOpenEnded = isOpenEnded;
    this.runs = ragged.filter(({ isLast }) => !isLast).map(({ from }) => from);
    this.#builder = new BatchBuilder(header);
    const copies: Copy[] = [];
    const conversions: Conversion[] = [];
    for (const [index, { field, from, width }] of places.entries()) {
      const { offset, items, type } = header.planes[index]!; // one place for each plane
      const last = copies.at(-1);
      const bytes = items * width;
      if (field.write !== undefined)
        conversions.push({ from, width, to: offset, targetWidth: type.width, items, write: field.write });
      else if (last !== undefined && last.from + last.bytes === from && last.to + last.bytes === offset)
        copies[copies.length - 1] = { ...last, bytes: last.bytes + bytes };
      else copies.push({ from, to: offset, bytes });
    }
    this.#copies = copies;
    this.#conversions = conversions;
  }

  /** Whether {@link take} is to be called before the next record. */
  get full(): boolean {
    return this.#builder.full;
  }

  /** Adds the record whose body begins at byte `start` of `bytes`; `view` lies on the same memory. */
  add(bytes: Uint8Array, view: DataView, start: number): void {
    const builder = this.#builder;
    const at = builder.next();
    const to = builder.bytes;
    for (const { from, to: target, bytes: count } of this.#copies) {
      const source = start + from;
      if (count < SHORT_BYTES) for (let b = 0; b < count; b++) to[at + target + b] = bytes[source + b]!;
      else to.set(bytes.subarray(source, source + count), at + target);
    }
    for (const { from, width, to: target, targetWidth, items, write } of this.#conversions)
      for (let item = 0; item < items; item++)
        write(bytes, view, start + from + item * width, to, builder.view, at + target + item * targetWidth);
  }

  /** The packets made since the last call; they hold until the next record. */
  take(): PacketBatch | undefined {
    return this.#builder.take();
  }
}
