import { basename } from "node:path";
import { isDasError } from "../../errors/das-error.js";
import { parsePsdOptions } from "../../reducers/psd/options.js";

/** What a program of which nothing is known may do, seconds. */
const UNKNOWN_REACH = 86_400;

/**
 * How far, in seconds, programs in the pipe of a reader may carry what a record says: those that average bins the width of a bin, `das2_psd`
 * a segment, any other a day; never less than a day, and one after the other adds up. 0 where there is none.
 *
 * @param filters argument vectors
 * @param cadenceSeconds time between records
 */
export function reachOfFilters(filters: readonly (readonly string[])[], cadenceSeconds: number): number {
  return filters.reduce(
    (sum, filter) => sum + Math.max(UNKNOWN_REACH, knownReach(filter, cadenceSeconds)),
    0,
  );
}

function knownReach([program = "", ...args]: readonly string[], cadenceSeconds: number): number {
  const name = basename(program);
  if (name === "das2_psd") return segmentSeconds(args, cadenceSeconds);
  if (!/^das2_bin_/.test(name)) return 0;
  const width = Number(args.at(-1));
  return Number.isFinite(width) && width > 0 ? width : 0;
}

function segmentSeconds(args: readonly string[], cadenceSeconds: number): number {
  try {
    return parsePsdOptions(args).length * cadenceSeconds;
  } catch (error) {
    // The program will say so itself.
    if (isDasError(error)) return 0;
    throw error;
  }
}
