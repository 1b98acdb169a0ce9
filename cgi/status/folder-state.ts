import { randomBytes } from "node:crypto";
import { stat, statfs, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { bytesText, percentText } from "../pages/format.js";
import { pathAsker } from "./answers-in-time.js";
import type { Finding } from "./finding.js";

const answersInTime = pathAsker();

/** Below these parts of a disk somebody should know, or act. */
const FEW = 0.05;
const FEWEST = 0.01;
/** A disk with fewer bytes left is full, however small it is. */
const FULL_BYTES = 1024 * 1024;

/** Where a folder is, and what for. */
export interface WantedFolder {
  /** Its key in the configuration. */
  readonly name: string;
  readonly folder: string;
  /** What does not work where it cannot be written. */
  readonly otherwise: string;
}

/**
 * Whether files can be made in a folder, by making one, and what is left of its disk. A folder that is not there is made by whoever writes
 * there, with all above it: then the nearest one that is there counts.
 */
export async function folderState({ name, folder, otherwise }: WantedFolder): Promise<Finding> {
  const bad = (why: string, advice: string): Finding => ({
    name,
    state: "bad",
    says: `${folder}: ${why}; ${otherwise}`,
    advice,
  });
  const rights = `Give the user of the server a folder that it may write (chown, chmod), or name another in ${name}.`;
  if (!(await answersInTime(folder)))
    return bad(
      "its disk does not answer",
      "See whether it is mounted, and whether the host that has it can be reached.",
    );
  const there = await nearestFolder(folder);
  if (there === undefined) return bad("it is no folder", rights);
  const fault = await writeFault(there);
  const room = await statfs(there).catch(() => undefined);
  if (room === undefined) return bad(`it cannot be written (${fault ?? "unknown"})`, rights);
  const free = room.bavail * room.bsize;
  const whole = room.blocks * room.bsize;
  const figures = {
    free_bytes: free,
    size_bytes: whole,
    ...(room.files > 0 ? { free_inodes: room.ffree } : {}),
  };
  const makeRoom = `Make room on that disk, or move ${name} to another one.`;
  if (fault === "ENOSPC" || fault === "EDQUOT") return { ...bad("there is no room left", makeRoom), figures };
  if (fault !== undefined) return bad(`it cannot be written (${fault})`, rights);
  const left = `${bytesText(free)} free (${percentText(free, whole)})${room.files > 0 ? `, ${percentText(room.ffree, room.files)} of its inodes` : ""}`;
  const part = Math.min(free / Math.max(whole, 1), room.files > 0 ? room.ffree / room.files : 1);
  const state = part < FEWEST || free < FULL_BYTES ? "bad" : part < FEW ? "worried" : "good";
  const says = `${folder} ${there === folder ? "can be written" : "will be made when it is needed"}: ${left}`;
  return { name, state, says, ...(state === "good" ? {} : { advice: makeRoom }), figures };
}

/** The folder, or the nearest one above it that is there; `undefined` where something else stands in the way. */
async function nearestFolder(folder: string): Promise<string | undefined> {
  try {
    return (await stat(folder)).isDirectory() ? folder : undefined;
  } catch (error) {
    if (codeOf(error) !== "ENOENT" || dirname(folder) === folder)
      return codeOf(error) === "EACCES" ? folder : undefined;
    return nearestFolder(dirname(folder));
  }
}

/** Why no file can be made and filled there; `undefined` where one can. */
async function writeFault(folder: string): Promise<string | undefined> {
  const file = join(folder, `.heliostream-check-${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    await writeFile(file, "x", { flag: "wx", mode: 0o600 });
    return undefined;
  } catch (error) {
    return codeOf(error);
  } finally {
    await unlink(file).catch(() => {});
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}
