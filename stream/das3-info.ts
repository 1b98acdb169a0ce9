import { das2ExceptionType } from "./das3-packets.js";
import { commentType, type Info } from "./header-xml.js";
import { parseXmlWithText } from "./xml-document.js";

/**
 * The body of a `Cx` or `Ex` packet in the terms of das2, types of exceptions included; `undefined` for an element that is neither.
 * Errors: BAD_XML. Source: das2-stream C5.
 */
export function parseDas3Info(body: Uint8Array): Info | undefined {
  const { name, attributes, text = "" } = parseXmlWithText(body);
  const type = attributes.get("type") ?? "";
  if (name === "comment") {
    const source = attributes.get("source") ?? "";
    return { kind: "comment", comment: { type: commentType(type), source, value: text.trim() } };
  }
  if (name === "exception")
    return { kind: "exception", exception: { type: das2ExceptionType(type), message: text.trim() } };
  return undefined;
}
