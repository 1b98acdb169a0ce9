import { joinSql, type Sql, sql } from "../../database/sql.js";

type Print = (...operands: Sql[]) => Sql;

/**
 * Every operation that a filter can hold, as SQL of its operands: in parentheses, so that no precedence is needed. A filter is
 * printed with nothing but these texts, columns and parameters.
 */
export const FORMS = {
  and: (...operands) => sql`(${joinSql(operands, " AND ")})`,
  or: (...operands) => sql`(${joinSql(operands, " OR ")})`,
  not: (a) => sql`(NOT ${a})`,

  "=": (a, b) => sql`(${a} = ${b})`,
  "<>": (a, b) => sql`(${a} <> ${b})`,
  "<": (a, b) => sql`(${a} < ${b})`,
  ">": (a, b) => sql`(${a} > ${b})`,
  "<=": (a, b) => sql`(${a} <= ${b})`,
  ">=": (a, b) => sql`(${a} >= ${b})`,
  "is distinct from": (a, b) => sql`(${a} IS DISTINCT FROM ${b})`,
  "is not distinct from": (a, b) => sql`(${a} IS NOT DISTINCT FROM ${b})`,

  "+": (a, b) => sql`(${a} + ${b})`,
  "-": (a, b) => sql`(${a} - ${b})`,
  "*": (a, b) => sql`(${a} * ${b})`,
  "/": (a, b) => sql`(${a} / ${b})`,
  "%": (a, b) => sql`(${a} % ${b})`,
  // The blank keeps two of them from beginning a comment.
  negative: (a) => sql`(- ${a})`,

  "&": (a, b) => sql`(${a} & ${b})`,
  "|": (a, b) => sql`(${a} | ${b})`,
  "#": (a, b) => sql`(${a} # ${b})`,
  "<<": (a, b) => sql`(${a} << ${b})`,
  ">>": (a, b) => sql`(${a} >> ${b})`,
  "~": (a) => sql`(~ ${a})`,

  "||": (a, b) => sql`(${a} || ${b})`,
  like: (a, b) => sql`(${a} LIKE ${b})`,
  "not like": (a, b) => sql`(${a} NOT LIKE ${b})`,
  ilike: (a, b) => sql`(${a} ILIKE ${b})`,
  "not ilike": (a, b) => sql`(${a} NOT ILIKE ${b})`,

  between: (a, b, c) => sql`(${a} BETWEEN ${b} AND ${c})`,
  "not between": (a, b, c) => sql`(${a} NOT BETWEEN ${b} AND ${c})`,
  in: (a, ...list) => sql`(${a} IN (${joinSql(list, ", ")}))`,
  "not in": (a, ...list) => sql`(${a} NOT IN (${joinSql(list, ", ")}))`,

  "is null": (a) => sql`(${a} IS NULL)`,
  "is not null": (a) => sql`(${a} IS NOT NULL)`,
  "is true": (a) => sql`(${a} IS TRUE)`,
  "is not true": (a) => sql`(${a} IS NOT TRUE)`,
  "is false": (a) => sql`(${a} IS FALSE)`,
  "is not false": (a) => sql`(${a} IS NOT FALSE)`,
  "is unknown": (a) => sql`(${a} IS UNKNOWN)`,
  "is not unknown": (a) => sql`(${a} IS NOT UNKNOWN)`,

  "::int2": (a) => sql`(${a}::int2)`,
  "::int4": (a) => sql`(${a}::int4)`,
  "::int8": (a) => sql`(${a}::int8)`,
  "::numeric": (a) => sql`(${a}::numeric)`,
  "::float4": (a) => sql`(${a}::float4)`,
  "::float8": (a) => sql`(${a}::float8)`,
  "::text": (a) => sql`(${a}::text)`,
  "::bool": (a) => sql`(${a}::bool)`,

  abs: (a) => sql`abs(${a})`,
  ceil: (a) => sql`ceil(${a})`,
  floor: (a) => sql`floor(${a})`,
  round: (...a) => sql`round(${joinSql(a, ", ")})`,
  trunc: (...a) => sql`trunc(${joinSql(a, ", ")})`,
  sign: (a) => sql`sign(${a})`,
  mod: (a, b) => sql`mod(${a}, ${b})`,
  sqrt: (a) => sql`sqrt(${a})`,
  cbrt: (a) => sql`cbrt(${a})`,
  exp: (a) => sql`exp(${a})`,
  ln: (a) => sql`ln(${a})`,
  log: (a) => sql`log(${a})`,
  power: (a, b) => sql`power(${a}, ${b})`,
  sin: (a) => sql`sin(${a})`,
  cos: (a) => sql`cos(${a})`,
  tan: (a) => sql`tan(${a})`,
  asin: (a) => sql`asin(${a})`,
  acos: (a) => sql`acos(${a})`,
  atan: (a) => sql`atan(${a})`,
  atan2: (a, b) => sql`atan2(${a}, ${b})`,
  degrees: (a) => sql`degrees(${a})`,
  radians: (a) => sql`radians(${a})`,
  pi: () => sql`pi()`,

  lower: (a) => sql`lower(${a})`,
  upper: (a) => sql`upper(${a})`,
  length: (a) => sql`length(${a})`,
  btrim: (...a) => sql`btrim(${joinSql(a, ", ")})`,
  ltrim: (...a) => sql`ltrim(${joinSql(a, ", ")})`,
  rtrim: (...a) => sql`rtrim(${joinSql(a, ", ")})`,
  substr: (...a) => sql`substr(${joinSql(a, ", ")})`,
  left: (a, b) => sql`"left"(${a}, ${b})`,
  right: (a, b) => sql`"right"(${a}, ${b})`,
  strpos: (a, b) => sql`strpos(${a}, ${b})`,

  coalesce: (...a) => sql`COALESCE(${joinSql(a, ", ")})`,
  nullif: (a, b) => sql`NULLIF(${a}, ${b})`,
  greatest: (...a) => sql`GREATEST(${joinSql(a, ", ")})`,
  least: (...a) => sql`LEAST(${joinSql(a, ", ")})`,

  // What drms.image_exists says, also where a site has no such function: bit 31 is clear. Source: netdrms 2.7.
  "image exists": (a) => sql`(${a} >= 0)`,
  "image exists, 64 bits": (a) => sql`((${a} & 2147483648) = 0)`,
} as const satisfies Record<string, Print>;

/** The name of an operation. */
export type Form = keyof typeof FORMS;
