import { chmod, lstat, mkdir, opendir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import { copyNewFile } from "../sums/durable.js";
import { storageError, systemCode } from "../sums/storage-error.js";

/** Folders in folders, and files of one tree. */
const MAX_DEPTH = 64;
const MAX_ENTRIES = 100_000;

/**
 * Copies a file, or a folder where `folders` says so, to a path where nothing is. Everybody may read the copy.
 *
 * Errors: BAD_FILE where there is no such file, it is neither file nor folder, a folder is not wanted, or something in it is a link or a
 * device; DISK_FULL, ARCHIVE_FAILED.
 */
export async function copyTree(source: string, path: string, folders: boolean): Promise<void> {
  const what = `file ${shown(basename(source))}`;
  const found = await stat(source).catch((error: unknown) => {
    if (systemCode(error) === undefined) throw error;
    throw new DasError("BAD_FILE", `${what} cannot be read (${systemCode(error)})`, { source }, error);
  });
  if (found.isDirectory() && folders) await new TreeCopy(source).folder(source, path, 0);
  else if (found.isFile()) await copyOne(source, path, found.mode);
  else {
    const kind = found.isDirectory() ? "a folder" : "neither a file nor a folder";
    throw new DasError("BAD_FILE", `${what} is ${kind}, expected a file`, { source });
  }
}

async function copyOne(source: string, path: string, mode: number): Promise<void> {
  await copyNewFile(source, path);
  await chmod(path, 0o664 | (mode & 0o111));
}

class TreeCopy {
  readonly #root: string;
  #entries = 0;

  constructor(root: string) {
    this.#root = root;
  }

  async folder(source: string, path: string, depth: number): Promise<void> {
    if (depth > MAX_DEPTH) throw this.#refused(source, `is more than ${MAX_DEPTH} folders deep`);
    await mkdir(path).catch((error: unknown) => {
      throw storageError(error, "a folder of a storage unit cannot be made");
    });
    await chmod(path, 0o775);
    for await (const { name } of await opendir(source)) {
      if (++this.#entries > MAX_ENTRIES) throw this.#refused(source, `is beyond ${MAX_ENTRIES} files`);
      const [from, to] = [join(source, name), join(path, name)];
      const found = await lstat(from);
      if (found.isDirectory()) await this.folder(from, to, depth + 1);
      else if (found.isFile()) await copyOne(from, to, found.mode);
      // A link could lead anywhere on the host of whoever reads it.
      else throw this.#refused(from, "is neither a file nor a folder");
    }
  }

  #refused(source: string, problem: string): DasError {
    const name = basename(this.#root) + source.slice(this.#root.length);
    return new DasError("BAD_FILE", `${shown(name)} ${problem}`, { source });
  }
}
