import { BatchBuilder } from "../../stream/batch-builder.js";
import type { PacketBatch, PacketHeader } from "../../stream/model.js";
import type { AtomWriter } from "./field-copy.js";
import type { Das3Dataset } from "./model.js";
import { type PacketOfDataset, packetOfDataset } from "./packet-of-dataset.js";
import { type RecordVariable, recordVariables, runsOfHeader } from "./record-variables.js";

/** Below this a loop is faster than a copy by the engine, which makes a view first. */
const SHORT_BYTES = 48;

/** Makes das2 packets of the records of one dataset, in memory that is used again. */
export interface RecordSource {
  readonly header: PacketHeader;
  /** Whether {@link take} is to be called before the next record. */
  readonly full: boolean;
  /** Adds the record whose body begins at byte `start` of `bytes`; `view` lies on the same memory. */
  readonly add: (bytes: Uint8Array, view: DataView, start: number) => void;
  /** The packets made since the last call; they hold until the next record. */
  readonly take: () => PacketBatch | undefined;
}

/** Bytes that are copied as they are, from the body of a record to a das2 packet. */
interface Copy {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** Atoms that are converted, or that do not stand one behind the other. */
interface Conversion {
  readonly from: number;
  /** Bytes of an atom, and from one atom to the next. */
  readonly width: number;
  readonly step: number;
  readonly to: number;
  readonly targetWidth: number;
  readonly items: number;
  readonly write: AtomWriter;
}

/** Records all of whose parts have the width that the header says. Source: das2-stream C4.3. */
export class RecordReader implements RecordSource {
  readonly header: PacketHeader;
  readonly packet: PacketOfDataset;
  /** Bytes of the body of every record. */
  readonly bodyBytes: number;
  /** Records may be longer; what follows is left out. */
  readonly isOpenEnded: boolean;
  readonly #builder: BatchBuilder;
  readonly #copies: readonly Copy[];
  readonly #conversions: readonly Conversion[];

  /**
   * @param fixed how many variables at the begin of a record have a width
   * Errors: those of {@link packetOfDataset}.
   */
  constructor(id: number, dataset: Das3Dataset, fixed: number) {
    const variables = recordVariables(dataset);
    const layout = layoutOf(variables.slice(0, fixed));
    const runs = variables.map((one, at) => (at < fixed ? runsOfHeader(one.variable) : []));
    this.packet = packetOfDataset(id, dataset, { runs, tags: new Map() });
    this.header = this.packet.header;
    this.bodyBytes = layout.bodyBytes;
    this.isOpenEnded = fixed < variables.length;
    this.#builder = new BatchBuilder(this.header);
    const copies: Copy[] = [];
    const conversions: Conversion[] = [];
    for (const [index, place] of this.packet.places.entries()) {
      const { offset, items, type } = this.header.planes[index]!; // one place for each plane
      const { field, variable, component, components } = place;
      const { from: begin, width } = layout.variables[variable]!; // those without a width are left out
      const before = (runs[variable] ?? []).slice(0, place.runs[0]);
      const first = before.reduce((sum, { atoms }) => sum + atoms, component);
      const from = begin + first * width;
      const last = copies.at(-1);
      const bytes = items * width;
      if (field.write !== undefined || (components > 1 && items > 1))
        conversions.push({
          ...{ from, width, step: components * width, to: offset, targetWidth: type.width, items },
          write: field.write ?? copyAtom,
        });
      else if (last !== undefined && last.from + last.bytes === from && last.to + last.bytes === offset)
        copies[copies.length - 1] = { ...last, bytes: last.bytes + bytes };
      else copies.push({ from, to: offset, bytes });
    }
    this.#copies = copies;
    this.#conversions = conversions;
  }

  get full(): boolean {
    return this.#builder.full;
  }

  add(bytes: Uint8Array, view: DataView, start: number): void {
    const builder = this.#builder;
    const at = builder.next();
    const to = builder.bytes;
    for (const { from, to: target, bytes: count } of this.#copies) {
      const source = start + from;
      if (count < SHORT_BYTES) for (let b = 0; b < count; b++) to[at + target + b] = bytes[source + b]!;
      else to.set(bytes.subarray(source, source + count), at + target);
    }
    for (const { from, width, step, to: target, targetWidth, items, write } of this.#conversions)
      for (let item = 0, source = start + from; item < items; item++, source += step)
        write(bytes, view, source, source + width, to, builder.view, at + target + item * targetWidth);
  }

  take(): PacketBatch | undefined {
    return this.#builder.take();
  }
}

/** Copies an atom as it is. */
export const copyAtom: AtomWriter = (source, _view, from, until, to, _toView, at) => {
  for (let b = from; b < until; b++) to[at + b - from] = source[b]!;
};

/** Where the variables of a record of fixed length begin. */
function layoutOf(variables: readonly RecordVariable[]): {
  readonly variables: readonly { readonly from: number; readonly width: number }[];
  readonly bodyBytes: number;
} {
  let bodyBytes = 0;
  const placed = variables.map(({ content: { items = 0, itemBytes: width = 0 } }) => {
    const from = bodyBytes;
    bodyBytes += items * width;
    return { from, width };
  });
  return { variables: placed, bodyBytes };
}
