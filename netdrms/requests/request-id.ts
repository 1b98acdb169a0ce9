import { DasError } from "../../errors/das-error.js";

/** What an id may begin with. */
export const ID_PREFIX = /^[A-Z][A-Z0-9]{0,15}$/;

/** What made a request, in its id: records, storage units, or records without a look at them. Source: export B8. */
export type IdSuffix = "" | "_SU" | "_X" | "_IN";

/** `JSOC_20261128_007`: the number has three digits or more and restarts each day of UTC. Source: export B8. */
export function formatRequestId(prefix: string, day: string, number: number, suffix: IdSuffix = ""): string {
  return `${prefix}_${day}_${String(number).padStart(3, "0")}${suffix}`;
}

/**
 * The id itself, if it is one of any site's prefix.
 * Errors: BAD_PARAMETER. Source: export B9.
 */
export function checkRequestId(text: string): string {
  if (/^[A-Z][A-Z0-9]{0,15}_\d{8}_\d{3,9}(?:_SU|_X|_IN)?$/.test(text)) return text;
  throw new DasError(
    "BAD_PARAMETER",
    `requestid ${JSON.stringify(text.slice(0, 40))}, expected one as JSOC_20200102_003`,
  );
}
