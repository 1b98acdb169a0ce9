import type { StreamDecoder, StreamItem } from "../../stream/model.js";
import { Das3Decoder } from "./decoder.js";
import { Das3DocumentDecoder } from "./document-decoder.js";

const LESS = 0x3c;
const BLANK = 0x20;
/** The mark that some write before a text. */
const MARK_BEGIN = 0xef;

/** Whether bytes begin a document and not a stream of packets. Source: das2-stream C1, C7. */
export function beginsDocument(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte > BLANK);
  return first === LESS || first === MARK_BEGIN;
}

/** Reads what begins as a das3 stream as that, and what begins as a document as that. Errors: those of both. */
export class AnyDas3Decoder implements StreamDecoder {
  #decoder: Das3Decoder | Das3DocumentDecoder | undefined;
  #hasBlanks = false;

  *portions(bytes: Uint8Array): Generator<readonly StreamItem[], void, undefined> {
    const isBlank = this.#decoder === undefined && bytes.every((byte) => byte <= BLANK);
    // Blanks before a document are nothing; a stream has none.
    if (isBlank) this.#hasBlanks ||= bytes.length > 0;
    else {
      this.#decoder ??= beginsDocument(bytes) ? new Das3DocumentDecoder() : new Das3Decoder();
      if (this.#hasBlanks && this.#decoder instanceof Das3Decoder) yield* this.#decoder.portions(ONE_BLANK);
      this.#hasBlanks = false;
      yield* this.#decoder.portions(bytes);
    }
  }

  end(): readonly StreamItem[] {
    return (this.#decoder ?? new Das3Decoder()).end();
  }
}

const ONE_BLANK = Uint8Array.of(BLANK);
