import type { Comment, StreamException } from "./model.js";
import { escapeText } from "./xml-text.js";

/**
 * Packets of das3 streams: `|TT|ID|LEN|`, then LEN bytes.
 * Source: das2-stream C1, C5.
 */

/** What a das3 packet holds: stream element, header of a dataset, comment, exception, data. */
export type Das3Tag = "Sx" | "Hx" | "Cx" | "Ex" | "Pd";

const encoder = new TextEncoder();

/** The prefix of a packet whose body has so many bytes. An id of `undefined` is left empty. */
export function das3Prefix(tag: Das3Tag, id: number | undefined, bodyBytes: number): Uint8Array {
  return encoder.encode(`|${tag}|${id ?? ""}|${bodyBytes}|`);
}

/** A whole packet whose body is text. */
export function das3Packet(tag: Das3Tag, id: number | undefined, body: string): Uint8Array {
  const bytes = encoder.encode(body);
  const prefix = das3Prefix(tag, id, bytes.length);
  const packet = new Uint8Array(prefix.length + bytes.length);
  packet.set(prefix);
  packet.set(bytes, prefix.length);
  return packet;
}

/** The stream packet of a stream that says nothing of itself. */
export function bareDas3Stream(): Uint8Array {
  return das3Packet("Sx", undefined, '\n<stream type="das-basic-stream" version="3.0"/>\n');
}

/** Types of exceptions that both formats have, das2 to das3. */
const EXCEPTION_TYPES: ReadonlyMap<string, string> = new Map([
  ["NoDataInInterval", "NoMatchingData"],
  ["EmptyResponseFromReader", "NoMatchingData"],
  ["IllegalArgument", "QueryError"],
]);

const DAS2_TYPES: ReadonlyMap<string, string> = new Map([
  ["NoMatchingData", "NoDataInInterval"],
  ["QueryError", "IllegalArgument"],
]);

/** The type that an exception of das3 has in das2; one that only das3 knows keeps its name. */
export function das2ExceptionType(type: string): string {
  return DAS2_TYPES.get(type) ?? type;
}

/** The whole packet of an exception, whose type is that of das2. Source: das2-stream C5. */
export function das3Exception({ type, message }: StreamException): Uint8Array {
  const type3 = EXCEPTION_TYPES.get(type) ?? type;
  return das3Packet(
    "Ex",
    undefined,
    `\n<exception type="${escapeText(type3)}">\n  ${escapeText(message)}\n</exception>\n`,
  );
}

/** The whole packet of a comment. Source: das2-stream C5. */
export function das3Comment({ type, source, value }: Comment): Uint8Array {
  return das3Packet(
    "Cx",
    undefined,
    `<comment type="${escapeText(type)}" source="${escapeText(source)}">${escapeText(value)}</comment>\n`,
  );
}
