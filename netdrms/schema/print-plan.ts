import { bind } from "../database/sql.js";
import type { Place, Statement } from "./schema-object.js";

const PLACES = {
  "drms-server": "server",
  "sums-server": "server of the storage units",
  drms: "database of the records",
  sums: "database of the storage units",
} as const satisfies Record<Place, string>;

/**
 * A plan as SQL for people, with what each statement is for. What holds a password, even as a verifier, is left out.
 * It is to be read; values are shown as text.
 */
export function printPlan(plan: readonly Statement[]): string {
  const lines: string[] = [];
  let place: Place | undefined;
  for (const statement of plan) {
    if (statement.place !== place) lines.push("", `-- in the ${PLACES[statement.place]}:`);
    place = statement.place;
    lines.push(
      "",
      `-- ${statement.description}`,
      statement.secret === true ? "-- (not shown)" : textOf(statement),
    );
  }
  return lines.length === 0 ? "" : `${lines.slice(1).join("\n")}\n`;
}

function textOf({ sql }: Statement): string {
  const { text, values } = bind(sql);
  const shown = text.replaceAll(/\$(\d+)::\w+(?:\[\])?/g, (whole, number: string) => {
    const value = values[Number(number) - 1];
    if (value === undefined) return whole; // `$1` of a function's body
    if (value === null) return "NULL";
    return `'${String(value).replaceAll("'", "''")}'`;
  });
  return `${shown};`;
}
