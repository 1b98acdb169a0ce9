import { constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import { storageError, systemCode } from "./storage-error.js";
import { checkedMemberPath } from "./unit-path.js";

/** Which file or folder of which unit. */
export interface UnitMember {
  readonly sunum: bigint;
  /** Folder of the unit. */
  readonly folder: string;
  /** Relative to it, see `segmentFilePath`. */
  readonly path: string;
}

/**
 * The true path of a file or folder of a unit, links followed; it is inside the unit.
 * Errors: BAD_FILE where it is missing or a link leads out of the unit; ARCHIVE_FAILED where it cannot be reached.
 */
export async function memberPath({ sunum, folder, path }: UnitMember): Promise<string> {
  const what = `file ${shown(path)} of storage unit ${sunum}`;
  const wanted = join(folder, checkedMemberPath(path));
  try {
    const [root, found] = await Promise.all([realpath(folder), realpath(wanted)]);
    if (found.startsWith(root + sep)) return found;
    throw new DasError("BAD_FILE", `${what} is a link that leads out of it`, { wanted, found });
  } catch (error) {
    throw fileProblem(error, what, wanted);
  }
}

/**
 * Opens a file of a unit for reading. The file stays readable when the unit is removed after that.
 * Errors: as {@link memberPath}; BAD_FILE too where it is no regular file.
 */
export async function openMember(member: UnitMember): Promise<FileHandle> {
  const what = `file ${shown(member.path)} of storage unit ${member.sunum}`;
  const path = await memberPath(member);
  // What the path is now must not be a link by the time it is opened; without NONBLOCK a pipe would wait for a writer.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: unknown) => {
    throw fileProblem(error, what, path);
  });
  try {
    if (!(await file.stat()).isFile()) throw new DasError("BAD_FILE", `${what} is no regular file`, { path });
    return file;
  } catch (error) {
    await file.close();
    throw fileProblem(error, what, path);
  }
}

function fileProblem(error: unknown, what: string, path: string): DasError {
  if (error instanceof DasError) return error;
  const code = systemCode(error);
  if (code === "ENOENT" || code === "ENOTDIR")
    return new DasError("BAD_FILE", `${what} is missing`, { path }, error);
  if (code === "ELOOP") return new DasError("BAD_FILE", `${what} is a link in a circle`, { path }, error);
  return storageError(error, `${what} cannot be read`);
}
