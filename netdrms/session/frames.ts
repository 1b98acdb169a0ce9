import { DasError } from "../../errors/das-error.js";

/** One message of the protocol of sessions: JSON, or bytes of a copy. */
export type Frame =
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array };

/** Longest message, bytes: a statement with its values, or a portion of an answer. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

const HEAD_BYTES = 5;
const KIND = { json: 0x4a, bytes: 0x42 } as const;

/**
 * A message as it travels: length of what follows the head (4 bytes, most significant first), `J` or `B`, content. JSON is UTF-8.
 *
 * Errors: ARCHIVE_FAILED for a message of more than {@link MAX_FRAME_BYTES}.
 * Source: docs/drms-session.md.
 */
export function encodeFrame(frame: Frame): Uint8Array {
  const content = frame.kind === "json" ? Buffer.from(JSON.stringify(frame.value)) : frame.bytes;
  if (content.length > MAX_FRAME_BYTES)
    throw new DasError(
      "ARCHIVE_FAILED",
      `A message of ${content.length} bytes to or from the session server, expected ${MAX_FRAME_BYTES} at most`,
    );
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + content.length);
  bytes.writeUInt32BE(content.length, 0);
  bytes[4] = KIND[frame.kind];
  bytes.set(content, HEAD_BYTES);
  return bytes;
}

/** Finds messages in bytes that come in pieces, cut anywhere. */
export class FrameReader {
  #limit: number;
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** @param limit longest message, bytes; a claim above it is an error before any of it is kept */
  constructor(limit: number = MAX_FRAME_BYTES) {
    this.#limit = limit;
  }

  /** From now on. */
  set limit(bytes: number) {
    this.#limit = bytes;
  }

  /** Takes bytes; {@link next} gives the messages that are whole by then. */
  push(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  /**
   * The next message, `undefined` while it is not whole. Bytes are a copy.
   *
   * Errors: ARCHIVE_FAILED for one that is too long, that is neither JSON nor bytes, or no JSON.
   */
  next(): Frame | undefined {
    if (this.#length < HEAD_BYTES) return undefined;
    const head = this.#peek(HEAD_BYTES);
    const length = head.readUInt32BE(0);
    if (length > this.#limit)
      throw new DasError("ARCHIVE_FAILED", `A message of ${length} bytes, expected ${this.#limit} at most`);
    if (head[4] !== KIND.json && head[4] !== KIND.bytes)
      throw new DasError("ARCHIVE_FAILED", `A message of kind ${head[4]}, expected J or B`);
    if (this.#length < HEAD_BYTES + length) return undefined;
    const kind = head[4];
    const content = this.#peek(HEAD_BYTES + length).subarray(HEAD_BYTES);
    this.#drop(HEAD_BYTES + length);
    return kind === KIND.bytes
      ? { kind: "bytes", bytes: Uint8Array.from(content) }
      : { kind: "json", value: parseJson(content) };
  }

  /** The first bytes in one piece. */
  #peek(length: number): Buffer {
    const first = this.#pieces[0]!;
    // Joined when it is needed, so that a long message is not copied with each piece of it.
    if (first.length < length) this.#pieces = [Buffer.concat(this.#pieces)];
    const { buffer, byteOffset } = this.#pieces[0]!;
    return Buffer.from(buffer, byteOffset, length);
  }

  #drop(length: number): void {
    this.#length -= length;
    const first = this.#pieces[0]!;
    if (first.length === length) this.#pieces.shift();
    else this.#pieces[0] = first.subarray(length);
  }
}

function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch (error) {
    throw new DasError("ARCHIVE_FAILED", "A message that is no JSON", {}, error);
  }
}
