import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, fchownSync, openSync } from "node:fs";
import { KEEPER_SETTING } from "./probe-server.js";
import { type HostUser, TOOL_ENVIRONMENT } from "./run-tool.js";

/**
 * Runs a server, and ends it in the fast way (SIGINT: clients are cut off, everything is on disk) at the end of its own input. That
 * end comes however the process at the other side ends, SIGKILL included, which no handler sees. It is the parent of the
 * server, so the number it signals cannot have been given to another process. Signals that end a terminal's programs are not
 * for it. `$1` and `$2` are folders to be removed at the end, or empty.
 */
const SCRIPT = `trap '' TERM INT HUP
folder=$1 socket=$2
shift 2
exec 3<&0
"$@" -c "${KEEPER_SETTING}=$$" </dev/null 3<&- &
server=$!
( while read -r line; do :; done; kill -s INT "$server" 2>/dev/null ) <&3 &
watch=$!
exec 3<&- </dev/null
wait "$server"
status=$?
kill -s KILL "$watch" 2>/dev/null
[ -z "$socket" ] || rm -rf -- "$socket"
[ -z "$folder" ] || rm -rf -- "$folder"
exit "$status"`;

/** What a keeper needs to know. */
export interface KeeperOptions {
  readonly user?: HostUser | undefined;
  /** Path of `postgres`, then its arguments. */
  readonly command: readonly string[];
  /** Emptied, then gets what the server writes. */
  readonly logFile: string;
  /** Folders that are removed when the server has ended, in whatever way: all, and that of the socket. */
  readonly removeFolder?: string | undefined;
  readonly removeSocket?: string | undefined;
}

/** A small shell that runs a server as long as this process is there. */
export interface Keeper {
  readonly pid: number;
  /** Resolves when the server has ended and what was to be removed is gone. */
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  /** Asks for the end; does not wait. */
  release(): void;
}

/**
 * Starts a server under a keeper. It keeps nothing from ending: a program that forgets to stop it ends, and the server with it.
 * Errors: what the system says where it cannot be started.
 */
export async function startKeeper(options: KeeperOptions): Promise<Keeper> {
  // Appending, since another that is started at the same time writes the same file.
  const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND } = constants;
  const log = openSync(options.logFile, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600);
  try {
    if (options.user !== undefined) fchownSync(log, options.user.uid, options.user.gid);
    const args = ["-c", SCRIPT, "heliostream-keeper", options.removeFolder ?? "", options.removeSocket ?? ""];
    const child = spawn("/bin/sh", [...args, ...options.command], {
      ...options.user,
      cwd: "/",
      env: TOOL_ENVIRONMENT,
      // In a session of its own, out of reach of a terminal.
      detached: true,
      stdio: ["pipe", log, log],
    });
    return await keeperOf(child);
  } finally {
    closeSync(log);
  }
}

async function keeperOf(child: ChildProcess): Promise<Keeper> {
  const input = child.stdin;
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  if (input === null || child.pid === undefined) throw new Error("a process without input or number");
  input.on("error", () => {}); // it has ended; `ended` says so
  let over = false;
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => {
      over = true;
      resolve();
    });
  });
  child.unref();
  // A pipe is a socket here; the type of the field does not say so.
  if ("unref" in input && typeof input.unref === "function") input.unref();
  return {
    pid: child.pid,
    ended,
    hasEnded: () => over,
    release() {
      if (!over) child.ref(); // whoever waits for the end is not to end before
      input.end();
    },
  };
}
