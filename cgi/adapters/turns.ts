import type { Socket } from "node:net";

/** Something that answers on a connection; it calls `done` when its answer is out, or there is nobody to take it. */
export type Turn = (done: () => void) => void;

/** Requests of a connection that may wait for their turn; beyond it nothing more is read until some have been answered. */
const MAX_WAITING = 32;

/**
 * The answers of one connection, one after the other. A client may send further requests before it has its answer: they are begun
 * in their turn, so that one connection never runs more than one pipeline and no limit of time begins before an answer could go
 * out. What still waits when the connection closes is never begun. Source: RFC 9112 section 9.3.2, das2-server 3.3.
 */
export class Turns {
  readonly #socket: Socket;
  readonly #waiting: Turn[] = [];
  #busy = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.once("close", () => {
      this.#waiting.length = 0;
    });
    // The HTTP parser resumes a socket with each message; one that has sent too much is to stay held.
    socket.on("resume", () => this.#hold());
  }

  /** Takes a turn now, or when those before it are done. */
  add(turn: Turn): void {
    this.#waiting.push(turn);
    if (!this.#busy) this.#next();
    // The parser resumes after this; so it is held when the bytes at hand are parsed.
    else if (this.#isFull) process.nextTick(() => this.#hold());
  }

  get #isFull(): boolean {
    return this.#waiting.length >= MAX_WAITING;
  }

  #hold(): void {
    if (this.#isFull && !this.#socket.destroyed) this.#socket.pause();
  }

  #next(): void {
    const turn = this.#waiting.shift();
    this.#busy = turn !== undefined;
    if (turn === undefined) return;
    if (!this.#isFull && this.#socket.isPaused()) this.#socket.resume();
    let open = true;
    turn(() => {
      if (!open) return;
      open = false;
      this.#next();
    });
  }
}
