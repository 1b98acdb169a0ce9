import { DasError } from "../../errors/das-error.js";
import type { Row, RowValue } from "../database/database.js";
import { bind, type Parameter, type ParameterType, type Sql } from "../database/sql.js";

import { int8Of, membersOf } from "./wire-members.js";

/** A value of a row in JSON; what JSON has no form for is an object of one member. */
export type WireValue =
  | number
  | string
  | boolean
  | null
  | { readonly int8: string }
  | { readonly float: "NaN" | "Infinity" | "-Infinity" | "-0" }
  | { readonly array: readonly (string | null | { readonly int8: string })[] };

/** A piece of a statement in JSON: text of the program, or a value in PostgreSQL's text form with its type. */
export type WirePart =
  | string
  | { readonly type: ParameterType; readonly value: string | null | readonly string[] };

const TYPES: Readonly<Record<ParameterType, true>> = {
  int2: true,
  int4: true,
  int8: true,
  float4: true,
  float8: true,
  text: true,
  bool: true,
  "int8[]": true,
  "text[]": true,
};
/** PostgreSQL takes no more parameters; twice as many pieces and one. */
const MAX_PARTS = 2 * 65_535 + 1;

/** The pieces of a statement for the wire. */
export function wireStatement({ parts }: Sql): readonly WirePart[] {
  return parts.map((part) => {
    if (typeof part === "string") return part;
    // The text form, as it would go to the database.
    const [value = null] = bind({ kind: "sql", parts: [part] }).values;
    return { type: part.type, value };
  });
}

/** A statement from the wire. Errors: ARCHIVE_FAILED where it is none. */
export function statementOf(value: unknown): Sql {
  if (!Array.isArray(value) || value.length > MAX_PARTS) throw wrong("a statement");
  return { kind: "sql", parts: value.map(partOf) };
}

function partOf(part: unknown): string | Parameter {
  if (typeof part === "string") return part;
  if (typeof part !== "object" || part === null || !("type" in part) || !("value" in part))
    throw wrong("a piece of a statement");
  const { type, value } = part;
  if (typeof type !== "string" || !Object.hasOwn(TYPES, type)) throw wrong("the type of a value");
  const isList = Array.isArray(value) && value.every((element) => typeof element === "string");
  if (value !== null && typeof value !== "string" && !isList) throw wrong("a value");
  return { kind: "parameter", type: type as ParameterType, value }; // a key of the table
}

/** The names of the columns of rows, and their values row by row. */
export interface WireRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly WireValue[])[];
}

/** Rows of one statement for the wire. */
export function wireRows(rows: readonly Row[]): WireRows {
  const columns = Object.keys(rows[0] ?? {});
  return { columns, rows: rows.map((row) => columns.map((column) => wireValue(row[column] ?? null))) };
}

/** Rows from the wire. Errors: ARCHIVE_FAILED where they are none. */
export function rowsOf(value: unknown): readonly Row[] {
  if (typeof value !== "object" || value === null || !("columns" in value) || !("rows" in value))
    throw wrong("rows");
  const { columns, rows } = value;
  if (
    !Array.isArray(columns) ||
    !columns.every((column) => typeof column === "string") ||
    !Array.isArray(rows)
  )
    throw wrong("rows");
  return rows.map((row: unknown) => {
    if (!Array.isArray(row) || row.length !== columns.length) throw wrong("a row");
    return Object.fromEntries(row.map((cell: unknown, n) => [columns[n], rowValueOf(cell)]));
  });
}

function wireValue(value: RowValue): WireValue {
  if (typeof value === "bigint") return { int8: String(value) };
  if (typeof value === "number") {
    if (Object.is(value, -0)) return { float: "-0" };
    return Number.isFinite(value) ? value : { float: String(value) as "NaN" }; // one of the three that are not finite
  }
  if (typeof value !== "object" || value === null) return value;
  return {
    array: value.map((element) => (typeof element === "bigint" ? { int8: String(element) } : element)),
  };
}

function rowValueOf(cell: unknown): RowValue {
  if (typeof cell !== "object" || cell === null) return scalarOf(cell);
  if ("float" in cell) return Number(cell.float);
  if ("array" in cell && Array.isArray(cell.array)) return cell.array.map(elementOf);
  return int8OfCell(cell);
}

function scalarOf(cell: unknown): number | string | boolean | null {
  if (cell === null || typeof cell === "number" || typeof cell === "string" || typeof cell === "boolean")
    return cell;
  throw wrong("a value of a row");
}

function elementOf(element: unknown): bigint | string | null {
  return element === null || typeof element === "string" ? element : int8OfCell(element);
}

function int8OfCell(cell: unknown): bigint {
  const value = int8Of(membersOf(cell).int8);
  if (value === undefined) throw wrong("a value of a row");
  return value;
}

function wrong(what: string): DasError {
  return new DasError(
    "ARCHIVE_FAILED",
    `A message of the session that holds no ${what.replace(/^an? /, "")}`,
  );
}
