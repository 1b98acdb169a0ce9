import type { Compression } from "./compression.js";
import type { PacketHeader, StreamHeader } from "./model.js";

/** What a header says, as it was read. */
export type Definition =
  | {
      readonly kind: "packet";
      readonly header: PacketHeader;
      /** Its tables go along x, which the header of the stream has to say. */
      readonly alongX?: true;
    }
  | { readonly kind: "stream"; readonly header: StreamHeader; readonly compression: Compression };

/**
 * Headers that were read before and nothing was odd about, for parsers of the same limits: equal bytes are not read again, and give the
 * same object, of which more may be known.
 */
export interface KnownHeaders {
  /** What the body of a header with that id says, where it was kept. */
  find(id: number, body: Uint8Array): Definition | undefined;
  /** @param body may be re-used after it returns */
  keep(id: number, body: Uint8Array, definition: Definition): void;
}
