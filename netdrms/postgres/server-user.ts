import { stat } from "node:fs/promises";
import { DasError } from "../../errors/das-error.js";
import { type HostUser, runTool } from "./run-tool.js";

/** Users without rights that a server is run as, in order. */
const UNPRIVILEGED = ["postgres", "nobody"];

/**
 * The user a server is to be run as where this process is root, for PostgreSQL refuses to run as root: the owner of the data that
 * are there, else `postgres`, else `nobody`. Missing: this process is not root, and its own user will do.
 * @param data folder of data; need not exist
 * Errors: ARCHIVE_AWAY where the host has neither user.
 */
export async function serverUser(data: string): Promise<HostUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(data).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of UNPRIVILEGED) {
    const [uid, gid] = [await idOf("-u", name), await idOf("-g", name)];
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new DasError(
    "ARCHIVE_AWAY",
    "PostgreSQL does not run as root, and this host has neither the user postgres nor nobody",
  );
}

/** Asks the host, whose users need not stand in a file. Never root. */
async function idOf(option: "-u" | "-g", name: string): Promise<number | undefined> {
  const { status, output } = await runTool("/usr/bin/env", ["id", option, name], { timeoutMs: 20_000 });
  const id = Number(output.trim());
  return status === 0 && Number.isInteger(id) && id > 0 ? id : undefined;
}

/**
 * Whether that user can enter a folder.
 * @param user missing: the user of this process
 */
export function canEnter(folder: string, user: HostUser | undefined): Promise<boolean> {
  return canDo('cd -- "$1"', folder, user);
}

/** Whether that user can enter and change a folder. */
export function canUse(folder: string, user: HostUser | undefined): Promise<boolean> {
  return canDo('cd -- "$1" && [ -w . ]', folder, user);
}

async function canDo(script: string, folder: string, user: HostUser | undefined): Promise<boolean> {
  const { status } = await runTool("/bin/sh", ["-c", script, "sh", folder], { user, timeoutMs: 20_000 });
  return status === 0;
}
