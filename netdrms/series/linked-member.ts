import { integerField, type MasterRow, masterError, shown, textField } from "./master-row.js";
import type { LinkedMember } from "./model.js";
import { isMemberName, MEMBER_NAME_SYNTAX } from "./names.js";

/**
 * Where the row of a linked keyword or segment leads to; `undefined` for one with a value of its own. Whether the link is there is
 * found out when it is followed. Errors: ARCHIVE_FAILED. Source: netdrms 1.4, 1.7, 2.3.
 */
export function readLinkedMember(
  row: MasterRow,
  targetColumn: "targetkeyw" | "targetseg",
): LinkedMember | undefined {
  if (integerField(row, "islink", 0, 1, 0) === 0) return undefined;
  return { link: nameField(row, "linkname"), target: nameField(row, targetColumn) };
}

function nameField(row: MasterRow, column: string): string {
  const name = textField(row, column).trim();
  if (!isMemberName(name))
    throw masterError(row.place, `${column} is ${shown(name)}, expected ${MEMBER_NAME_SYNTAX}`);
  return name;
}
