import type { Dirent, Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { DasError } from "../../errors/das-error.js";
import type { FileSource } from "../../fits/file-source.js";
import { readPieces } from "../../fits/read-pieces.js";
import { openStored, type StoredSegment } from "../segments/open-segment.js";
import { memberPath } from "../sums/open-file.js";
import type { PreparedFile } from "./image-file.js";

/** A file of a stored segment, by its path below the segment's folder; empty where the segment is one file. */
export interface StoredFile {
  readonly below: string;
  open(): Promise<{ readonly file: PreparedFile; close(): Promise<void> }>;
}

/** Files and depth of a folder that is exported as a tree. */
const MAX_TREE_FILES = 10_000;
const MAX_TREE_DEPTH = 16;

/**
 * The files of a segment that is delivered byte for byte: the file, or all files of the folder that it is.
 * Errors: BAD_FILE where it is missing, is a link that leads out of its unit, or is a folder of more than 10,000 files.
 * Source: export A1 (`as-is`, `generic`).
 */
export async function storedFiles(stored: StoredSegment): Promise<readonly StoredFile[]> {
  const path = await memberPath(stored.member);
  const what: Stats = await stat(path);
  if (!what.isDirectory()) return [storedFile(stored, "")];
  const below = await filesBelow(path, "", 0);
  return below.sort().map((one) => storedFile(stored, one));
}

function storedFile(stored: StoredSegment, below: string): StoredFile {
  const { member } = stored;
  const path = below === "" ? member.path : join(member.path, below);
  return {
    below,
    async open() {
      const source = await openStored({ ...stored, member: { ...member, path } });
      return { file: wholeFile(source), close: () => source.close() };
    },
  };
}

function wholeFile(source: FileSource): PreparedFile {
  return {
    kind: "direct",
    byteLength: source.byteLength,
    notes: [],
    write: (sink) => readPieces(source, 0, source.byteLength, (piece) => sink.write(piece)),
  };
}

async function filesBelow(folder: string, below: string, depth: number): Promise<string[]> {
  if (depth > MAX_TREE_DEPTH)
    throw new DasError("BAD_FILE", `a stored folder with more than ${MAX_TREE_DEPTH} levels`);
  const entries: Dirent[] = await readdir(join(folder, below), { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(below, entry.name);
    // Links are not followed: what they lead to is not the segment's.
    if (entry.isDirectory()) files.push(...(await filesBelow(folder, path, depth + 1)));
    else if (entry.isFile()) files.push(path);
    if (files.length > MAX_TREE_FILES)
      throw new DasError("BAD_FILE", `a stored folder with more than ${MAX_TREE_FILES} files`);
  }
  return files;
}
