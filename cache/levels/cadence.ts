import { readXUs2000 } from "../../stream/columns.js";
import type { PacketBatch, PacketHeader, StreamItem } from "../../stream/model.js";

/** Steps that are kept of each packet type: enough for a median, and a bounded amount of memory. */
const MOST_STEPS = 100_000;
/** Kinds of packets that are told apart. */
const MOST_KINDS = 400;

/** What has been seen of packets of one id and length. */
interface PacketKind {
  readonly stride: number;
  /** Values beside x. */
  readonly channels: number;
  packets: number;
  readonly steps: number[];
}

/**
 * Finds out from streams how far apart their records are and how large. Streams are followed one after the other. Steps that lead
 * back, and those of less than a nanosecond, are no cadence and left out.
 */
export class CadenceFinder {
  readonly #kinds = new Map<string, PacketKind>();
  /** The last x of each id in the stream at hand, us2000. */
  readonly #last = new Map<number, number>();
  #latest = Number.NEGATIVE_INFINITY;

  /** Begins the next stream. */
  nextStream(): void {
    this.#last.clear();
    this.#latest = Number.NEGATIVE_INFINITY;
  }

  /** The latest x of the stream at hand, us2000; -Infinity where there is none yet. */
  get latest(): number {
    return this.#latest;
  }

  /** Errors: UNSUITED_STREAM if x is no time. */
  push(item: StreamItem): void {
    if (item.kind === "data") this.#data(item.batch);
  }

  /** The kind that has most of the bytes decides on the cadence, all kinds together on what a record is. */
  get result(): { readonly cadence: number; readonly channels: number; readonly recordBytes: number } {
    const kinds = [...this.#kinds.values()];
    const largest = kinds.reduce<PacketKind | undefined>(
      (a, b) => (a !== undefined && a.packets * a.stride >= b.packets * b.stride ? a : b),
      undefined,
    );
    return {
      cadence: median(largest?.steps ?? []) / 1e6,
      channels: kinds.reduce((sum, { channels }) => sum + channels, 0),
      recordBytes: kinds.reduce((sum, { stride }) => sum + stride, 0),
    };
  }

  #data(batch: PacketBatch): void {
    const { header, count } = batch;
    const kind = this.#kind(header);
    if (kind === undefined) return;
    kind.packets += count;
    const x = new Float64Array(count);
    readXUs2000(batch, x);
    let last = this.#last.get(header.id) ?? Number.NaN;
    for (const us of x) {
      if (!Number.isFinite(us)) continue;
      const step = us - last;
      if (step >= 1e-3 && kind.steps.length < MOST_STEPS) kind.steps.push(step);
      last = us;
      if (us > this.#latest) this.#latest = us;
    }
    this.#last.set(header.id, last);
  }

  #kind({ id, stride, planes }: PacketHeader): PacketKind | undefined {
    const name = `${id} ${stride}`;
    let kind = this.#kinds.get(name);
    if (kind === undefined && this.#kinds.size < MOST_KINDS) {
      const channels = planes.slice(1).reduce((sum, { items }) => sum + items, 0);
      kind = { stride, channels, packets: 0, steps: [] };
      this.#kinds.set(name, kind);
    }
    return kind;
  }
}

/** The middle of the values, of an even number the lower one; 0 of none. */
function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
