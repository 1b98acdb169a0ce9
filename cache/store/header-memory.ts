import type { Definition, KnownHeaders } from "../../stream/known-headers.js";

/** Headers that are kept; streams that are read together share them. */
const MOST_HEADERS = 64;
/** Longest header that is kept, bytes; one that was read takes some times that. */
const MOST_HEADER_BYTES = 64 * 1024;

/** A header and the bytes that it was read from. */
interface Known {
  readonly id: number;
  readonly body: Uint8Array;
  readonly definition: Definition;
}

/** The headers of blocks that follow each other are the same. Bounded; what was not used for the longest time goes first. */
export class HeaderMemory implements KnownHeaders {
  /** Those used last at the end. */
  readonly #known: Known[] = [];

  find(id: number, body: Uint8Array): Definition | undefined {
    const known = this.#known;
    for (let place = known.length - 1; place >= 0; place--) {
      const one = known[place]!;
      if (one.id !== id || one.body.length !== body.length || Buffer.compare(one.body, body) !== 0) continue;
      known.splice(place, 1);
      known.push(one);
      return one.definition;
    }
    return undefined;
  }

  keep(id: number, body: Uint8Array, definition: Definition): void {
    if (body.length > MOST_HEADER_BYTES) return;
    if (this.#known.length >= MOST_HEADERS) this.#known.shift();
    this.#known.push({ id, body: Uint8Array.from(body), definition });
  }
}
