import { DasError } from "../../errors/das-error.js";

/** PostgreSQL cuts longer names without a word. */
const MAX_NAME_BYTES = 63;

/**
 * A name as SQL text, quoted: the only way by which a name enters a statement. Names of NetDRMS are made unquoted, so they are
 * stored in lower case (netdrms 1.2); `$` occurs in names that the database itself makes.
 *
 * Errors: ARCHIVE_FAILED for anything but `[a-z_][a-z0-9_$]*` of at most 63 characters, since names come from tables of the site.
 */
export function quoteName(name: string): string {
  if (name.length > MAX_NAME_BYTES || !/^[a-z_][a-z0-9_$]*$/.test(name))
    throw new DasError(
      "ARCHIVE_FAILED",
      `"${name.slice(0, 80)}" is no name of the archive, expected lower-case letters, digits and _, ${MAX_NAME_BYTES} at most`,
    );
  return `"${name}"`;
}
