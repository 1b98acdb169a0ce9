import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DasError } from "../../errors/das-error.js";
import { makeFolder } from "../log/make-folder.js";
import type { Site } from "../site.js";

/** Files that are older than a pipeline may run, and this long more, belong to a process number used again. */
const STALE_AFTER_S = 60;

/** Whether this process has a file that is taken away at its end. */
let held = false;

/** Where processes say that they run a pipeline: one file each, named by the process. */
function runningFolder(site: Site): string {
  return join(site.config.logPath, ".running");
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not ours to signal, but there.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Counts the processes that run pipelines, and takes away the files of those that ended without doing so. */
function countRunning(folder: string, oldestMs: number): number {
  let count = 0;
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    try {
      if (/^[1-9]\d*$/.test(name) && isRunning(Number(name)) && statSync(file).mtimeMs > oldestMs) count += 1;
      else rmSync(file, { force: true });
    } catch {
      // Ended meanwhile.
    }
  }
  return count;
}

/**
 * Limits the pipelines of CGI processes, which know nothing of each other: a process that would be one too many is refused. The
 * slot is held until the process ends. A folder that cannot be written limits nothing: data come before counting.
 * Errors: OVERLOADED. Source: das2-server 3.3, 20.2 (20).
 */
export function takeProcessSlot(site: Site): void {
  const { maxPipelines, maxRequestTime } = site.config;
  const folder = runningFolder(site);
  const own = join(folder, String(process.pid));
  try {
    makeFolder(folder);
    writeFileSync(own, "");
  } catch {
    return;
  }
  const release = (): void => rmSync(own, { force: true });
  const oldestMs = maxRequestTime === 0 ? 0 : Date.now() - (maxRequestTime + STALE_AFTER_S) * 1000;
  const running = countRunning(folder, oldestMs);
  if (running <= maxPipelines) {
    // A process answers one request; where it answers more, all hold the one file.
    if (!held) process.once("exit", release);
    held = true;
    return;
  }
  release();
  throw new DasError("OVERLOADED", "the server is busy with other requests, please try again later", {
    running,
  });
}
