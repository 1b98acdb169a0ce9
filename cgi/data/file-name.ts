import { lastElement } from "../../dsdf/id-element.js";

/** Characters of a file name; keeps the header block short for clients with a small buffer. */
const MAX_NAME = 100;

/** A time of a request as part of a file name; `2021-06-30T00:00:00.000Z` gives `2021-06-30`. */
function timePart(text: string): string {
  return text.replaceAll(":", "-").replace(".000Z", "").replace("T00-00-00", "");
}

/**
 * The name under which an answer is saved: last element of the id, the range as requested, extension. Only letters, digits
 * and `._+-` are kept, so nothing of a request can leave the header it is put in. Source: das2-server 3.1.
 */
export function dataFileName(id: string, begin: string, end: string, extension: string): string {
  const last = lastElement(id);
  const name = `${last}_${timePart(begin)}_${timePart(end)}`.replace(/[^A-Za-z0-9._+-]/g, "");
  const suffix = `.${extension}`;
  return name.slice(0, MAX_NAME - suffix.length) + suffix;
}
