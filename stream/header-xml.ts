import { DasError } from "../errors/das-error.js";
import type { Compression } from "./compression.js";
import { DEFAULT_LIMITS, type StreamLimits } from "./limits.js";
import type { Comment, PacketHeader, StreamException, StreamHeader } from "./model.js";
import { packetHeader } from "./packet-header.js";
import { planeOf } from "./plane-xml.js";
import { propertiesOf, type Warn } from "./properties-xml.js";
import { clip } from "./xml-attribute.js";
import { parseXml, type XmlElement } from "./xml-document.js";

export { printComment, printException, printPacketHeader, printStreamHeader } from "./header-print.js";

const quiet: Warn = () => {};

/** A stream header as read, with what its attributes say of the bytes that follow. */
export interface ReadStreamHeader {
  readonly header: StreamHeader;
  readonly compression: Compression;
}

/** The body of an info packet. */
export type Info =
  | { readonly kind: "comment"; readonly comment: Comment }
  | { readonly kind: "exception"; readonly exception: StreamException };

/**
 * The stream header in the body of a `[00]` packet.
 * Errors: BAD_XML, BAD_HEADER, BAD_PROPERTY, BAD_COMPRESSION. Source: das2-stream A4.
 */
export function parseStreamHeader(
  body: Uint8Array | string,
  limits?: StreamLimits,
  warn?: Warn,
): ReadStreamHeader {
  return streamHeaderOf(parseXml(body), limits, warn);
}

/**
 * The definition in the body of an `[id]` packet. Errors: BAD_XML, BAD_HEADER, BAD_TYPE, BAD_PROPERTY, BAD_Y_TAGS,
 * TOO_MANY_PLANES, TOO_MANY_ITEMS, RECORD_TOO_LONG. Source: das2-stream A5 to A8.
 */
export function parsePacketHeader(
  id: number,
  body: Uint8Array | string,
  limits?: StreamLimits,
  warn?: Warn,
): PacketHeader {
  return packetHeaderOf(id, parseXml(body), limits, warn);
}

/**
 * The body of an `[xx]` packet; `undefined` for an element that readers pass over.
 * Errors: BAD_XML. Source: das2-stream A3, A12, A13.
 */
export function parseInfo(body: Uint8Array | string): Info | undefined {
  return infoOf(parseXml(body));
}

/** {@link parseStreamHeader} of a document already parsed. */
export function streamHeaderOf(
  root: XmlElement,
  limits: StreamLimits = DEFAULT_LIMITS,
  warn: Warn = quiet,
): ReadStreamHeader {
  if (root.name !== "stream")
    throw new DasError("BAD_HEADER", `element <${clip(root.name)}>, expected <stream>`);
  const version = root.attributes.get("version") ?? "2.2";
  if (!version.startsWith("2."))
    throw new DasError("BAD_HEADER", `stream version "${clip(version)}", expected 2.2 or another 2.x`);
  const compression = root.attributes.get("compression") ?? "none";
  if (compression !== "none" && compression !== "deflate" && compression !== "zlib")
    throw new DasError("BAD_COMPRESSION", `compression "${clip(compression)}", expected none or deflate`);
  return {
    header: { version, properties: propertiesOf(root, limits, warn) },
    // The schema of version 2.2 spells it zlib, everything else deflate.
    compression: compression === "none" ? "none" : "deflate",
  };
}

/** {@link parsePacketHeader} of a document already parsed. */
export function packetHeaderOf(
  id: number,
  root: XmlElement,
  limits: StreamLimits = DEFAULT_LIMITS,
  warn: Warn = quiet,
): PacketHeader {
  if (root.name !== "packet")
    throw new DasError("BAD_HEADER", `element <${clip(root.name)}>, expected <packet>`);
  const elements = root.children.filter((child) => child.name !== "properties");
  if (elements.length > limits.planes + 1)
    throw new DasError(
      "TOO_MANY_PLANES",
      `${elements.length} planes in packet ${id}, expected at most ${limits.planes} besides x`,
    );
  const planes = elements.map((element) => planeOf(element, limits, warn));
  const group = root.attributes.get("group");
  return packetHeader({ id, group, planes, properties: propertiesOf(root, limits, warn) }, limits);
}

/** {@link parseInfo} of a document already parsed. */
export function infoOf(root: XmlElement): Info | undefined {
  const text = (name: string) => root.attributes.get(name) ?? "";
  if (root.name === "comment") {
    const comment = { type: commentType(text("type")), source: text("source"), value: text("value") };
    return { kind: "comment", comment };
  }
  if (root.name === "exception")
    return { kind: "exception", exception: { type: text("type"), message: text("message") } };
  return undefined;
}

/** `taskSize` and `taskProgress` are read in any case and written in this one; das2-stream A12. */
export function commentType(type: string): string {
  const lower = type.toLowerCase();
  return lower === "taskprogress" ? "taskProgress" : lower === "tasksize" ? "taskSize" : type;
}
