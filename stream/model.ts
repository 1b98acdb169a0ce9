import type { ValueType } from "./value-type.js";

/** Types that a writer gives a property; das2-stream A8.1. `String` carries no prefix in the stream. */
export type PropertyType =
  | "String"
  | "boolean"
  | "int"
  | "double"
  | "doubleArray"
  | "Datum"
  | "DatumRange"
  | "Time"
  | "TimeRange";

/** One property as it stands in the stream: its text is kept, so that what is not changed is copied exactly. */
export interface Property {
  readonly name: string;
  readonly type: PropertyType;
  /** The text after XML unescaping. */
  readonly value: string;
}

/** Properties of a stream, packet or plane, in the order received; no name twice. */
export type Properties = readonly Property[];

/** The `[00]` header; das2-stream A4. What it says of compression is handled below this model. */
export interface StreamHeader {
  readonly version: string;
  readonly properties: Properties;
}

/** The y coordinates of a table plane as the header writes them; das2-stream A7. */
export type YTags =
  | {
      readonly kind: "list";
      readonly values: Float64Array /** the text as received */;
      readonly text?: string;
    }
  | { readonly kind: "interval"; readonly interval: number; readonly min?: number; readonly max?: number }
  | { readonly kind: "index" };

/** One plane of a packet; das2-stream A5. */
export interface Plane {
  readonly role: "x" | "y" | "z" | "yscan";
  /** May be empty for `x` and for a lone `y`. */
  readonly name: string;
  readonly type: ValueType;
  /** `units`, or `zUnits` of a yscan; byte for byte as received. */
  readonly units: string;
  /** Values a packet: 1, or `nitems` of a yscan. */
  readonly items: number;
  /** Bytes from the start of the packet, its 4-byte prefix included, to the plane's first value. */
  readonly offset: number;
  /** Units of the tags; yscan only. */
  readonly yUnits?: string;
  /** yscan only. */
  readonly yTags?: YTags;
  /** ISO-8601 epoch to which x values are added; x only, rare, never written. */
  readonly base?: string;
  readonly properties: Properties;
}

/** A packet definition; das2-stream A5. Made by `packetHeader()`, which computes offsets and stride. */
export interface PacketHeader {
  /** 1 to 99. */
  readonly id: number;
  readonly group?: string;
  /** In the order of the bytes; the first is x. */
  readonly planes: readonly Plane[];
  readonly properties: Properties;
  /** Bytes of one data packet, its 4-byte prefix included. */
  readonly stride: number;
}

/**
 * Whole data packets of one id as they stand in the stream: `count` packets of `header.stride` bytes, prefixes
 * (`:01:`) included, back to back. `bytes` may be a view of a larger buffer that is re-used once the consumer
 * returns: who keeps a batch copies it.
 */
export interface PacketBatch {
  readonly header: PacketHeader;
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Nothing is ever written to the bytes again, so who keeps the batch need not copy it. */
  readonly lasts?: true;
}

/** An information packet that data may ignore; das2-stream A12. */
export interface Comment {
  readonly type: string;
  readonly source: string;
  readonly value: string;
}

/** The last packet of a stream that ended otherwise than well; das2-stream A13. */
export interface StreamException {
  readonly type: string;
  readonly message: string;
}

/**
 * What a das2 stream is made of, in stream order. The first is a `stream` item; a `packet` item defines or
 * redefines an id; nothing follows an `exception`.
 */
export type StreamItem =
  | { readonly kind: "stream"; readonly header: StreamHeader }
  | { readonly kind: "packet"; readonly header: PacketHeader }
  | { readonly kind: "data"; readonly batch: PacketBatch }
  | { readonly kind: "comment"; readonly comment: Comment }
  | { readonly kind: "exception"; readonly exception: StreamException };

/** Takes one item of the output of a filter. What it is given may be re-used after it returns. */
export type Emit = (item: StreamItem) => void;

/**
 * A filter as a state machine without I/O: the same code runs in a program, inside the server and in a browser.
 * `push` gets every item in order; `end` is called once after the last, not after an exception item
 * (a filter flushes what is pending before it forwards one).
 */
export interface StreamTransform {
  push(item: StreamItem, emit: Emit): void;
  /**
   * As `push` of a batch, a step each time that the next one is asked for; of a filter of which one record can take long. Nothing else is to
   * be asked of it until all steps are done, or ever.
   */
  pushInSteps?(batch: PacketBatch, emit: Emit): Iterable<unknown>;
  end(emit: Emit): void;
}

/** Turns items into the bytes of another form (das2, CSV, ...). Bytes given to `write` may be re-used after it returns. */
export interface StreamEncoder {
  push(item: StreamItem, write: (bytes: Uint8Array) => void): void;
  end(write: (bytes: Uint8Array) => void): void;
  /** Writes what has been gathered so far; an encoder without it gathers nothing. Called when the input pauses. */
  flush?(write: (bytes: Uint8Array) => void): void;
  /**
   * What follows the end of forms whose beginning is known only when all is known, piece by piece, each in its own memory and asked
   * for only when there is room. Asked for once, after `end`.
   */
  rest?(): Iterable<Uint8Array>;
  /** Frees what is held besides memory. Called last, however it ended. */
  close?(): void;
}

/** Reads a stream of bytes as items; what {@link StreamParser} does for das2. */
export interface StreamDecoder {
  /**
   * Takes the next bytes and gives their items, in portions of bounded size of which the next one is read when it is asked for. All of
   * them are to be asked for; a portion lasts until then. Errors: those of a broken stream, after what was decoded before.
   */
  portions(bytes: Uint8Array): Iterable<readonly StreamItem[]>;
  /** To be called once after the last bytes. Errors: PARTIAL_PACKET and the like. */
  end(): readonly StreamItem[];
}

/** Items in the portions in which they became available: one hop of an async loop carries many. */
export type ItemSource = AsyncIterable<readonly StreamItem[]>;
