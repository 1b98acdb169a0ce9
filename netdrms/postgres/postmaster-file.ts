import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { runTool } from "./run-tool.js";

/** What a running (or killed) server says of itself in `postmaster.pid` of its data folder. */
export interface PostmasterFile {
  readonly pid: number;
  /** Folder of its socket; missing while it starts. */
  readonly socketFolder?: string;
}

/**
 * Reads that file: line 1 is the process, line 5 the first folder of sockets (PostgreSQL, `pidfile.h`).
 * @returns missing where there is none, or where it is not one
 */
export async function readPostmasterFile(data: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  const socketFolder = lines[4];
  return { pid, ...(socketFolder ? { socketFolder } : {}) };
}

/** Whether there is a process of that number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // it is there, and of somebody else
  }
}

/** Whether a process that is there is a server. */
async function isServer(pid: number): Promise<boolean> {
  const seen = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => undefined);
  const args = ["-o", "comm=", "-p", String(pid)];
  const program = seen ?? (await runTool("/bin/ps", args, { timeoutMs: 20_000 })).output; // no /proc, as on macOS
  return basename(program.trim()).startsWith("postgres");
}

/**
 * Whether the server of this file is still there, though it does not answer: it starts, or ends (it closes its socket first and
 * removes its file last).
 */
export async function isRunningUnheard(data: string): Promise<boolean> {
  const file = await readPostmasterFile(data);
  return file !== undefined && isAlive(file.pid) && (await isServer(file.pid));
}

/**
 * Removes the file of a server that was killed where its number was given to another program since (after a restart of a
 * container that is likely): PostgreSQL would refuse to start.
 */
export async function forgetForeignPostmaster(data: string): Promise<void> {
  const file = await readPostmasterFile(data);
  if (file === undefined || !isAlive(file.pid)) return; // PostgreSQL sees that by itself
  if (!(await isServer(file.pid))) await rm(join(data, "postmaster.pid"), { force: true });
}
