import { das3Prefix } from "../../stream/das3-packets.js";
import { DATA_PREFIX_BYTES } from "../../stream/framing.js";
import type { PacketBatch, PacketHeader, Plane } from "../../stream/model.js";

type Write = (bytes: Uint8Array) => void;

/** Bytes of one write; one longer record is a write of its own. */
const WRITE_BYTES = 262_144;
/** Below this a loop is faster than a copy by the engine, which makes a view first. */
const SHORT_BYTES = 48;

/** A part of a record that is copied as it is: offset in the packet of das2, bytes. */
interface Piece {
  readonly from: number;
  readonly bytes: number;
}

/** Writes data packets of one das2 packet type as das3 records. */
export class RecordWriter {
  readonly #header: PacketHeader;
  readonly #prefix: Uint8Array;
  readonly #pieces: readonly Piece[];
  /** Bytes of a whole packet of das3. */
  readonly #stride: number;
  #bytes = new Uint8Array(0);

  /** @param order the planes in the order in which a record has them */
  constructor(header: PacketHeader, order: readonly Plane[]) {
    const body = header.stride - DATA_PREFIX_BYTES;
    this.#header = header;
    this.#prefix = das3Prefix("Pd", header.id, body);
    this.#pieces = joined(order);
    this.#stride = this.#prefix.length + body;
  }

  /** Writes whole packets only. */
  write({ bytes, count }: PacketBatch, write: Write): void {
    const most = Math.max(1, Math.floor(WRITE_BYTES / this.#stride));
    for (let first = 0; first < count; first += most) {
      const rows = Math.min(most, count - first);
      if (this.#bytes.length < rows * this.#stride) this.#bytes = this.#room(Math.min(most, count));
      this.#fill(bytes, first, rows);
      write(this.#bytes.subarray(0, rows * this.#stride));
    }
  }

  /** Room for so many packets, their prefixes written. */
  #room(rows: number): Uint8Array<ArrayBuffer> {
    const room = new Uint8Array(rows * this.#stride);
    for (let at = 0; at < room.length; at += this.#stride) room.set(this.#prefix, at);
    return room;
  }

  #fill(from: Uint8Array, first: number, rows: number): void {
    const to = this.#bytes;
    const { stride } = this.#header;
    const head = this.#prefix.length;
    for (const { from: offset, bytes, to: target } of placed(this.#pieces)) {
      let source = first * stride + offset;
      let at = head + target;
      if (bytes < SHORT_BYTES)
        for (let row = 0; row < rows; row++, source += stride, at += this.#stride)
          for (let b = 0; b < bytes; b++) to[at + b] = from[source + b]!;
      else
        for (let row = 0; row < rows; row++, source += stride, at += this.#stride)
          to.set(from.subarray(source, source + bytes), at);
    }
  }
}

/** Planes that stand one behind the other are copied together. */
function joined(order: readonly Plane[]): Piece[] {
  const pieces: Piece[] = [];
  for (const { offset, type, items } of order) {
    const bytes = type.width * items;
    const last = pieces.at(-1);
    if (last !== undefined && last.from + last.bytes === offset)
      pieces[pieces.length - 1] = { from: last.from, bytes: last.bytes + bytes };
    else pieces.push({ from: offset, bytes });
  }
  return pieces;
}

/** Each piece with the offset of its place in the record. */
function* placed(pieces: readonly Piece[]): Generator<Piece & { readonly to: number }> {
  let to = 0;
  for (const piece of pieces) {
    yield { ...piece, to };
    to += piece.bytes;
  }
}
