import { discoveryText, listText } from "../../dsdf/listing.js";
import type { TreeEntry } from "../../dsdf/tree.js";
import type { Response } from "../http.js";
import type { Query, QueryContext } from "../query.js";

type Printer = (entries: readonly TreeEntry[]) => string;

/** Texts of the newest listing: the entries are the same object until something in the tree changes. */
const listTexts = new WeakMap<readonly TreeEntry[], Uint8Array>();
const discoveryTexts = new WeakMap<readonly TreeEntry[], Uint8Array>();

async function listing(
  { site }: QueryContext,
  texts: WeakMap<readonly TreeEntry[], Uint8Array>,
  print: Printer,
): Promise<Response> {
  const entries = await site.sources.list();
  let bytes = texts.get(entries);
  if (bytes === undefined) {
    bytes = Buffer.from(print(entries), "utf8");
    texts.set(entries, bytes);
  }
  return { status: 200, headers: [["Content-Type", "text/plain; charset=utf-8"]], body: bytes };
}

/** `server=list`: every source and its folders. Source: das2-server 2.5. */
export const list: Query = (context) => listing(context, listTexts, listText);

/** `server=discovery`: the sources with examples. Source: das2-server 2.5. */
export const discovery: Query = (context) =>
  listing(context, discoveryTexts, (entries) =>
    discoveryText(entries, { skipLowercase: context.site.config.skipLowercase }),
  );
