import { open, realpath } from "node:fs/promises";
import type { ListFile } from "../query/list-files.js";

/**
 * Reads a text file of this machine that a person names on a command line: `@file` of a query, or a keyword map. UTF-8; not
 * more than `maxBytes` and one.
 *
 * @returns `undefined` where it cannot be opened or is no ordinary file
 */
export async function readListFile(path: string, maxBytes: number): Promise<ListFile | undefined> {
  const identity = await realpath(path).catch(() => undefined);
  if (identity === undefined) return undefined;
  const file = await open(identity, "r").catch(() => undefined);
  try {
    if (file === undefined || !(await file.stat()).isFile()) return undefined;
    const bytes = Buffer.alloc(maxBytes + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return { identity, text: bytes.toString("utf8", 0, length) };
  } finally {
    await file?.close();
  }
}
