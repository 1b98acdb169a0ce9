import { readXUs2000 } from "../../stream/columns.js";
import type {
  ItemSource,
  PacketHeader,
  StreamException,
  StreamHeader,
  StreamItem,
} from "../../stream/model.js";

/** The begin of a stream: enough to describe what it is made of. */
export interface FirstRecords {
  readonly stream: StreamHeader;
  /** The packet type that was defined first. */
  readonly packet: PacketHeader;
  /** Times of its first records, us2000; none where no record came in time. */
  readonly times: readonly number[];
}

/** Records from which digits and cadence are judged. */
const ENOUGH = 32;
/** For how long records are waited for once the headers are there, milliseconds. */
const PATIENCE_MS = 2000;

/** How the begin of a stream was read. */
export type BeginRead =
  | { readonly kind: "read"; readonly begin: FirstRecords }
  | { readonly kind: "none"; readonly exception?: StreamException };

/**
 * Reads the begin of a stream and leaves it: its headers, and of the packet type that is defined first some records, where they come
 * soon. `none` for a stream that ends before it defines anything.
 */
export async function readBegin(items: ItemSource): Promise<BeginRead> {
  const seen = new Seen();
  const iterator = items[Symbol.asyncIterator]();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), PATIENCE_MS);
  });
  try {
    while (!seen.isEnough) {
      const coming = iterator.next();
      const step = seen.packet === undefined ? await coming : await Promise.race([coming, late]);
      if (step === "late" || step.done === true) break;
      for (const item of step.value) seen.take(item);
    }
  } finally {
    clearTimeout(timer);
    // Not waited for: a reader in the middle of something ends when it notices.
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
  const { stream, packet, times, exception } = seen;
  if (stream === undefined || packet === undefined)
    return { kind: "none", ...(exception === undefined ? {} : { exception }) };
  return { kind: "read", begin: { stream, packet, times } };
}

class Seen {
  stream: StreamHeader | undefined;
  packet: PacketHeader | undefined;
  exception: StreamException | undefined;
  readonly times: number[] = [];
  #ended = false;

  get isEnough(): boolean {
    return this.#ended || this.times.length >= ENOUGH;
  }

  take(item: StreamItem): void {
    switch (item.kind) {
      case "stream":
        this.stream = item.header;
        return;
      case "packet":
        this.packet ??= item.header;
        return;
      case "data": {
        if (item.batch.header !== this.packet || this.isEnough) return;
        const us = new Float64Array(item.batch.count);
        readXUs2000(item.batch, us);
        this.times.push(...us.subarray(0, ENOUGH));
        return;
      }
      case "comment":
        return;
      case "exception":
        this.exception = item.exception;
        this.#ended = true;
        return;
      default:
        item satisfies never;
    }
  }
}
