import { DasError } from "../errors/das-error.js";
import { ByteQueue } from "../stream/byte-queue.js";
import { DAS3_LIMITS, LONGEST_DAS3_PREFIX, readDas3Prefix } from "../stream/das3-framing.js";
import { parseDas3Info } from "../stream/das3-info.js";
import type { StreamException } from "../stream/model.js";

/**
 * Follows the framing of a das3 stream made by a program that is not ours, and passes on whole packets only, as they are; at
 * most one incomplete packet is held. Nothing is passed on after an exception.
 * Source: das2-server 3.3, das2-stream C1, C5.
 */
export class Das3Health {
  readonly #queue = new ByteQueue();
  #packets = 0;
  #exception: StreamException | undefined;
  #begun = false;
  /** As of a das2 stream; a das3 stream is never packed. */
  readonly compressed = false;
  readonly held = new Uint8Array(0);

  /** Data packets passed on. */
  get packets(): number {
    return this.#packets;
  }

  /** The exception that was passed on; nothing is taken after it. */
  get exception(): StreamException | undefined {
    return this.#exception;
  }

  /**
   * Gives the whole packets that `bytes` completes, in order, to `pass`; what it is given are views.
   * @returns how many of the bytes were taken: all
   * Errors: those of a broken stream, after everything before the bad packet was passed on.
   */
  push(bytes: Uint8Array, pass: (packets: Uint8Array) => void): number {
    const queue = this.#queue;
    queue.push(bytes);
    // Packets that stand one behind the other in memory are passed on together.
    let run: Uint8Array | undefined;
    try {
      while (this.#exception === undefined) {
        const packet = this.#packet();
        if (packet === undefined) break;
        if (run !== undefined && isNext(run, packet))
          run = new Uint8Array(run.buffer, run.byteOffset, run.length + packet.length);
        else {
          if (run !== undefined) pass(run);
          run = packet;
        }
      }
    } finally {
      if (run !== undefined) pass(run);
    }
    queue.settle();
    return bytes.length;
  }

  /** Errors: PARTIAL_PACKET if the end came inside a packet. */
  end(): void {
    const { length, offset } = this.#queue;
    if (length > 0 && this.#exception === undefined)
      throw new DasError(
        "PARTIAL_PACKET",
        `the stream ends inside a packet, after ${length} of its bytes, at byte ${offset}`,
      );
  }

  /** The packet at the head, prefix included, where it is whole. */
  #packet(): Uint8Array | undefined {
    const queue = this.#queue;
    if (queue.length === 0) return undefined;
    queue.fill(Math.min(queue.length, LONGEST_DAS3_PREFIX));
    const prefix = readDas3Prefix(queue.bytes, queue.at, queue.end, {
      ...DAS3_LIMITS,
      isFirst: !this.#begun,
    });
    if (prefix === undefined) return undefined;
    const { tag, prefixBytes, bodyBytes } = prefix;
    if (!this.#begun && tag !== "Sx")
      throw new DasError("NO_STREAM_HEADER", 'the stream does not begin with its header, expected "|Sx|"');
    if (!queue.fill(prefixBytes + bodyBytes)) return undefined;
    this.#begun = true;
    const packet = queue.take(prefixBytes + bodyBytes);
    if (tag === "Pd") this.#packets += 1;
    else if (tag === "Ex") {
      const info = parseDas3Info(packet.subarray(prefixBytes));
      if (info?.kind === "exception") this.#exception = info.exception;
    }
    return packet;
  }
}

function isNext(run: Uint8Array, packet: Uint8Array): boolean {
  return run.buffer === packet.buffer && run.byteOffset + run.length === packet.byteOffset;
}
