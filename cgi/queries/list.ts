import { discoveryText, listText } from "../../dsdf/listing.js";
import type { TreeEntry } from "../../dsdf/tree.js";
import type { Response } from "../http.js";
import type { Query } from "../query.js";

type Printer = (entries: readonly TreeEntry[]) => string;

/** Texts of the newest listing: the entries are the same object until something in the tree changes. */
const listTexts = new WeakMap<readonly TreeEntry[], Uint8Array>();
const discoveryTexts = new WeakMap<readonly TreeEntry[], Uint8Array>();

function listing(
  entries: readonly TreeEntry[],
  texts: WeakMap<readonly TreeEntry[], Uint8Array>,
  print: Printer,
): Response {
  let bytes = texts.get(entries);
  if (bytes === undefined) {
    bytes = Buffer.from(print(entries), "utf8");
    texts.set(entries, bytes);
  }
  return { status: 200, headers: [["Content-Type", "text/plain; charset=utf-8"]], body: bytes };
}

/** `server=list`: every source of a stream and its folders. Source: das2-server 2.5. */
export const list: Query = async ({ site }) => listing(await site.sources.list(), listTexts, listText);

/**
 * `server=files`: the sources that give files, in the form of `server=list`. They stand apart, for clients of das2 take every
 * line of a list for a stream that they can read (das2-server 21.1, 21.4).
 */
export const files: Query = async ({ site }) => listing(await site.sources.listFiles(), listTexts, listText);

/** `server=discovery`: the sources with examples. Source: das2-server 2.5. */
export const discovery: Query = async ({ site }) =>
  listing(await site.sources.list(), discoveryTexts, (entries) =>
    discoveryText(entries, { skipLowercase: site.config.skipLowercase }),
  );
