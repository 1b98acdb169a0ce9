import { setTimeout as pause } from "node:timers/promises";
import { DasError } from "../../errors/das-error.js";
import { dataFolder, SUPERUSER } from "./data-folder.js";
import { socketUrl } from "./database-url.js";
import { forgetForeignPostmaster, isAlive, isRunningUnheard, readPostmasterFile } from "./postmaster-file.js";
import { probeServer, type ServerState } from "./probe-server.js";

/** A server that answers. */
export interface RunningServer {
  /** URL of its database `postgres`. */
  readonly url: string;
  readonly found: ServerState & { readonly state: "ready" };
}

const LOOK_AGAIN_MS = 15;

/**
 * Asks the server of a folder once, where its own file says that its socket is: not in the folder where the path of that is long.
 */
export async function askServer(
  folder: string,
): Promise<{ readonly url: string; readonly found: ServerState }> {
  const file = await readPostmasterFile(dataFolder(folder));
  const url = socketUrl(file?.socketFolder ?? folder, SUPERUSER, "postgres");
  return { url, found: await probeServer(url) };
}

/**
 * Sees to a server that is in the folder already. One that a process keeps is given; one that is left over from a process that
 * was killed together with its keeper is stopped; one that starts or stops is waited for.
 * @param deadline in terms of `performance.now()`
 * @returns missing where no server is in the folder, or no more
 * Errors: ARCHIVE_AWAY where it does not end in time.
 */
export async function settleRunning(folder: string, deadline: number): Promise<RunningServer | undefined> {
  const data = dataFolder(folder);
  let isTold = false;
  for (;;) {
    const { url, found } = await askServer(folder);
    if (found.state === "ready") {
      if (found.keeper !== undefined && isAlive(found.keeper)) return { url, found };
      const left = await readPostmasterFile(data);
      // It has answered from this folder, so the number in its file is its own. SIGINT is the fast way to stop.
      if (!isTold && left !== undefined) process.kill(left.pid, "SIGINT");
      isTold = true;
    } else if (found.state === "absent" && !(await isRunningUnheard(data))) {
      await forgetForeignPostmaster(data);
      return undefined;
    }
    await pauseUntil(deadline, "another PostgreSQL server is in the folder and does not end", { folder });
  }
}

/** Waits a moment. Errors: ARCHIVE_AWAY with this message after the deadline. */
export async function pauseUntil(
  deadline: number,
  message: string,
  where: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (performance.now() > deadline) throw new DasError("ARCHIVE_AWAY", message, where);
  await pause(LOOK_AGAIN_MS);
}
