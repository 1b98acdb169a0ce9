import { writeSync } from "node:fs";
import type { Socket } from "node:net";

/** Small writes are gathered up to this size; 64-byte writes reach a thirtieth of the speed on the same pipe. */
const GATHER_BYTES = 65_536;
/** Writes from this size on go out as they are, without a copy. */
const DIRECT_BYTES = 16_384;
const STDOUT = 1;

/** Whoever reads standard output has gone; not a failure (reducers 1.1). */
export class ConsumerGone extends Error {}

/**
 * Standard output of a program that only computes. Writes are synchronous: a slow consumer holds the program, and
 * with it its input, which is all the back-pressure that is needed, and nothing is lost at the exit.
 */
export class ProgramOutput {
  readonly #gathered = new Uint8Array(GATHER_BYTES);
  #length = 0;
  /** Takes over where standard output does not block, as some parents leave it. */
  #socket: Socket | undefined;

  /** Takes a copy of the bytes, or writes them. Errors: {@link ConsumerGone}. */
  readonly write = (bytes: Uint8Array): void => {
    if (this.#length + bytes.length > GATHER_BYTES) this.flush();
    if (bytes.length >= DIRECT_BYTES) {
      this.flush();
      this.#send(bytes);
      return;
    }
    this.#gathered.set(bytes, this.#length);
    this.#length += bytes.length;
  };

  /** Writes what was gathered. Errors: {@link ConsumerGone}. */
  flush(): void {
    if (this.#length === 0) return;
    const bytes = this.#gathered.subarray(0, this.#length);
    this.#length = 0;
    this.#send(bytes);
  }

  /** A promise where the input must wait for the consumer; `undefined` on the usual, blocking output. */
  ready(): Promise<void> | undefined {
    const socket = this.#socket;
    if (socket === undefined || !socket.writableNeedDrain) return undefined;
    return new Promise((resolve) => socket.once("drain", resolve));
  }

  /** Resolves when everything was handed to the system. Errors: {@link ConsumerGone}. */
  async end(): Promise<void> {
    this.flush();
    const socket = this.#socket;
    if (socket !== undefined) await new Promise<void>((resolve) => socket.end(resolve));
  }

  #send(bytes: Uint8Array): void {
    if (this.#socket !== undefined) {
      this.#socket.write(Buffer.from(bytes));
      return;
    }
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(STDOUT, bytes, at, bytes.length - at);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "EPIPE" || code === "ECONNRESET") throw new ConsumerGone();
        if (code === "EAGAIN") {
          this.#socket = nonBlockingOutput();
          this.#socket.write(Buffer.from(bytes.subarray(at)));
          return;
        }
        if (code !== "EINTR") throw error;
      }
    }
  }
}

function nonBlockingOutput(): Socket {
  // Loaded only here: hardly any output does not block, and every program would start later for it.
  const { Socket } = process.getBuiltinModule("node:net");
  const socket = new Socket({ fd: STDOUT, readable: false, writable: true });
  // The only thing that goes wrong with a connection that worked: its other end was closed.
  socket.on("error", () => process.exit(0));
  return socket;
}
