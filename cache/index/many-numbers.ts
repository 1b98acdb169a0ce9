import { DasError } from "../../errors/das-error.js";

/** Most blocks of one call for details, and most numbers in an answer. */
export const MAX_DETAILS = 10_000;

/** Blocks of one command to Redis or of one turn over files; more are done in several, so that others get their turn. */
export const MAX_NUMBERS = 2000;

/** Parts of a list, in order, of at most `size`. */
export function* inSlices<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < list.length; from += size) yield list.slice(from, from + size);
}

/** Errors: TOO_MANY_BLOCKS where there are more than `most`. */
export function checkCount(count: number, most: number): void {
  if (count > most)
    throw new DasError("TOO_MANY_BLOCKS", `${count} blocks were asked for at once, expected at most ${most}`);
}
