import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { DasError } from "../errors/das-error.js";

/** A folder with the data of one reader. Paths go into `where` of errors, for the log, never into messages. */
export interface DataFolder {
  readonly path: string;
  /** What the data are, for messages: `Voyager PWS wideband frames`. */
  readonly title: string;
}

const MAX_FOLDER_ENTRIES = 1_000_000;

/**
 * Checks that the folder is there.
 *
 * Errors: NO_DATA_FOLDER, whose message says which data are missing and what to set.
 */
export async function openDataFolder(path: string | undefined, title: string): Promise<DataFolder> {
  const found = path === undefined || path === "" ? undefined : await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return { path: path!, title };
  throw new DasError(
    "NO_DATA_FOLDER",
    `the data set "${title}" is not installed on this server: set DATA_ROOT in the configuration to the folder that holds it (the definition of this source names the sub-folder)`,
    { folder: path },
  );
}

/** Names in the folder that match, in order of their characters. Errors: BAD_FILE for a folder with more than a million names. */
export async function namesInFolder(folder: DataFolder, pattern: RegExp): Promise<string[]> {
  const names = await readdir(folder.path);
  if (names.length > MAX_FOLDER_ENTRIES)
    throw new DasError(
      "BAD_FILE",
      `the folder of ${folder.title} has ${names.length} names, expected at most ${MAX_FOLDER_ENTRIES}`,
    );
  return names.filter((name) => pattern.test(name)).sort();
}

/** Whole text of a small file beside the data, as Latin-1. Errors: BAD_FILE where it is absent or larger than `limit` bytes. */
export async function readSmallText(folder: DataFolder, name: string, limit: number): Promise<string> {
  const file = await openDataFile(folder, name);
  try {
    if (file.size > limit)
      throw new DasError("BAD_FILE", `${name} has ${file.size} bytes, expected at most ${limit}`);
    const bytes = Buffer.alloc(file.size);
    await file.read(bytes, 0);
    return bytes.toString("latin1");
  } finally {
    await file.close();
  }
}

/** An open data file that is read by ranges. */
export interface DataFile {
  readonly name: string;
  /** Bytes when it was opened. */
  readonly size: number;
  /** Fills `into` from `position` on. Errors: BAD_FILE where the file ends before. */
  read(into: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file of the folder for reading by ranges.
 *
 * @param name below the folder; made by the reader from times and numbers, never from request text
 * Errors: BAD_FILE.
 */
export async function openDataFile(folder: DataFolder, name: string): Promise<DataFile> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(join(folder.path, name), "r");
    const { size } = await handle.stat();
    return dataFile(handle, name, size);
  } catch (error) {
    await handle?.close();
    throw new DasError(
      "BAD_FILE",
      `${name} of ${folder.title} cannot be read`,
      { folder: folder.path, name },
      error,
    );
  }
}

function dataFile(handle: FileHandle, name: string, size: number): DataFile {
  return {
    name,
    size,
    close: () => handle.close(),
    async read(into, position) {
      let done = 0;
      while (done < into.length) {
        const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
        if (bytesRead === 0)
          throw new DasError(
            "BAD_FILE",
            `${name} ends at byte ${position + done}, expected ${into.length - done} more`,
          );
        done += bytesRead;
      }
    },
  };
}
