import { readXUs2000 } from "../../stream/columns.js";
import type { Emit, PacketBatch, StreamItem, StreamTransform } from "../../stream/model.js";

/**
 * Leaves out the bin that is still open: records may come yet that fall into it. It is the last of all, whatever its packet id; that it is
 * complete shows by a later one. The last bin of each id is held until the next, or the end, tells whether it is open.
 */
export class OpenBins implements StreamTransform {
  readonly #held = new Map<number, { readonly batch: PacketBatch; readonly x: number }>();
  readonly #halfWidthUs: number;
  #last = Number.NEGATIVE_INFINITY;

  /** @param widthUs of the bins, microseconds */
  constructor(widthUs: number) {
    this.#halfWidthUs = widthUs / 2;
  }

  push(item: StreamItem, emit: Emit): void {
    if (item.kind !== "data") {
      // What it held is whole as it came.
      if (item.kind === "packet") this.#release(item.header.id, emit);
      emit(item);
      return;
    }
    const { batch } = item;
    const { header, bytes, count } = batch;
    const xs = new Float64Array(count);
    readXUs2000(batch, xs);
    this.#release(header.id, emit);
    const rest = (count - 1) * header.stride;
    if (count > 1)
      emit({ kind: "data", batch: { ...batch, bytes: bytes.subarray(0, rest), count: count - 1 } });
    // The memory of a batch may be used again.
    const held: PacketBatch = { header, bytes: new Uint8Array(bytes.subarray(rest)), count: 1, lasts: true };
    const x = xs[count - 1] ?? Number.NaN;
    this.#held.set(header.id, { batch: held, x });
    this.#last = Math.max(this.#last, x);
  }

  end(emit: Emit): void {
    for (const [id, { x }] of this.#held) if (x < this.#last - this.#halfWidthUs) this.#release(id, emit);
    this.#held.clear();
  }

  #release(id: number, emit: Emit): void {
    const held = this.#held.get(id);
    this.#held.delete(id);
    if (held !== undefined) emit({ kind: "data", batch: held.batch });
  }
}
