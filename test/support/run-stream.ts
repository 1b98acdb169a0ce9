import { readPlane } from "../../stream/columns.js";
import type {
  Comment,
  PacketHeader,
  StreamEncoder,
  StreamException,
  StreamHeader,
  StreamItem,
  StreamTransform,
} from "../../stream/model.js";
import type { ProgramContext } from "../../stream/program.js";
import { StreamParser } from "../../stream/stream-parser.js";
import { das2Encoder } from "../../stream/stream-writer.js";

/** The surroundings of a program under test. */
export const TEST_CONTEXT: ProgramContext = { signal: new AbortController().signal, log: () => {}, env: {} };

/** Bytes of a text, or the bytes themselves. */
export function asBytes(input: string | Uint8Array): Uint8Array {
  return typeof input === "string" ? new TextEncoder().encode(input) : input;
}

/** A packet with its length prefix: `packet("00", "<stream .../>")`. */
export function packet(id: string, body: string): string {
  return `[${id}]${String(Buffer.byteLength(body)).padStart(6, "0")}${body}`;
}

/** The items of a stream that arrives in pieces of `pieceBytes`. */
function* itemsOf(input: Uint8Array, pieceBytes: number): Generator<StreamItem> {
  const parser = new StreamParser();
  for (let at = 0; at < input.length; at += pieceBytes)
    yield* parser.push(input.subarray(at, Math.min(input.length, at + pieceBytes)));
  yield* parser.end();
}

/** Runs an encoder over a das2 stream that arrives in pieces; gives all that it writes. */
export function encodeStream(
  encoder: StreamEncoder,
  input: string | Uint8Array,
  pieceBytes = Number.POSITIVE_INFINITY,
): Uint8Array {
  const parts: Buffer[] = [];
  const write = (bytes: Uint8Array): void => {
    parts.push(Buffer.from(bytes)); // a copy: the encoder may use its memory again
  };
  const bytes = asBytes(input);
  for (const item of itemsOf(bytes, Math.min(pieceBytes, Math.max(1, bytes.length))))
    encoder.push(item, write);
  encoder.end(write);
  return Buffer.concat(parts);
}

/** Runs a filter over a das2 stream that arrives in pieces; gives its output as das2 bytes. */
export function filterStream(
  transform: StreamTransform,
  input: string | Uint8Array,
  pieceBytes = Number.POSITIVE_INFINITY,
): Uint8Array {
  const out = das2Encoder();
  let ended = false;
  return encodeStream(
    {
      push: (item, write) => {
        ended ||= item.kind === "exception";
        transform.push(item, (made) => out.push(made, write));
      },
      end: (write) => {
        if (!ended) transform.end((made) => out.push(made, write));
        out.end(write);
      },
    },
    input,
    pieceBytes,
  );
}

/** One data packet: the values of each plane, x first. */
export interface Row {
  readonly id: number;
  readonly header: PacketHeader;
  readonly values: readonly (readonly number[])[];
}

/** A stream taken apart. */
export interface Decoded {
  readonly stream: StreamHeader | undefined;
  readonly packets: readonly PacketHeader[];
  readonly rows: readonly Row[];
  readonly comments: readonly Comment[];
  readonly exceptions: readonly StreamException[];
}

/** Takes a das2 stream apart. */
export function decodeStream(input: string | Uint8Array): Decoded {
  let stream: StreamHeader | undefined;
  const packets: PacketHeader[] = [];
  const rows: Row[] = [];
  const comments: Comment[] = [];
  const exceptions: StreamException[] = [];
  const bytes = asBytes(input);
  for (const item of itemsOf(bytes, Math.max(1, bytes.length))) {
    if (item.kind === "stream") stream = item.header;
    else if (item.kind === "packet") packets.push(item.header);
    else if (item.kind === "comment") comments.push(item.comment);
    else if (item.kind === "exception") exceptions.push(item.exception);
    else {
      const { header, count } = item.batch;
      const planes = header.planes.map((plane) => {
        const out = new Float64Array(count * plane.items);
        readPlane(item.batch, plane, out);
        return out;
      });
      for (let row = 0; row < count; row++)
        rows.push({
          id: header.id,
          header,
          values: planes.map((out, i) => {
            const { items } = header.planes[i]!;
            return [...out.subarray(row * items, (row + 1) * items)];
          }),
        });
    }
  }
  return { stream, packets, rows, comments, exceptions };
}
