import { type FilePlace, fileError, shown } from "../config/problem.js";
import type { DasError } from "../errors/das-error.js";

export { describeProblem, type FilePlace, shown } from "../config/problem.js";

/** Makes a BAD_DEFINITION error: line, keyword and what was expected in the message, the file in `where` only. */
export function definitionError(what: string, place: FilePlace, cause?: unknown): DasError {
  return fileError("BAD_DEFINITION", what, place, cause);
}

/** A BAD_DEFINITION error for a value of a keyword. */
export function valueError(value: string, place: FilePlace & { readonly expected: string }): DasError {
  return definitionError(`value ${shown(value)}`, place);
}
