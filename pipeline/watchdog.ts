import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { MARK_VARIABLE, markPrefix } from "./run-mark.js";

/**
 * Keeps a list of process groups and, at the end of its input, kills what is on it, and what carries the mark of such a
 * group though it left it. That end comes however the process at the other side ends, and the signals that end it are not
 * for this one. Every line is a sign and a word: `=` what all marks begin with, `?` a group is about to be, `+` here it
 * is, `-` it has ended.
 */
const SCRIPT = `trap '' TERM INT HUP
groups=' '
coming=
while read -r sign word; do
  case $sign in
    =) marks=$word ;;
    \\?) coming=1 ;;
    +) coming= groups="$groups$word " ;;
    -) case $groups in
      *" $word "*) groups="\${groups%%" $word "*} \${groups#*" $word "}" ;;
    esac ;;
  esac
done
case $coming$groups in ' ') exit ;; esac
for group in $groups; do kill -s KILL -- "-$group"; done
for pass in 1 2 3; do
  for file in $(grep -Fls "${MARK_VARIABLE}=$marks" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    kill -s KILL "\${pid%/environ}"
  done
done`;

/** Groups that are to end with this process. */
const watched = new Set<number>();

let helper: ChildProcess | undefined;
let told: Writable | undefined;

/**
 * Sees to it that what is started next is killed when this process ends in whatever way, SIGKILL included, which no handler
 * sees. It is done by one small shell that holds the other end of a pipe; it is started with the first program (about
 * 2 ms) and again with the next one should it be gone, and keeps nothing from ending. Where there is no shell, nothing is
 * watched.
 */
export function watchNext(): void {
  if (told === undefined) start();
  tell("?");
}

/**
 * Says which group {@link watchNext} was about. It must be taken off by {@link unwatchGroup} as soon as it has ended: its
 * number may be given to somebody else.
 */
export function watchGroup(groupId: number): void {
  watched.add(groupId);
  tell(`+ ${groupId}`);
}

/** The group has ended, or is given up. */
export function unwatchGroup(groupId: number): void {
  if (watched.delete(groupId)) tell(`- ${groupId}`);
}

function tell(line: string): void {
  told?.write(`${line}\n`);
}

function start(): void {
  try {
    // In a session of its own, out of reach of a terminal; nothing of this process is open in it but the pipe.
    const child = spawn("/bin/sh", ["-c", SCRIPT, "heliostream-watchdog"], {
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    const forget = (): void => {
      if (helper === child) helper = told = undefined;
    };
    child.on("error", forget);
    child.once("exit", forget);
    child.stdin.on("error", forget);
    child.unref();
    // A pipe is a socket here; the type of the field does not say so.
    if ("unref" in child.stdin && typeof child.stdin.unref === "function") child.stdin.unref();
    helper = child;
    told = child.stdin;
    tell(`= ${markPrefix()}`);
    for (const groupId of watched) tell(`+ ${groupId}`);
  } catch {
    // No process can be started now; the next group tries again.
  }
}
