import type { StreamDecoder, StreamItem } from "../../stream/model.js";
import { Das3Decoder } from "./decoder.js";
import { Das3DocumentDecoder } from "./document-decoder.js";

const LESS = 0x3c;
const BLANK = 0x20;
/** The mark that some write before a text. */
const MARK = 0xef;

/** Whether bytes begin a document and not a stream of packets. Source: das2-stream C1, C7. */
export function beginsDocument(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte > BLANK);
  return first === LESS || first === MARK;
}

/** Reads what begins as a das3 stream as that, and what begins as a document as that. Errors: those of both. */
export class AnyDas3Decoder implements StreamDecoder {
  #decoder: StreamDecoder | undefined;

  *portions(bytes: Uint8Array): Generator<readonly StreamItem[], void, undefined> {
    this.#decoder ??= decoderFor(bytes);
    if (this.#decoder !== undefined) yield* this.#decoder.portions(bytes);
  }

  end(): readonly StreamItem[] {
    return (this.#decoder ?? new Das3Decoder()).end();
  }
}

function decoderFor(bytes: Uint8Array): StreamDecoder | undefined {
  if (beginsDocument(bytes)) return new Das3DocumentDecoder();
  // Blanks before a document are nothing; a stream has none.
  return bytes.length === 0 || bytes.every((byte) => byte <= BLANK) ? undefined : new Das3Decoder();
}
