import { shown } from "../../../config/problem.js";
import { DasError } from "../../../errors/das-error.js";
import type { VsoSeries } from "./registry.js";

/** What a name of records means. */
export interface NamedRecords {
  /** A record set. */
  readonly query: string;
  /** Name of a tar with them. */
  readonly tarName: string;
}

const MAX_NAME = 2000;
const MAX_NAMES = 500;

/**
 * The record set that a name stands for: its groups fill the places of the template. What means something in a query is refused in it,
 * whatever the expression lets pass.
 * Errors: BAD_PARAMETER for a name that fits no rule, or holds brackets, braces, quotes or semicolons. Source: netdrms-export C.
 */
export function namedRecords({ id, rule, group, tarName }: VsoSeries, name: string): NamedRecords {
  if (name.length > MAX_NAME)
    throw new DasError("BAD_PARAMETER", `record has ${name.length} characters, expected at most ${MAX_NAME}`);
  const single = rule.record.exec(name);
  if (single !== null) {
    const groups = checkedGroups(single, name);
    return { query: filled(rule.query, groups), tarName: filled(tarName, groups) };
  }
  const several = group?.record.exec(name);
  if (group === undefined || several === undefined || several === null)
    throw new DasError("BAD_PARAMETER", `record ${shown(name)} is no name of records of ${shown(id)}`);
  const groups = checkedGroups(several, name);
  const names = (groups.at(-1) ?? "").split(":");
  if (names.length > MAX_NAMES)
    throw new DasError("BAD_PARAMETER", `${names.length} records at once, expected at most ${MAX_NAMES}`);
  const list = names.map((one) => `'${one}'`).join(",");
  return { query: filled(group.query, [...groups.slice(0, -1), list]), tarName: filled(tarName, groups) };
}

function checkedGroups(match: RegExpExecArray, name: string): readonly string[] {
  const groups = match.slice(1).map((text: string | undefined) => text ?? "");
  if (groups.some((text) => /[[\]{};"'\\\s]/.test(text)))
    throw new DasError(
      "BAD_PARAMETER",
      `record ${shown(name)}, expected a name without brackets, quotes and blanks`,
    );
  return groups;
}

/** More places than groups stay empty. */
function filled(template: string, groups: readonly string[]): string {
  let next = 0;
  return template.replaceAll("%s", () => groups[next++] ?? "");
}
