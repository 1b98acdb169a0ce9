import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DasError } from "../../errors/das-error.js";
import { parseEnvironmentFile, type SessionEnvironment } from "./environment-file.js";
import { SERVER_STATUS } from "./server-status.js";

/** How a session server is started. */
export interface StartServerOptions {
  /** Program and first arguments, an argument vector. */
  readonly command: readonly [string, ...string[]];
  /** Further arguments of the server. */
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long to wait for its environment file, ms. */
  readonly waitMs: number;
  /** Whether its messages are shown on standard error. */
  readonly showsMessages: boolean;
  /** Gives the wait up. */
  readonly signal?: AbortSignal;
}

/** What can go wrong at the end of a server; exit codes of `drms_run` (netdrms 7.4). */
export type ServerEnd = "done" | "not signalled" | "ended wrongly";

/** A session server that belongs to this process; it ends, and takes everything back, when this process is gone. */
export interface StartedServer {
  readonly environment: SessionEnvironment;
  /** Has everything kept (SIGUSR1) and waits for its end. */
  commit(): Promise<ServerEnd>;
  /** Has everything taken back (SIGTERM) and waits for its end. */
  abort(): Promise<ServerEnd>;
}

const POLL_MS = 10;
const FILE_NAME = "environment";

/**
 * Starts a session server and waits until it serves.
 *
 * Errors: ARCHIVE_AWAY where it ends, or its environment file is not there in time; NO_SUCH_PROGRAM where it cannot be started.
 * Source: netdrms 7.4.
 */
export async function startServer(options: StartServerOptions): Promise<StartedServer> {
  const folder = await mkdtemp(join(tmpdir(), "drms-session-"));
  const [program, ...first] = options.command;
  const child = spawn(
    program,
    [...first, "-f", "--attached", `shenvfile=${join(folder, FILE_NAME)}`, ...(options.args ?? [])],
    {
      // Its end of the pipe tells it when this process is gone.
      stdio: ["pipe", "ignore", options.showsMessages ? "inherit" : "ignore"],
      env: { ...options.env },
      // What a terminal sends to this process is for this process to pass on.
      detached: true,
    },
  );
  const ended = endOf(child);
  try {
    const environment = await waitForFile(folder, ended, options);
    return {
      environment,
      commit: () => finish(child, ended, "SIGUSR1"),
      abort: () => finish(child, ended, "SIGTERM"),
    };
  } catch (error) {
    child.kill("SIGTERM");
    await ended.catch(() => undefined);
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The exit status; 128 and the number of the signal that ended it. Errors: NO_SUCH_PROGRAM. */
function endOf(child: ChildProcess): Promise<number> {
  const ended = new Promise<number>((resolve, reject) => {
    child.on("error", (error) =>
      reject(new DasError("NO_SUCH_PROGRAM", "The session server cannot be started", {}, error)),
    );
    child.on("exit", (code) => resolve(code ?? 255));
  });
  // Whoever waits for it is told.
  ended.catch(() => undefined);
  return ended;
}

async function waitForFile(
  folder: string,
  ended: Promise<number>,
  { waitMs, signal }: StartServerOptions,
): Promise<SessionEnvironment> {
  let isOver = false;
  const over = ended.finally(() => {
    isOver = true;
  });
  over.catch(() => undefined);
  for (const from = performance.now(); performance.now() - from < waitMs; await delay(POLL_MS)) {
    if (signal?.aborted) throw new DasError("CANCELLED", "The start of the session server was cancelled");
    // Its name ends with the process id; whole from the moment that it has that name.
    const name = (await readdir(folder)).find((entry) => /^environment\.\d+$/.test(entry));
    if (name !== undefined) {
      const environment = parseEnvironmentFile(await readFile(join(folder, name), "utf8"));
      if (environment !== undefined) return environment;
    }
    // Where it could not be started at all, that is the error.
    if (isOver) throw new DasError("ARCHIVE_AWAY", `The session server ended with status ${await ended}`);
  }
  throw new DasError("ARCHIVE_AWAY", `The session server did not serve within ${waitMs / 1000} s`);
}

async function finish(
  child: ChildProcess,
  ended: Promise<number>,
  signal: "SIGUSR1" | "SIGTERM",
): Promise<ServerEnd> {
  const wasSignalled = child.kill(signal);
  const status = await ended;
  if (!wasSignalled) return "not signalled";
  return status === (signal === "SIGUSR1" ? SERVER_STATUS.committed : SERVER_STATUS.terminated)
    ? "done"
    : "ended wrongly";
}
