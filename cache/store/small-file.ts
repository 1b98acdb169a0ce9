import { constants } from "node:fs";
import { open } from "node:fs/promises";

/**
 * The bytes of a small regular file, as long as it was when it was opened; `undefined` for anything else, and for one that is longer.
 * A pipe in the place of a file is not waited for. Errors: those of the system.
 */
export async function readSmallFile(path: string, mostBytes: number): Promise<Buffer | undefined> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await handle.stat();
    if (!found.isFile() || found.size > mostBytes) return undefined;
    const bytes = Buffer.alloc(found.size);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
