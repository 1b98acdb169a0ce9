import type { Socket } from "node:net";
import { DasError } from "../../errors/das-error.js";
import { encodeFrame, type Frame, FrameReader } from "./frames.js";

/** Messages that may wait; more means that the other end does not keep to the protocol, or is faster than its reader. */
const MAX_WAITING = 4;

/** What happens when more than {@link MAX_WAITING} messages wait: the other end is held, or cut off. */
export type Excess = "hold" | "refuse";

/** A connection over which messages travel in both directions. */
export class FrameSocket {
  readonly #socket: Socket;
  readonly #excess: Excess;
  readonly #reader: FrameReader;
  readonly #waiting: Frame[] = [];
  readonly #gone = new AbortController();
  #failure: DasError | undefined;
  #wake: (() => void) | undefined;

  /** @param limit longest message that is taken, bytes */
  constructor(socket: Socket, excess: Excess, limit?: number) {
    this.#socket = socket;
    this.#excess = excess;
    this.#reader = new FrameReader(limit);
    socket.setNoDelay(true);
    socket.on("data", (bytes) => this.#take(bytes));
    socket.on("error", () => this.#end());
    socket.on("close", () => this.#end());
  }

  /** Aborted when the connection has ended, by whichever side. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Longest message that is taken from now on, bytes. */
  set limit(bytes: number) {
    this.#reader.limit = bytes;
  }

  /** The next message; `undefined` when the connection has ended. Errors: ARCHIVE_FAILED for what is no message. */
  async receive(): Promise<Frame | undefined> {
    while (this.#waiting.length === 0) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#gone.signal.aborted) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const frame = this.#waiting.shift();
    this.#readFrames();
    return frame;
  }

  /** Sends a message; resolves when there is room for the next one. After the end of the connection it does nothing. */
  async send(frame: Frame): Promise<void> {
    const bytes = encodeFrame(frame);
    if (this.#gone.signal.aborted || this.#socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#socket.removeListener("drain", done);
        this.#gone.signal.removeEventListener("abort", done);
        resolve();
      };
      this.#socket.once("drain", done);
      this.#gone.signal.addEventListener("abort", done);
    });
  }

  /** Ends the connection when what was sent is on its way; resolves when it has ended. */
  async close(): Promise<void> {
    if (this.#gone.signal.aborted) return;
    const gone = new Promise<void>((resolve) => this.#gone.signal.addEventListener("abort", () => resolve()));
    this.#socket.end();
    // Whoever does not end its side is not waited for.
    this.#socket.destroySoon();
    await gone;
  }

  /** Ends the connection now. */
  destroy(): void {
    this.#socket.destroy();
    this.#end();
  }

  #take(bytes: Uint8Array): void {
    this.#reader.push(bytes);
    this.#readFrames();
  }

  #readFrames(): void {
    try {
      while (this.#failure === undefined && this.#waiting.length < MAX_WAITING) {
        const frame = this.#reader.next();
        if (frame === undefined) break;
        this.#waiting.push(frame);
      }
      const isFull = this.#waiting.length === MAX_WAITING;
      if (isFull && this.#excess === "refuse")
        throw new DasError("ARCHIVE_FAILED", "More messages than the protocol of sessions allows at once");
      if (isFull) this.#socket.pause();
      else if (this.#socket.isPaused()) this.#socket.resume();
    } catch (error) {
      this.#waiting.length = 0;
      // The reader throws nothing else.
      this.#failure ??= error as DasError;
      this.#socket.destroy();
    }
    this.#wake?.();
  }

  #end(): void {
    this.#gone.abort();
    this.#wake?.();
  }
}
