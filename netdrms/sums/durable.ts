import { constants } from "node:fs";
import { copyFile, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { storageError } from "./storage-error.js";

/** Has the disk keep the entries of a folder: files that were made, renamed or removed in it. Errors: those of the system call. */
export async function syncFolder(folder: string): Promise<void> {
  await syncPath(folder);
}

/** Has the disk keep a file or folder, whoever wrote it. Errors: those of the system call. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a new file, whole or not at all; when it returns the disk has the bytes. Its name becomes durable when the unit is put.
 *
 * @param durable false: the disk need not have them yet
 * @returns bytes written
 * Errors: DISK_FULL; ARCHIVE_FAILED, also where there is a file of that name; those of `content`.
 */
export async function writeNewFile(
  path: string,
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  durable = true,
): Promise<number> {
  let bytes = 0;
  await whole(path, async () => {
    const file = await open(path, "wx", 0o664);
    try {
      for await (const piece of content) {
        await file.writeFile(piece);
        bytes += piece.length;
      }
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
  });
  return bytes;
}

/** Copies a file into a unit, as {@link writeNewFile}; file systems that can share the blocks do. */
export async function copyNewFile(source: string, path: string, durable = true): Promise<void> {
  await whole(path, async () => {
    await copyFile(source, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    if (durable) await syncPath(path);
  });
}

/** Writes a file in the place of another, so that there is always one of them. Errors: DISK_FULL, ARCHIVE_FAILED. */
export async function replaceFile(path: string, text: string, durable = true): Promise<void> {
  const coming = join(dirname(path), `.${process.pid}.coming`);
  await rm(coming, { force: true });
  await writeNewFile(coming, [Buffer.from(text)], durable);
  await rename(coming, path).catch((error: unknown) => {
    throw storageError(error, "a file of a storage unit cannot be written");
  });
}

async function whole(path: string, write: () => Promise<void>): Promise<void> {
  let made = false;
  try {
    await write();
    made = true;
  } catch (error) {
    const failure = storageError(error, "a file of a storage unit cannot be written");
    // What was there before is not ours.
    made = failure.where.system === "EEXIST";
    throw failure;
  } finally {
    if (!made) await rm(path, { force: true }).catch(() => undefined);
  }
}
