import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { MARK_VARIABLE } from "./run-mark.js";

/** A program by the mark that it and all it started carry. */
export interface Marked {
  readonly mark: string;
  /** Its process id: what it started has later ones. */
  readonly pid: number;
  /** When it was started, of `performance.now()`. */
  readonly began: number;
}

/** For so long the system has not given out all process numbers anew, ms. */
const NUMBERS_LAST_MS = 5000;
/** So few numbers are tried one by one; for more the list of processes is read. */
const FEW_NUMBERS = 64;
/** How long they may take to vanish after SIGKILL before they are given up, ms. */
const AFTER_KILL_MS = 1000;

/**
 * Ends what a program has started and what is neither in its group nor known by its parents: SIGTERM, and SIGKILL after
 * `graceMs`. Call it when the group has ended. Resolves when nothing is found any more, at the latest a second after
 * SIGKILL. Costs one look at `/proc` (below 0.1 ms on a quiet system); without `/proc` nobody is found.
 */
export async function endEscaped(program: Marked, graceMs: number): Promise<void> {
  const began = performance.now();
  let signalled: NodeJS.Signals | undefined;
  for (let pauseMs = 4; ; pauseMs = Math.min(50, pauseMs * 2)) {
    const found = escaped(program);
    if (found.length === 0) return;
    const waited = performance.now() - began;
    if (waited > graceMs + AFTER_KILL_MS) return;
    const due = waited >= graceMs ? "SIGKILL" : "SIGTERM";
    // Again and again SIGKILL, for one may have been started since; SIGTERM once.
    if (due === "SIGKILL" || signalled === undefined) for (const pid of found) signal(pid, due);
    signalled = due;
    await delay(pauseMs);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
    if (name === "SIGTERM") process.kill(pid, "SIGCONT");
  } catch {
    // It has ended.
  }
}

/** Processes that carry the mark. The environment of one that has ended is empty. */
function escaped({ mark, pid, began }: Marked): readonly number[] {
  const last = lastNumber();
  if (last === undefined) return [];
  const recent = performance.now() - began < NUMBERS_LAST_MS;
  const few = recent && last >= pid && last - pid <= FEW_NUMBERS;
  const numbers = few
    ? Array.from({ length: last - pid }, (_, index) => pid + 1 + index)
    : processNumbers().filter((number) => !recent || isBetween(number, pid, last));
  return numbers.filter((number) => number !== process.pid && carries(number, mark));
}

/** Numbers are given out in turn and begin again at the highest. */
function isBetween(number: number, first: number, last: number): boolean {
  return last >= first ? number > first && number <= last : number > first || number <= last;
}

/** The process number that was given out last; proc(5). */
function lastNumber(): number | undefined {
  try {
    const number = Number(readFileSync("/proc/loadavg", "latin1").trim().split(" ")[4]);
    return number > 0 ? number : undefined;
  } catch {
    return undefined;
  }
}

function processNumbers(): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function carries(pid: number, mark: string): boolean {
  const file = `/proc/${pid}/environ`;
  try {
    // Most numbers belong to nobody, and an error would cost more than the question.
    if (!existsSync(file)) return false;
    const text = `\0${readFileSync(file, "latin1")}`;
    const setting = `\0${MARK_VARIABLE}=${mark}`;
    const at = text.indexOf(setting);
    // A program of ours that runs programs itself gives them longer marks.
    return at >= 0 && /^[\0.]/.test(text.slice(at + setting.length, at + setting.length + 1));
  } catch {
    return false; // not ours, or ended since
  }
}
