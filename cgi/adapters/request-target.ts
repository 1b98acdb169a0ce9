/** A request target taken apart: what belongs to the mount, what follows it, and the query. */
export interface Target {
  readonly path: string;
  readonly query: string;
}

/** Percent-encodes what is not printable ASCII, so that every adapter hands on the same text for the same bytes. */
export function encodeRaw(bytes: Buffer): string {
  let text = "";
  for (const byte of bytes)
    text +=
      byte > 0x20 && byte < 0x7f
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  return text;
}

/** As {@link encodeRaw} for text whose characters are to be sent as UTF-8 (`latin1`: are bytes). Plain text is returned as it is. */
export function encodeRawText(text: string, encoding: "utf8" | "latin1"): string {
  return /^[\x21-\x7e]*$/.test(text) ? text : encodeRaw(Buffer.from(text, encoding));
}

/**
 * Splits a target below `mount`; `undefined` where it is not below it. An absolute form (`http://host/path`) counts by
 * its path.
 */
export function splitTarget(target: string, mount: string): Target | undefined {
  const local = /^https?:\/\/[^/?]*/i.test(target) ? target.replace(/^https?:\/\/[^/?]*/i, "") : target;
  const mark = local.indexOf("?");
  const path = mark < 0 ? local : local.slice(0, mark);
  if (path !== mount && !path.startsWith(`${mount}/`)) return undefined;
  return { path: path.slice(mount.length), query: mark < 0 ? "" : local.slice(mark + 1) };
}
