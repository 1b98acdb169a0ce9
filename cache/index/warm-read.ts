import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { Recent } from "../store/recent.js";

/** Longest part of a file that is read so, bytes. */
const MOST_BYTES = 4096;

/** Files that were read lately. */
const warm = new Recent<true>(4096);

/** Notes that a file was read by a thread: the system knows it by heart for a while. */
export function nowWarm(path: string): void {
  warm.set(path, true);
}

/**
 * A short part of a file that was read before, at once: what the system knows by heart takes some microseconds, where threads would take
 * some hundred. `undefined` where the file is to be read by a thread: it was not read before, is longer than `mostBytes`, does not
 * begin with `magic`, or cannot be read. Behind its end all is zero.
 */
export function warmRead(
  path: string,
  { magic, mostBytes }: { readonly magic: Uint8Array; readonly mostBytes: number },
  position: number,
  length: number,
): Uint8Array | undefined {
  if (length > MOST_BYTES || warm.get(path) === undefined) return undefined;
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = fstatSync(fd);
    if (!found.isFile() || found.size > mostBytes) return undefined;
    const begin = new Uint8Array(magic.length);
    readSync(fd, begin, 0, begin.length, 0);
    if (Buffer.compare(begin, magic) !== 0) return undefined;
    const bytes = new Uint8Array(length);
    const read = readSync(fd, bytes, 0, length, position);
    // A read that came short is none: what is there is asked for again.
    return read === length || position + read >= found.size ? bytes : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
