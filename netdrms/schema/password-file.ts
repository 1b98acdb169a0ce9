import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { DasError } from "../../errors/das-error.js";

const MAX_BYTES = 1 << 16;

/**
 * Passwords by role from a file of lines `role:password`; empty lines and those that begin with `#` do not count.
 * Errors: BAD_CONFIG where it cannot be read, others than its owner may read it, or a line is none.
 */
export function readPasswords(file: string): ReadonlyMap<string, string> {
  const problem = (what: string, cause?: unknown): DasError =>
    new DasError("BAD_CONFIG", `the file of passwords ${what}`, { file }, cause);
  const passwords = new Map<string, string>();
  const lines = read(file, problem).split(/\r?\n/);
  for (const [n, line] of lines.entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const colon = line.indexOf(":");
    if (colon <= 0) throw problem(`has no colon in line ${n + 1}, expected user:password`);
    passwords.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return passwords;
}

function read(file: string, problem: (what: string, cause?: unknown) => DasError): string {
  let opened: number;
  try {
    opened = openSync(file, "r");
  } catch (cause) {
    throw problem("cannot be read", cause);
  }
  try {
    const { mode, size } = fstatSync(opened);
    if ((mode & 0o077) !== 0) throw problem("may be read by others, expected mode 600");
    if (size > MAX_BYTES) throw problem(`has ${size} bytes, expected at most ${MAX_BYTES}`);
    return readFileSync(opened, "utf8");
  } finally {
    closeSync(opened);
  }
}
