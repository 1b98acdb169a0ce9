import { definitionError } from "./jsd-line.js";
import { SERIES_LIMITS } from "./limits.js";
import { shown } from "./master-row.js";
import { isMemberName, MEMBER_NAME_SYNTAX } from "./names.js";

// Checks of what a definition says. Errors of all: BAD_DEFINITION naming the place, the value and what was expected.
// Source: netdrms 1.2.

/** A name of a keyword, link or segment. */
export function checkMemberName(place: string, name: string): void {
  if (!isMemberName(name) || name.length > SERIES_LIMITS.memberName)
    throw definitionError(
      place,
      `name ${shown(name)}, expected ${MEMBER_NAME_SYNTAX}, at most ${SERIES_LIMITS.memberName} characters`,
    );
}

/** A text of at most so many characters, without what the database cannot keep. */
export function checkText(place: string, what: string, text: string, max: number): void {
  if (text.length > max)
    throw definitionError(place, `${what} of ${text.length} characters, expected at most ${max}`);
  if (text.includes("\0")) throw definitionError(place, `${what} has a NUL character, expected text`);
}

/** A whole number within [`min`, `max`]. */
export function checkInteger(place: string, what: string, value: number, min: number, max: number): void {
  if (!(Number.isInteger(value) && value >= min && value <= max))
    throw definitionError(place, `${what} ${value}, expected a whole number from ${min} to ${max}`);
}

/** Names of which no two are the same but for the case of letters. */
export function checkDifferent(
  names: readonly string[],
  placeOf: (name: string) => string,
  problem: (name: string) => string,
): void {
  const seen = new Set<string>();
  for (const name of names) {
    const lower = name.toLowerCase();
    if (seen.has(lower)) throw definitionError(placeOf(name), problem(name));
    seen.add(lower);
  }
}
