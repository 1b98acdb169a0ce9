import { isAbsolute, normalize } from "node:path";
import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";

/** The columns of paths hold 80 characters, and `/D` and 19 digits follow. Source: netdrms 3.1, 3.3. */
const MAX_LENGTH = 80 - 21;

/**
 * Checks the path of a partition, as it is written in the database: units are told to be in a partition by their paths, so a folder has
 * one name only.
 * Errors: BAD_PARAMETER naming it and what was expected.
 */
export function expectPartitionPath(path: string): void {
  const isPlain = /^[\x21-\x7e]+$/.test(path) && isAbsolute(path) && normalize(path) === path;
  if (!isPlain || path.endsWith("/") || path.length > MAX_LENGTH)
    throw new DasError(
      "BAD_PARAMETER",
      `partition ${shown(path)}, expected an absolute path of at most ${MAX_LENGTH} letters without blanks, "..", "//" or "/" at its end`,
    );
}
