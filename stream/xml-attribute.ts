import { DasError } from "../errors/das-error.js";
import type { XmlElement } from "./xml-document.js";

/** The required attribute of an element of a header. Errors: BAD_HEADER. */
export function attribute(element: XmlElement, name: string): string {
  const value = element.attributes.get(name);
  if (value === undefined)
    throw new DasError("BAD_HEADER", `<${clip(element.name)}> has no attribute "${name}"`);
  return value;
}

/** Enough of a text to recognise it. */
export function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
