import { DasError } from "../../errors/das-error.js";

/** What a file system says where it takes no more: of all, or of one user. */
const FULL = new Set(["ENOSPC", "EDQUOT"]);

/**
 * What failed while a block was being stored, as an error of the house: DISK_FULL where the disk takes no more, so that whoever
 * stores can go on without; BUILD_FAILED for everything else.
 * @param what what could not be done, for people: `a block cannot be stored`
 */
export function storeError(error: unknown, what: string, where: Readonly<Record<string, unknown>>): DasError {
  if (error instanceof DasError) return error;
  const system = systemCode(error);
  if (isDiskFull(error))
    return new DasError("DISK_FULL", `${what}: the disk of the cache is full`, { ...where, system }, error);
  const detail = error instanceof Error ? error.message : String(error);
  return new DasError("BUILD_FAILED", what, { ...where, system, detail }, error);
}

/** Whether the system refused because the disk takes no more. */
export function isDiskFull(error: unknown): boolean {
  return FULL.has(systemCode(error) ?? "");
}

/** The name that the system gives an error, `ENOENT`; `undefined` for what does not come from it. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
