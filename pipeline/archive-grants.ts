import { realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { packageRoot } from "../config/package-root.js";
import type { Grants } from "./options.js";

/** Programs that work on the archive begin so; no other program that ships here does. */
const ARCHIVE_PROGRAM = /^drms-/;

/**
 * Gives the settings of the archive to the programs that ship here and work on it, and to no other: they may hold a password, and
 * a reader that somebody else has written has no use for it. A program that is spawned counts as one of ours by where its file
 * really is, never by its name alone.
 *
 * @param settings variables, as `archiveEnvironment()` makes them
 * @param folder of the programs that ship here; default `dist/programs` of the package
 */
export function archiveGrants(
  settings: Readonly<Record<string, string>>,
  folder: string = join(packageRoot(), "dist/programs"),
): Grants {
  return (command, builtIn) => {
    const meant = builtIn ? ARCHIVE_PROGRAM.test(command) : isShipped(command, folder);
    return meant ? settings : {};
  };
}

function isShipped(command: string, folder: string): boolean {
  // A bare name is looked for in folders that are not ours.
  if (!isAbsolute(command) || !ARCHIVE_PROGRAM.test(basename(command))) return false;
  try {
    const file = realpathSync(command);
    return dirname(file) === realpathSync(folder) && ARCHIVE_PROGRAM.test(basename(file));
  } catch {
    return false; // not there: the start tells of it
  }
}
