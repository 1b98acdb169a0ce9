import { quoteName } from "./identifier.js";

/** Types in which values are handed to the database. */
export type ParameterType =
  | "int2"
  | "int4"
  | "int8"
  | "float4"
  | "float8"
  | "text"
  | "bool"
  | "int8[]"
  | "text[]";

/** What a parameter may hold. */
export type ParameterValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | readonly bigint[]
  | readonly string[];

/** A value on its way into a statement; it never becomes text of the statement. */
export interface Parameter {
  readonly kind: "parameter";
  readonly type: ParameterType;
  readonly value: ParameterValue;
}

/**
 * A piece of a statement: text of this program, checked names and values kept apart. Made by {@link sql}, {@link name},
 * {@link param} and {@link joinSql} alone, so no text from outside can get into a statement.
 */
export interface Sql {
  readonly kind: "sql";
  readonly parts: readonly (string | Parameter)[];
}

/** A piece from literal text and other pieces: sql`SELECT ${columns} FROM ${table} WHERE recnum = ${param(5n, "int8")}`. */
export function sql(text: TemplateStringsArray, ...inserted: readonly (Sql | Parameter)[]): Sql {
  const parts: (string | Parameter)[] = [text[0]!];
  for (const [n, piece] of inserted.entries()) {
    if (piece.kind === "parameter") parts.push(piece);
    else parts.push(...piece.parts);
    parts.push(text[n + 1]!);
  }
  return { kind: "sql", parts };
}

/** The piece of nothing. */
export const EMPTY_SQL: Sql = { kind: "sql", parts: [] };

/** A name, qualified by those before it: name("su_ex", "mag45"). Errors: those of {@link quoteName}. */
export function name(...names: readonly string[]): Sql {
  return { kind: "sql", parts: [names.map(quoteName).join(".")] };
}

/** A value with its type. */
export function param(value: ParameterValue, type: ParameterType): Parameter {
  return { kind: "parameter", type, value };
}

/** Pieces in a row with `separator`, a text of this program, between them. */
export function joinSql(pieces: readonly Sql[], separator: ", " | " AND " | " OR " | " " | ";\n"): Sql {
  return {
    kind: "sql",
    parts: pieces.flatMap((piece, n) => (n === 0 ? piece.parts : [separator, ...piece.parts])),
  };
}

/** A statement as the extended protocol takes it. */
export interface BoundStatement {
  readonly text: string;
  /** In the order of `$1`, `$2`, …; in the text form of PostgreSQL. */
  readonly values: readonly (string | null | readonly string[])[];
}

/** The statement with `$n::type` for each value. */
export function bind(statement: Sql): BoundStatement {
  const values: (string | null | readonly string[])[] = [];
  const text = statement.parts.map((part) => {
    if (typeof part === "string") return part;
    values.push(valueText(part.value));
    return `$${values.length}::${part.type}`;
  });
  return { text: text.join(""), values };
}

/** A statement for a command that takes no parameters. */
export interface StatementOfSettings {
  readonly text: string;
  /** Names and values of settings that hold until the end of the transaction. */
  readonly settings: readonly { readonly name: string; readonly value: string }[];
}

/**
 * The statement for `COPY`, which takes no parameters. In the place of each text is a setting of the session: texts travel apart from
 * the statement, as ever. It is looked up in a sub-select, which runs once; as it stands it would be looked up, and cast, for every
 * row. Numbers and truth values are printed by this program, and nothing of a statement can be in them: they are constants, so
 * that the planner estimates and searches long lists as it does for a person's statement. NULL is the constant of its type.
 */
export function withSettings(statement: Sql, prefix: string): StatementOfSettings {
  const settings: { readonly name: string; readonly value: string }[] = [];
  const text = statement.parts.map((part) => {
    if (typeof part === "string") return part;
    const value = valueText(part.value);
    if (value === null) return `NULL::${part.type}`;
    const text = typeof value === "string" ? value : arrayText(value);
    if (isNumeric(part.value)) return `'${text}'::${part.type}`;
    const setting = `${prefix}${settings.length + 1}`;
    settings.push({ name: setting, value: text });
    // The cast behind it makes it a value where a sub-select would be its rows: ANY (…).
    return `(SELECT current_setting('${setting}')::${part.type})::${part.type}`;
  });
  return { text: text.join(""), settings };
}

/** Whether a value is printed without anything that came in as text. */
function isNumeric(value: ParameterValue): boolean {
  if (typeof value !== "object" || value === null) return typeof value !== "string";
  return value.length > 0 && value.every((element) => typeof element === "bigint");
}

function valueText(value: ParameterValue): string | null | readonly string[] {
  if (value === null) return null;
  if (typeof value === "object") return value.map(String);
  // PostgreSQL writes Infinity and NaN as JavaScript does.
  return String(value);
}

/** The text form of an array; elements are quoted. */
function arrayText(elements: readonly string[]): string {
  return `{${elements.map((element) => `"${element.replaceAll(/["\\]/g, "\\$&")}"`).join(",")}}`;
}
