import { DasError } from "../../errors/das-error.js";
import type { Row } from "../database/database.js";

/** A text of a row; empty for NULL. Errors: INTERNAL where the column is not a text. */
export function textField(row: Row, column: string): string {
  const value = row[column] ?? "";
  if (typeof value !== "string") throw wrongColumn(column, "text");
  return value;
}

/** An int8 of a row; 0 for NULL. Errors: INTERNAL where the column is not one. */
export function bigintField(row: Row, column: string): bigint {
  const value = row[column] ?? 0n;
  if (typeof value !== "bigint") throw wrongColumn(column, "int8");
  return value;
}

/** A number of a row; 0 for NULL. Errors: INTERNAL where the column is not one. */
export function numberField(row: Row, column: string): number {
  const value = row[column] ?? 0;
  if (typeof value !== "number") throw wrongColumn(column, "a number");
  return value;
}

function wrongColumn(column: string, expected: string): DasError {
  return new DasError("INTERNAL", `column ${column} is not ${expected}`);
}
