import type { DasError, ErrorCode } from "../../errors/das-error.js";

/** Failures behind which something is that only the operator can mend. */
const TOLD: ReadonlySet<ErrorCode> = new Set(["INTERNAL", "ARCHIVE_AWAY", "ARCHIVE_FAILED"]);

/**
 * What the database, or this program, said of a failure: for the person who runs a program of the archive, who may know what clients
 * of a server must not. Nothing where the message says all.
 */
export function failureDetail({ code, where }: DasError): readonly string[] {
  const { detail } = where;
  return TOLD.has(code) && typeof detail === "string" && detail !== "" ? [detail] : [];
}
