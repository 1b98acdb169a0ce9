import { BARE_HEADER } from "./bare-header.js";
import type { Compression } from "./compression.js";
import { type Deflater, deflater } from "./deflate.js";
import { GrowingBytes } from "./growing-bytes.js";
import { printComment, printException, printPacketHeader, printStreamHeader } from "./header-xml.js";
import type { StreamEncoder, StreamHeader, StreamItem } from "./model.js";

/** How {@link das2Encoder} writes. */
export interface Das2EncoderOptions {
  /** Default `none`; das2-stream A14. */
  readonly compression?: Compression;
  /** Bytes gathered before they are written; default 65536, from which on pipes and sockets run at full speed. */
  readonly gatherBytes?: number;
}

type Write = (bytes: Uint8Array) => void;

/**
 * Items as a das2 stream in canonical form. Small packets are gathered; batches of at least the gathered size
 * are written as they are, without a copy. Every write holds whole packets, unless compressed. An exception
 * that comes before any header gets one, and nothing is written after it.
 * Errors: BAD_HEADER for a header that is too long. Source: das2-stream A13, A14, A16.
 */
export function das2Encoder(options: Das2EncoderOptions = {}): StreamEncoder {
  const { compression = "none", gatherBytes = 65_536 } = options;
  const gathered = new GrowingBytes(2 * gatherBytes);
  let begun = false;
  let ended = false;
  let zlib: Deflater | undefined;

  function send(bytes: Uint8Array, write: Write): void {
    if (zlib === undefined) write(bytes);
    else zlib.push(bytes, write);
  }

  function sendGathered(write: Write): void {
    if (gathered.length > 0) send(gathered.peek(), write);
  }

  function put(bytes: Uint8Array, write: Write): void {
    if (bytes.length >= gatherBytes) {
      sendGathered(write);
      send(bytes, write);
      return;
    }
    gathered.add(bytes);
    if (gathered.length >= gatherBytes) sendGathered(write);
  }

  function begin(header: StreamHeader, write: Write): void {
    begun = true;
    // At once, so that whoever waits for the stream knows that it comes.
    write(printStreamHeader(header, compression));
    // The stream header itself is never compressed.
    if (compression === "deflate") zlib = deflater();
  }

  function push(item: StreamItem, write: Write): void {
    if (ended) return;
    if (!begun) begin(item.kind === "stream" ? item.header : BARE_HEADER, write);
    switch (item.kind) {
      case "stream":
        // A second one says nothing new, and readers differ about whether they accept it.
        break;
      case "packet":
        put(printPacketHeader(item.header), write);
        break;
      case "data":
        put(item.batch.bytes, write);
        break;
      case "comment":
        put(printComment(item.comment), write);
        break;
      case "exception":
        put(printException(item.exception), write);
        ended = true;
        break;
      default:
        item satisfies never;
    }
  }

  return {
    push,
    flush(write) {
      sendGathered(write);
      zlib?.flush(write);
    },
    end(write) {
      sendGathered(write);
      zlib?.end(write);
    },
  };
}
