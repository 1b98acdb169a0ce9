import { DasError } from "../../errors/das-error.js";

/** System calls that say there is no room: on the file system, for this user, for one file. */
const FULL = new Set<unknown>(["ENOSPC", "EDQUOT", "EFBIG"]);
const FORBIDDEN = new Set<unknown>(["EACCES", "EPERM", "EROFS"]);

/** The name of a failed system call's error, such as `ENOSPC`; `undefined` for any other error. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  // Those of Node itself are ERR_….
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/**
 * A failed system call on storage units as an error of the house; its path goes to the log only.
 * @param what was done to what: `storage unit 17 cannot be written`
 * @returns DISK_FULL, else ARCHIVE_FAILED; an error of the house as it is; INTERNAL for anything else
 */
export function storageError(error: unknown, what: string): DasError {
  if (error instanceof DasError) return error;
  const system = systemCode(error);
  if (system === undefined) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return new DasError("INTERNAL", `${what} for an internal reason`, { detail }, error);
  }
  const where = { system, detail: error instanceof Error ? error.message : "" };
  if (FULL.has(system)) return new DasError("DISK_FULL", `${what}: the disk is full`, where, error);
  const reason = FORBIDDEN.has(system) ? ": this user may not do that" : ` (${system})`;
  return new DasError("ARCHIVE_FAILED", `${what}${reason}`, where, error);
}
