import { readFileSync } from "node:fs";

/**
 * Variable by which every program that is started here is known, and all that it starts, wherever they go: neither a
 * session of their own nor the end of their parents takes it from them. Out of reach is who clears its environment.
 */
export const MARK_VARIABLE = "HELIOSTREAM_RUN";

let prefix: string | undefined;
let count = 0;

/** What all marks of this process begin with: nobody can guess it, and programs of nobody else carry it. */
export function markPrefix(): string {
  prefix ??= `${ownMark()}-`;
  return prefix;
}

/** A mark that no other program carries; letters, digits, `.` and `-`. */
export function newMark(): string {
  count++;
  return `${markPrefix()}${count}`;
}

/** Where this process is itself a program of a pipeline, its own programs stay known by the mark that it has. */
function ownMark(): string {
  const given = process.env[MARK_VARIABLE];
  if (given !== undefined && /^[\w.-]{1,200}$/.test(given)) return `${given}.${process.pid}`;
  try {
    return readFileSync("/proc/sys/kernel/random/uuid", "latin1").trim();
  } catch {
    // Without /proc nobody is looked for by a mark.
    return `${process.pid}`;
  }
}
