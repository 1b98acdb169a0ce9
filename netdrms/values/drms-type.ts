import { isMissingTime, MISSING_TIME } from "../times/missing-time.js";

/**
 * The types a keyword can have, as the master tables spell them. The type `raw` exists for arrays in memory only and no
 * keyword has it. Source: netdrms 1.3.
 */
export type DrmsType = "char" | "short" | "int" | "longlong" | "float" | "double" | "time" | "string";

/**
 * A value of a keyword: `longlong` a bigint, `string` a string, every other type a number. A `float` is a number that
 * binary32 holds, a `time` is seconds since 1977.01.01_00:00:00_TAI.
 */
export type DrmsValue = number | bigint | string;

/** What a type is outside of this program. */
export interface DrmsTypeTraits {
  /** Type of the PostgreSQL column, as it is written in CREATE TABLE. */
  readonly column: string;
  /** Type as which statements read and compare the column: that of `char` as the text that it is. */
  readonly sql: "int2" | "int4" | "int8" | "float4" | "float8" | "text";
  /** Other names that the catalogue of PostgreSQL gives to that column type. */
  readonly columnAliases: readonly string[];
  /** Format of C printf that is used where the keyword gives none; a `time` has a precision instead. */
  readonly format: string;
  /** The value that means "missing"; of `time` any value of the same whole second does too. */
  readonly missing: DrmsValue;
  /** Bits of an integer type, else 0. */
  readonly integerBits: 0 | 8 | 16 | 32 | 64;
}

/** All types in the order of the specification. Source: netdrms 1.3. */
export const DRMS_TYPES = {
  char: {
    column: "char",
    sql: "text",
    columnAliases: ["character", "bpchar"],
    format: "%hhd",
    missing: -128,
    integerBits: 8,
  },
  short: {
    column: "int2",
    sql: "int2",
    columnAliases: ["smallint"],
    format: "%hd",
    missing: -32_768,
    integerBits: 16,
  },
  int: {
    column: "int4",
    sql: "int4",
    columnAliases: ["integer"],
    format: "%d",
    missing: -2_147_483_648,
    integerBits: 32,
  },
  longlong: {
    column: "int8",
    sql: "int8",
    columnAliases: ["bigint"],
    format: "%lld",
    missing: -9_223_372_036_854_775_808n,
    integerBits: 64,
  },
  float: {
    column: "float4",
    sql: "float4",
    columnAliases: ["real"],
    format: "%f",
    missing: Number.NaN,
    integerBits: 0,
  },
  double: {
    column: "float8",
    sql: "float8",
    columnAliases: ["double precision"],
    format: "%f",
    missing: Number.NaN,
    integerBits: 0,
  },
  time: {
    column: "float8",
    sql: "float8",
    columnAliases: ["double precision"],
    format: "0",
    missing: MISSING_TIME,
    integerBits: 0,
  },
  string: { column: "text", sql: "text", columnAliases: [], format: "%s", missing: "", integerBits: 0 },
} as const satisfies Record<DrmsType, DrmsTypeTraits>;

/** The type of that name in any case, as the master tables and series definitions write it; else `undefined`. */
export function drmsTypeOf(name: string): DrmsType | undefined {
  const type = name.trim().toLowerCase();
  return Object.hasOwn(DRMS_TYPES, type) ? (type as DrmsType) : undefined; // a key of the table
}

/** The missing value of a type. Source: netdrms 1.3. */
export function missingValue(type: DrmsType): DrmsValue {
  return DRMS_TYPES[type].missing;
}

/**
 * Whether a value means "missing" for its type: the table's value, NaN for what is real, and for a time every instant of the
 * missing time's whole second. Source: netdrms 1.3.
 */
export function isMissing(type: DrmsType, value: DrmsValue): boolean {
  switch (type) {
    case "time":
      return isMissingTime(Number(value));
    case "float":
    case "double":
      return Number.isNaN(value);
    default:
      return value === DRMS_TYPES[type].missing;
  }
}
