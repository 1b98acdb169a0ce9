import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createFileSink, type FileSink } from "../../fits/byte-sink.js";
import { systemCode } from "../sums/storage-error.js";
import { boundedSink } from "./bounded-sink.js";
import type { PreparedFile } from "./image-file.js";

/** A folder and those above it. What Node has for that does not end where a file system has no room for folders, as /proc. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const parent = dirname(folder);
    if (systemCode(error) === "ENOENT" && parent !== folder) {
      await makeFolder(parent);
      await mkdir(folder);
    } else if (systemCode(error) !== "EEXIST" || !(await stat(folder)).isDirectory()) throw error;
  }
}

/**
 * Writes a file under another name first, so that nobody sees half of it; folders above it are made. The bytes written.
 * Errors: FITS_TOO_LARGE beyond `atMostBytes`, see `isBeyondBound`; those of the file system and of making the file.
 */
export async function writeWhole(path: string, file: PreparedFile, atMostBytes: number): Promise<number> {
  const folder = dirname(path);
  await makeFolder(folder);
  // No file of the export has it, since no template can know it.
  const coming = join(folder, `.${randomBytes(12).toString("hex")}.part`);
  let sink: FileSink | undefined;
  try {
    sink = await createFileSink(coming);
    await file.write(boundedSink(sink, atMostBytes));
    const { byteLength } = sink;
    await sink.close();
    sink = undefined;
    await rename(coming, path);
    return byteLength;
  } catch (error) {
    await sink?.close().catch(() => undefined);
    await rm(coming, { force: true });
    throw error;
  }
}
