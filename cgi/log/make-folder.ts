import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

/** The owner writes, the group reads: operators, not everybody on the host. */
const FOLDER_MODE = 0o750;

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code; // errors of node:fs carry a code
}

/**
 * Makes a folder and those above it that are missing, one step for each. The recursive form of node:fs never ends where a file
 * system says "no such file" to every attempt, as `/proc` does. Errors: those of node:fs; none where there is something already.
 */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, FOLDER_MODE);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return;
    if (codeOf(error) !== "ENOENT" || dirname(folder) === folder) throw error;
    makeFolder(dirname(folder));
    makeLast(folder);
  }
}

/** Another process may have made it meanwhile. */
function makeLast(folder: string): void {
  try {
    mkdirSync(folder, FOLDER_MODE);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}
