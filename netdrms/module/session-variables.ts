import type { ModuleValues } from "./declaration.js";
import type { STANDARD_ARGUMENTS } from "./standard-arguments.js";

/**
 * The parameters of the session as variables, for a session server that is started on their behalf: so no list of processes shows a
 * password.
 */
export function sessionVariables(
  standard: ModuleValues<typeof STANDARD_ARGUMENTS>,
): Readonly<Record<string, string>> {
  const given = Object.entries(standard).filter(
    ([name, value]) => /^(?:JSOC|DRMS)_/.test(name) && value !== undefined && typeof value !== "boolean",
  );
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}
