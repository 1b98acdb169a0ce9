import { readXUs2000, xUnits } from "../stream/columns.js";
import type { Emit, PacketBatch, StreamTransform } from "../stream/model.js";
import { epochUnit } from "../stream/units.js";

/** A part of the time axis, us2000; `end` excluded. */
export interface CutRange {
  readonly begin: number;
  readonly end: number;
}

/**
 * Passes only the packets with begin <= x < end, their bytes unchanged, and everything that is no data. Packets whose
 * x is no number are left out; where x is no time at all there is nothing to compare and all of them pass.
 * After a reducer x is the middle of a bin, so this cuts by bin centre. Source: das2-server 13.2.
 */
export function cutRange({ begin, end }: CutRange): StreamTransform {
  let positions = new Float64Array(0);

  function passRuns(batch: PacketBatch, emit: Emit): void {
    const { header, bytes, count } = batch;
    if (positions.length < count) positions = new Float64Array(count);
    readXUs2000(batch, positions);
    for (let from = 0; from < count; ) {
      const x = positions[from]!;
      if (!(x >= begin && x < end)) {
        from++;
        continue;
      }
      let to = from + 1;
      while (to < count && positions[to]! >= begin && positions[to]! < end) to++;
      const run =
        to - from === count
          ? batch
          : { header, bytes: bytes.subarray(from * header.stride, to * header.stride), count: to - from };
      emit({ kind: "data", batch: run });
      from = to;
    }
  }

  return {
    push(item, emit) {
      const x = item.kind === "data" ? item.batch.header.planes[0] : undefined;
      if (item.kind === "data" && x !== undefined && epochUnit(xUnits(x)) !== undefined)
        passRuns(item.batch, emit);
      else emit(item);
    },
    end() {},
  };
}
