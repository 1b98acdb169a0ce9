import { DasError } from "../errors/das-error.js";
import type { Compression } from "./compression.js";
import { HEADER_PREFIX_BYTES } from "./framing.js";
import type {
  Comment,
  PacketHeader,
  Plane,
  Properties,
  StreamException,
  StreamHeader,
  YTags,
} from "./model.js";
import { shortestReal } from "./number-field.js";
import { yTagValues } from "./packet-header.js";
import { canonicalProperty } from "./property-type.js";
import { escapeAttribute } from "./xml-text.js";

/** Six digits of length allow no longer body; das2-stream A2.1. */
const LONGEST_BODY = 999_999;
/** Characters of a comment or message that are kept; escaped and in UTF-8 they still fit in one packet. */
const LONGEST_TEXT = 160_000;

/** The whole `[00]` packet in canonical form. Errors: BAD_HEADER if too long. Source: das2-stream A4, A16. */
export function printStreamHeader(header: StreamHeader, compression: Compression = "none"): Uint8Array {
  const start = `<stream version="${escapeAttribute(header.version)}"${compression === "none" ? "" : ` compression="${compression}"`}`;
  return packet("00", element(start, "", [propertiesText(header.properties, "  ")]));
}

/** Packet headers that were printed: those of blocks are the same for many answers. */
const printed = new WeakMap<PacketHeader, Uint8Array>();

/**
 * The whole `[id]` packet in canonical form, not to be written to: it is the same each time. Errors: BAD_HEADER if too long.
 * Source: das2-stream A5, A16.
 */
export function printPacketHeader(header: PacketHeader): Uint8Array {
  const known = printed.get(header);
  if (known !== undefined) return known;
  const bytes = packetHeaderBytes(header);
  printed.set(header, bytes);
  return bytes;
}

function packetHeaderBytes(header: PacketHeader): Uint8Array {
  const start = header.group === undefined ? "<packet" : `<packet group="${escapeAttribute(header.group)}"`;
  const children = [propertiesText(header.properties, "  ")];
  for (const plane of header.planes) children.push(planeText(plane));
  return packet(header.id.toString().padStart(2, "0"), element(start, "", children));
}

/** The whole `[xx]` packet of a comment; a value too long for a packet is cut. Source: das2-stream A12. */
export function printComment(comment: Comment): Uint8Array {
  const { type, source, value } = comment;
  return packet(
    "xx",
    `<comment type="${attributeText(type)}" source="${attributeText(source)}" value="${attributeText(value)}"/>\n`,
  );
}

/** The whole `[xx]` packet of an exception; a message too long for a packet is cut. Source: das2-stream A13. */
export function printException(exception: StreamException): Uint8Array {
  return packet(
    "xx",
    `<exception type="${attributeText(exception.type)}" message="${attributeText(exception.message)}"/>\n`,
  );
}

const encoder = new TextEncoder();

function packet(id: string, body: string): Uint8Array {
  const bytes = encoder.encode(`[${id}]000000${body}`);
  const length = bytes.length - HEADER_PREFIX_BYTES;
  if (length > LONGEST_BODY)
    throw new DasError("BAD_HEADER", `a header of ${length} bytes, expected at most ${LONGEST_BODY}`);
  encoder.encodeInto(length.toString().padStart(6, "0"), bytes.subarray(4, HEADER_PREFIX_BYTES));
  return bytes;
}

/** An element on lines of its own: closed at once where none of the children has any text. */
function element(start: string, indent: string, children: readonly string[]): string {
  const inner = children.join("");
  const name = /^<(\w+)/.exec(start)?.[1] ?? "";
  return inner === "" ? `${indent}${start}/>\n` : `${indent}${start}>\n${inner}${indent}</${name}>\n`;
}

function attributeText(text: string): string {
  // At most six bytes for a character (`&quot;`), three such texts at most.
  const longest = Math.floor(LONGEST_TEXT / 3);
  return escapeAttribute(text.length > longest ? `${text.slice(0, longest)}...` : text);
}

function propertiesText(properties: Properties, indent: string): string {
  if (properties.length === 0) return "";
  let text = `${indent}<properties`;
  for (const property of properties) {
    const { name, type, value } = canonicalProperty(property);
    text += ` ${type === "String" ? "" : `${type}:`}${name}="${escapeAttribute(value)}"`;
  }
  return `${text}/>\n`;
}

function planeText(plane: Plane): string {
  let start = `<${plane.role}`;
  if (plane.name !== "") start += ` name="${escapeAttribute(plane.name)}"`;
  start += ` type="${plane.type.name}"`;
  if (plane.role === "yscan") {
    start += ` nitems="${plane.items}" yUnits="${escapeAttribute(plane.yUnits ?? "")}"`;
    start += ` zUnits="${escapeAttribute(plane.units)}"${yTagsText(plane)}`;
  } else {
    start += ` units="${escapeAttribute(plane.units)}"`;
    // Never written by readers here; a filter that keeps the values keeps what they count from.
    if (plane.base !== undefined) start += ` base="${escapeAttribute(plane.base)}"`;
  }
  return element(start, "  ", [propertiesText(plane.properties, "    ")]);
}

function yTagsText(plane: Plane): string {
  const tags: YTags = plane.yTags ?? { kind: "index" };
  if (tags.kind === "index") return "";
  if (tags.kind === "list")
    return ` yTags="${tags.text === undefined ? listText(tags.values) : escapeAttribute(tags.text)}"`;
  const interval = ` yTagInterval="${shortestReal(tags.interval)}"`;
  if (tags.min !== undefined) return `${interval} yTagMin="${shortestReal(tags.min)}"`;
  if (tags.max === undefined) return interval;
  // Older libraries misread a lone yTagMax, so it is never written (das2-stream A7).
  const values = yTagValues(plane);
  const min = values[0] ?? 0;
  const exact = values.every((value, i) => value === min + i * tags.interval);
  return exact ? `${interval} yTagMin="${shortestReal(min)}"` : ` yTags="${listText(values)}"`;
}

function listText(values: Float64Array): string {
  return Array.from(values, shortestReal).join(",");
}
