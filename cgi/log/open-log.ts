import { type FileHandle, open } from "node:fs/promises";

/** The file, open; `undefined` where it is gone: nothing to show is a result. Errors: those of node:fs. */
export async function openLog(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // errors of node:fs carry a code
    throw error;
  }
}
