import { type FilePlace, shown } from "../config/problem.js";
import { DasError } from "../errors/das-error.js";

export { describeProblem, type FilePlace, shown } from "../config/problem.js";

/** Where a definition is wrong, as clients may know it: line and keyword, never a value or a path. */
function placeForClients({ line, keyword }: FilePlace): string {
  const parts = [
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(keyword === undefined ? [] : [keyword]),
  ];
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

/**
 * Makes a BAD_DEFINITION error. Its message may reach a client and names line and keyword only: values of private keywords are
 * commands, names of users and groups, paths. What is wrong and what was expected stand in `where`, for the log and for
 * {@link describeProblem}.
 */
export function definitionError(what: string, place: FilePlace, cause?: unknown): DasError {
  const message = `The definition of this source is not valid${placeForClients(place)}`;
  return new DasError("BAD_DEFINITION", message, { ...place, what }, cause);
}

/** A BAD_DEFINITION error for a value of a keyword. */
export function valueError(value: string, place: FilePlace & { readonly expected: string }): DasError {
  return definitionError(`value ${shown(value)}`, place);
}
