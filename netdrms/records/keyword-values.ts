import type { CopyColumn } from "../database/copy-binary.js";
import type { DrmsType, DrmsValue } from "../values/drms-type.js";
import type { KeywordValues } from "./record-batch.js";

/**
 * The values of a keyword from a column as it was read; NULL becomes `nullValue`.
 * @param nullValue the keyword's default, of its type
 */
export function keywordValues(
  type: DrmsType,
  column: CopyColumn,
  rows: number,
  nullValue: DrmsValue,
): KeywordValues {
  if (type === "char") return { kind: "numbers", values: codes(column, rows, Number(nullValue)) };
  switch (column.type) {
    case "text": {
      const values = column.values;
      for (let row = 0; row < rows; row++) if (column.isNull[row] === 1) values[row] = String(nullValue);
      return { kind: "strings", values };
    }
    case "int8": {
      const values = column.values;
      const standsFor = BigInt(nullValue);
      for (let row = 0; row < rows; row++) if (column.isNull[row] === 1) values[row] = standsFor;
      return { kind: "bigints", values };
    }
    case "bool":
      return { kind: "numbers", values: Int8Array.from(column.values) };
    default: {
      const values = column.values;
      const standsFor = Number(nullValue);
      for (let row = 0; row < rows; row++) if (column.isNull[row] === 1) values[row] = standsFor;
      return { kind: "numbers", values };
    }
  }
}

/** One character as a signed byte; an empty text is the default too. */
function codes(column: CopyColumn, rows: number, standsFor: number): Int8Array {
  const values = new Int8Array(rows);
  for (let row = 0; row < rows; row++) {
    const text = String(column.values[row]);
    values[row] = column.isNull[row] === 1 || text === "" ? standsFor : text.charCodeAt(0);
  }
  return values;
}
