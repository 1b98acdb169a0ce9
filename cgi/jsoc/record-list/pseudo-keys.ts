import { sessionKey } from "../../../netdrms/programs/show-info/sessions.js";
import { archiveColumn, onlineColumn, retainColumn } from "../../../netdrms/sums/unit-columns.js";
import { jsonString } from "../json.js";
import { type Cell, type Cells, eachRow, type Needed } from "./cells.js";

/** Names of what is not a keyword of the series, without their stars. Source: netdrms-export B5. */
export const PSEUDO_KEYS = [
  "recnum",
  "sunum",
  "size",
  "online",
  "retain",
  "archive",
  "recdir",
  "logdir",
  "dirmtime",
  "spec",
] as const;

/** One of them. */
export type PseudoKey = (typeof PSEUDO_KEYS)[number];

/** The pseudo-key of a name, `*recnum*` in any case of letters; else `undefined`. */
export function pseudoKeyOf(name: string): PseudoKey | undefined {
  const inner = /^\*([a-z]+)\*$/i.exec(name)?.[1]?.toLowerCase();
  return PSEUDO_KEYS.find((key) => key === inner);
}

/** The values of a pseudo-key; `undefined` for any other name. Source: netdrms-export B5. */
export function pseudoKeyCells(name: string, needed: Needed): Cells | undefined {
  const key = pseudoKeyOf(name);
  return key === undefined ? undefined : eachRow(pseudoKeyCell(key, needed));
}

/** One value of a pseudo-key: record and unit numbers are numbers, all else texts. */
export function pseudoKeyCell(key: PseudoKey, needed: Needed): Cell {
  switch (key) {
    case "recnum":
    case "sunum": {
      const number = needed.column(key);
      return (records, row) => String(number(records, row));
    }
    case "spec": {
      const specification = needed.specification();
      return (records, row) => jsonString(specification(records, row));
    }
    case "online":
      return unitCell(needed, onlineColumn);
    case "archive":
      return unitCell(needed, archiveColumn);
    case "retain":
      return unitCell(needed, (unit) => {
        const date = retainColumn(unit);
        return /^\d{4}\./.test(date) ? date : "N/A";
      });
    case "size":
    case "recdir":
    case "dirmtime":
      needFolders(needed);
      return ({ folders }, row) => jsonString(folders[row]![key]);
    case "logdir": {
      needed.sessions = true;
      const [id, namespace] = [needed.column("sessionid"), needed.sessionNamespace()];
      return (records, row) => {
        const session = records.sessions.get(sessionKey(namespace(records, row), id(records, row)));
        return jsonString(session?.logFolder || "NO LOG");
      };
    }
    default:
      return key satisfies never;
  }
}

function unitCell(needed: Needed, text: (unit: Parameters<typeof onlineColumn>[0]) => string): Cell {
  const unit = needed.unit();
  return (records, row) => jsonString(text(unit(records, row)));
}

function needFolders(needed: Needed): void {
  needed.needUnits();
  needed.folders = true;
  needed.column("sunum");
  needed.column("slotnum");
}
