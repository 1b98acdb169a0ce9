import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { isMainThread } from "node:worker_threads";
import type { Stage } from "../dsdf/stage.js";
import { DasError } from "../errors/das-error.js";
import { endEscaped } from "./escaped.js";
import { endGroup, forgetGroupIfGone, registerGroup } from "./process-group.js";
import { whyNotStartable } from "./program-file.js";
import { MARK_VARIABLE, newMark } from "./run-mark.js";
import { StderrLines } from "./stderr-lines.js";
import { unwatchGroup, watchGroup, watchNext } from "./watchdog.js";

/** How a process ended: by itself with a code, or by a signal. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that could not be started. */
export interface FailedStart {
  readonly failed: Promise<DasError>;
}

/** What a child is started with. */
export interface ChildSurroundings {
  /** The whole environment; the stage's own settings are added. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly maxStderrBytes: number;
  readonly onStderr: (line: string) => void;
}

/** A running program, the leader of its own process group. */
export interface Child {
  /** Process id, and id of the group. */
  readonly pid: number;
  /** The program's input, where it is fed from here. */
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  /** Resolves, never rejects, when the program itself has ended; others of its group may still run. */
  readonly exited: Promise<ExitStatus>;
  /** Resolves when its standard error was read to the end. */
  readonly stderrEnd: Promise<void>;
  /** Ends it and whatever it has started: SIGTERM, and SIGKILL after the time. Resolves when nothing of it is left. */
  end(graceMs: number): Promise<void>;
  /** Lets go of standard error, for a process that escaped from its group and holds it open. */
  closeStderr(): void;
}

/**
 * Starts one program by argument vector, without a shell, with its own process group and an umask of 022.
 *
 * @param input `none`: nothing to read; `fed`: from here; else the output of the program before, which is then
 *   closed here so that the two programs alone hold the connection
 * @returns the child, or why there is none: NO_SUCH_PROGRAM, OVERLOADED (no process or descriptor left),
 *   BAD_PARAMETER (arguments too long), INTERNAL
 * Source: das2-server 13.3.
 */
export function spawnChild(
  stage: Stage,
  input: "none" | "fed" | Child,
  around: ChildSurroundings,
): Child | FailedStart {
  const [command, ...args] = stage.argv;
  const env = { ...around.env, ...stage.env };
  const reason = whyNotStartable(command, env.PATH, around.cwd);
  if (reason !== undefined)
    return { failed: Promise.resolve(noProgram(stage, { argv: stage.argv, reason })) };
  const stdin = input === "none" ? "ignore" : input === "fed" ? "pipe" : input.stdout;
  let child: ChildProcess;
  const mark = newMark();
  const began = performance.now();
  watchNext();
  try {
    child = spawnWithUmask(command, args, {
      cwd: around.cwd,
      env: { ...env, [MARK_VARIABLE]: mark },
      detached: true,
      shell: false,
      stdio: [stdin, "pipe", "pipe"],
    });
  } catch (error) {
    return { failed: Promise.resolve(startError(stage, around.cwd, error)) };
  }
  if (child.pid === undefined || child.stdout === null || child.stderr === null) {
    return { failed: reasonOfFailedStart(child).then((error) => startError(stage, around.cwd, error)) };
  }
  const pid = child.pid;
  registerGroup(pid);
  watchGroup(pid);
  if (typeof input === "object") input.stdout.destroy();

  const exited = new Promise<ExitStatus>((resolve) => {
    child.once("exit", (code, signal) => {
      // Now, before the system can give the number to somebody else.
      if (forgetGroupIfGone(pid)) unwatchGroup(pid);
      resolve({ code, signal });
    });
  });
  // Failures after the start (a signal that could not be sent) have no meaning here.
  child.on("error", () => undefined);
  child.stdin?.on("error", () => undefined);
  const stderr = child.stderr;
  return {
    pid,
    stdin: child.stdin,
    stdout: child.stdout,
    exited,
    stderrEnd: readStderr(stderr, new StderrLines(around.maxStderrBytes, around.onStderr)),
    end: async (graceMs) => {
      await endGroup(pid, graceMs, exited);
      await endEscaped({ mark, pid, began }, graceMs);
      unwatchGroup(pid);
    },
    closeStderr: () => stderr.destroy(),
  };
}

function readStderr(stderr: Readable, lines: StderrLines): Promise<void> {
  return new Promise((resolve) => {
    stderr.on("data", (bytes: Buffer) => lines.push(bytes));
    stderr.on("error", () => undefined);
    stderr.once("close", () => {
      lines.end();
      resolve();
    });
  });
}

/** The umask belongs to the process, so it is set for the moment of the fork; a worker thread must do without. */
function spawnWithUmask(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  if (!isMainThread) return spawn(command, args, options);
  const before = process.umask(0o022);
  try {
    return spawn(command, args, options);
  } finally {
    process.umask(before);
  }
}

/** The reason of most failures comes as an event of the next turn. */
function reasonOfFailedStart(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once("error", resolve));
}

function noProgram(stage: Stage, where: Readonly<Record<string, unknown>>, cause?: unknown): DasError {
  return new DasError(
    "NO_SUCH_PROGRAM",
    `the ${stage.role} program cannot be run on this server`,
    where,
    cause,
  );
}

function startError(stage: Stage, cwd: string, error: unknown): DasError {
  const code = (error as NodeJS.ErrnoException).code;
  const where = { argv: stage.argv, cwd, cwdExists: existsSync(cwd), error: code };
  switch (code) {
    case "EAGAIN":
    case "EMFILE":
    case "ENFILE":
    case "ENOMEM":
      return new DasError("OVERLOADED", "no process can be started now", where, error);
    case "E2BIG":
      return new DasError("BAD_PARAMETER", "the parameters are longer than a program can take", where, error);
    case "ENOENT":
    case "EACCES":
    case "ENOTDIR":
    case "ELOOP":
    case "ENOEXEC":
    case undefined:
      return noProgram(stage, where, error);
    default:
      return new DasError("INTERNAL", `the ${stage.role} program could not be started`, where, error);
  }
}
