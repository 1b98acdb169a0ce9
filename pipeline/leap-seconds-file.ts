import { readFileSync } from "node:fs";
import { DasError } from "../errors/das-error.js";
import { parseLeapSecondsList, useLeapSeconds } from "../stream/leap-seconds.js";

/** Largest leap-second list that is read, bytes; the real one has 11 kB. */
const MAX_BYTES = 1 << 20;

/** The variable that tells spawned programs of this package which list to use. */
export const LEAP_SECONDS_VARIABLE = "HELIOSTREAM_LEAP_SECONDS_FILE";

/**
 * Replaces the built-in table of leap seconds by a list in the form of the IERS, for this process; `undefined` keeps the
 * table. Errors: BAD_CONFIG. Source: das2-stream A10.2.
 */
export function useLeapSecondsFile(file: string | undefined): void {
  if (file === undefined || file === "") return;
  try {
    const bytes = readFileSync(file);
    if (bytes.length > MAX_BYTES) throw new Error(`${bytes.length} bytes, expected at most ${MAX_BYTES}`);
    useLeapSeconds(parseLeapSecondsList(bytes.toString("utf8")));
  } catch (cause) {
    throw new DasError(
      "BAD_CONFIG",
      "the list of leap seconds (LEAP_SECONDS_FILE) cannot be used",
      { file },
      cause,
    );
  }
}
