import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { DasError } from "../../errors/das-error.js";
import { makeFolders } from "./make-folders.js";
import { type HostUser, runTool } from "./run-tool.js";
import type { ServerPrograms } from "./server-programs.js";
import { canEnter, canUse, serverUser } from "./server-user.js";

/** Name of the role that may do everything in a server of our own. */
export const SUPERUSER = "postgres";

/** Making a cluster takes 1 to 2 s; a slow disk that syncs may need a minute. */
const INIT_LIMIT_MS = 180_000;

/** The folder of the data in the folder of a server. */
export function dataFolder(folder: string): string {
  return join(folder, "data");
}

/**
 * Makes the folder of a server, for its user alone (mode 0700): whoever reaches the socket in it is let in as every role. A folder
 * that is there is taken if it is empty or held a server before.
 * Errors: BAD_CONFIG where it is not a folder, holds something else, belongs to somebody else, or cannot be reached.
 */
export async function prepareFolder(folder: string, user: HostUser | undefined): Promise<void> {
  const problem = (what: string, cause?: unknown): DasError =>
    new DasError("BAD_CONFIG", `the folder for the database ${what}`, { folder }, cause);
  await makeFolders(folder, 0o700).catch((error: unknown) => {
    throw problem("cannot be made; expected a folder, or one that can be made", error);
  });
  const entries = await readdir(folder).catch((error: unknown) => {
    throw problem("cannot be read", error);
  });
  if (entries.length > 0 && !existsSync(dataFolder(folder)) && !entries.every(isOurs))
    throw problem("holds other files; expected an empty folder, or one that a server was started in before");
  const { uid } = await stat(folder);
  const wanted = user?.uid ?? process.getuid?.();
  if (user === undefined && uid !== wanted) throw problem(`belongs to user ${uid}, expected ${wanted}`);
  await chmod(folder, 0o700);
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  if (!(await canUse(folder, user)))
    throw problem(
      `cannot be reached by user ${wanted}, that the database is run as; expected one where it may enter all folders above`,
    );
  await removeLeftovers(folder);
}

/** Data and copies of programs that a start, cut off, has not finished: tens of megabytes each. */
const UNFINISHED = /^(?:data\.[0-9a-f-]+|programs\.\d+)$/;
/** Nobody is at one that is older, ms. */
const LEFTOVER_AGE_MS = 4 * INIT_LIMIT_MS;

async function removeLeftovers(folder: string): Promise<void> {
  const latest = Date.now() - LEFTOVER_AGE_MS;
  for (const name of (await readdir(folder)).filter((entry) => UNFINISHED.test(entry))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined); // its maker may just finish it
    if (found !== undefined && found.mtimeMs < latest) await rm(path, { recursive: true, force: true });
  }
}

/**
 * The first of the folders that a server of this process could be started in, as far as the folders above it go: its user cannot enter
 * what is below `/root`, for example. They need not exist; nothing is made.
 * @returns missing where there is none
 * Errors: those of {@link serverUser}.
 */
export async function reachableFolder(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const user = await serverUser(dataFolder(folder));
    let above = dirname(resolve(folder));
    while (!existsSync(above)) above = dirname(above);
    if (await canEnter(above, user)) return folder;
  }
  return undefined;
}

/** What a start that was cut off may leave. */
function isOurs(name: string): boolean {
  return UNFINISHED.test(name) || name === "programs" || name === "server.log";
}

/**
 * Major version of the data in a folder; missing where there are none yet.
 * Errors: BAD_CONFIG where what is there are no data of PostgreSQL.
 */
export async function dataVersion(folder: string): Promise<number | undefined> {
  const data = dataFolder(folder);
  if (!existsSync(data)) return undefined;
  const text = await readFile(join(data, "PG_VERSION"), "utf8").catch(() => "");
  const major = /^(\d{1,3})\s*$/.exec(text)?.[1];
  if (major === undefined)
    throw new DasError("BAD_CONFIG", "the folder for the database holds no data of PostgreSQL 10 or newer", {
      data,
    });
  return Number(major);
}

/**
 * Makes a cluster of locale C and encoding LATIN1, whole or not at all. Local connections are let in as they say who they are,
 * others never: the folder is what keeps people out. Source: netdrms 2.1.
 * Errors: ARCHIVE_AWAY with the words of `initdb` in `where`.
 */
export async function makeCluster(
  folder: string,
  programs: ServerPrograms,
  options: { readonly user?: HostUser | undefined; readonly fsync: boolean },
): Promise<void> {
  const coming = join(folder, `data.${randomUUID()}`);
  const args = [
    ...["-D", coming, "-U", SUPERUSER, "--locale=C", "--encoding=LATIN1"],
    ...["--auth-local=trust", "--auth-host=reject"],
    ...(options.fsync ? [] : ["--no-sync"]),
  ];
  const made = await runTool(join(programs.bin, "initdb"), args, {
    user: options.user,
    timeoutMs: INIT_LIMIT_MS,
  });
  if (made.status !== 0) {
    await rm(coming, { recursive: true, force: true });
    throw new DasError("ARCHIVE_AWAY", "a folder of PostgreSQL data could not be made", {
      folder,
      detail: made.problem,
    });
  }
  await rename(coming, dataFolder(folder)).catch(async (error: unknown) => {
    await rm(coming, { recursive: true, force: true });
    if (!existsSync(dataFolder(folder))) throw error; // else another process was first
  });
}
