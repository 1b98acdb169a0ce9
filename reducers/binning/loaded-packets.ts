import { readPlane } from "../../stream/columns.js";
import type { PacketBatch } from "../../stream/model.js";
import type { Column } from "./plane-plan.js";

/** Packets that are loaded at a time, bytes: they stay in the processor's cache while all planes are gone through. */
export const SLICE_BYTES = 65_536;

/** The samples of some packets as numbers, column by column, where plain loops need them. */
export class LoadedPackets {
  readonly #columns: readonly Column[];
  /** By column; packet-major. */
  readonly values: (Float64Array | undefined)[];

  /** @param needed positions of the columns whose samples are wanted */
  constructor(columns: readonly Column[], needed: Iterable<number>) {
    this.#columns = columns;
    this.values = columns.map(() => undefined);
    for (const index of needed) this.values[index] = new Float64Array(0);
  }

  /** Reads packets. Returns how many text fields are no number. */
  load(slice: PacketBatch): number {
    let bad = 0;
    for (let i = 0; i < this.values.length; i++) {
      let values = this.values[i];
      if (values === undefined) continue;
      const { plane } = this.#columns[i]!;
      // Grown as needed, for a stream that redefines its packets all the time has few of each.
      const most = plane.items * slice.count;
      if (values.length < most) values = this.values[i] = new Float64Array(most);
      bad += readPlane(slice, plane, values);
    }
    return bad;
  }
}
