import { readXUs2000 } from "../../stream/columns.js";
import type { Emit, PacketBatch, PacketHeader, StreamItem, StreamTransform } from "../../stream/model.js";
import { timeToUs2000, us2000ToTime } from "../../stream/time.js";
import { blockBegin, blockNumber } from "../block-number.js";
import { reduceJoined } from "../build/reduce-joined.js";
import type { BlockPeriod } from "../level.js";
import type { LevelReading } from "../plan/level-reading.js";
import { Stitch } from "./stitch.js";

/** Makes the bins of an answer from joined records of a level. @param grid of {@link LevelReading}, not missing */
export function reduceAnswer(grid: NonNullable<LevelReading["grid"]>, period: BlockPeriod): StreamTransform {
  const { origin, width: seconds } = grid;
  if (origin !== "block") return reduceJoined({ seconds, origin });
  return new BlockwiseReducer(period, (number) =>
    reduceJoined({ seconds, origin: blockBegin(number, period) }),
  );
}

/**
 * Reduces each block by itself, since bins begin anew there. Records come block by block; one that lies in an earlier block begins it
 * once more, as one of an earlier bin does in a reducer.
 */
class BlockwiseReducer implements StreamTransform {
  readonly #period: BlockPeriod;
  readonly #open: (number: number) => StreamTransform;
  readonly #stitch = new Stitch();
  /** What a new block has to be told first: the stream header and the definitions. */
  #stream: StreamItem | undefined;
  readonly #definitions = new Map<number, PacketHeader>();
  #current:
    | { readonly number: number; readonly endUs: number; readonly transform: StreamTransform }
    | undefined;
  #positions = new Float64Array(0);

  constructor(period: BlockPeriod, open: (number: number) => StreamTransform) {
    this.#period = period;
    this.#open = open;
  }

  push(item: StreamItem, emit: Emit): void {
    const passed = this.#passed(emit);
    if (item.kind === "data") this.#pushData(item.batch, passed);
    else {
      if (item.kind === "stream") this.#stream = item;
      if (item.kind === "packet") this.#definitions.set(item.header.id, item.header);
      this.#current?.transform.push(item, passed);
    }
  }

  end(emit: Emit): void {
    // Where there are no data, headers are all there is.
    (this.#current?.transform ?? this.#begun(0, this.#passed(emit))).end(this.#passed(emit));
  }

  #pushData(batch: PacketBatch, emit: Emit): void {
    const { header, bytes, count } = batch;
    if (this.#positions.length < count) this.#positions = new Float64Array(count);
    const x = this.#positions;
    readXUs2000(batch, x);
    for (let from = 0; from < count; ) {
      const number = blockNumber(us2000ToTime(x[from]!), this.#period);
      const { endUs, transform } = this.#blockOf(number, emit);
      let to = from + 1;
      const beginUs = timeToUs2000(blockBegin(number, this.#period));
      while (to < count && x[to]! >= beginUs && x[to]! < endUs) to++;
      const part = {
        header,
        bytes: bytes.subarray(from * header.stride, to * header.stride),
        count: to - from,
      };
      transform.push({ kind: "data", batch: part }, emit);
      from = to;
    }
  }

  #blockOf(number: number, emit: Emit) {
    if (this.#current?.number === number) return this.#current;
    this.#current?.transform.end(emit);
    const transform = this.#begun(number, emit);
    const endUs = timeToUs2000(blockBegin(number + 1, this.#period));
    this.#current = { number, endUs, transform };
    return this.#current;
  }

  #begun(number: number, emit: Emit): StreamTransform {
    const transform = this.#open(number);
    if (this.#stream !== undefined) transform.push(this.#stream, emit);
    for (const header of this.#definitions.values()) transform.push({ kind: "packet", header }, emit);
    return transform;
  }

  /** Headers that every block gives are given once. */
  #passed(emit: Emit): Emit {
    return (item) => {
      if (this.#stitch.takes(item)) emit(item);
    };
  }
}
