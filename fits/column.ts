import { DasError } from "../errors/das-error.js";
import type { Header } from "./header.js";
import type { FitsLimits } from "./limits.js";
import { wholeNumber } from "./scaling.js";
import { required } from "./structure.js";

/** The letter of a column's kind: logical, bits, bytes, integers, text, floating point, complex. */
export type ElementType = "L" | "X" | "B" | "I" | "J" | "K" | "A" | "E" | "D" | "C" | "M";

/** A `TFORMn` taken apart. */
export interface ColumnForm {
  readonly type: ElementType;
  /** Elements of a row; 1 for a variable-length column. */
  readonly repeat: number;
  /** Present where a row holds a descriptor of 32-bit (P) or 64-bit (Q) numbers of an array in the heap. */
  readonly descriptor?: "P" | "Q";
  /** Bytes in the row. */
  readonly width: number;
  /** What stands behind the letters: the greatest length of a variable array, the width of the strings of `60A12`. */
  readonly rest: string;
}

/** A column of a binary table. */
export interface Column extends ColumnForm {
  /** From 1, as in its keywords. */
  readonly number: number;
  /** `TTYPEn`; empty where there is none. */
  readonly name: string;
  /** `TUNITn`; empty where there is none. */
  readonly unit: string;
  /** Bytes from the beginning of the row. */
  readonly offset: number;
  readonly tscal: number;
  readonly tzero: number;
  readonly tnull?: number | bigint;
  /** `TDIMn`, the axis that varies fastest first; absent for a vector or where it does not fit. */
  readonly dim?: readonly number[];
}

/** Bytes of an element in the row or the heap; a bit has an eighth. */
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  L: 1,
  X: 1 / 8,
  B: 1,
  I: 2,
  J: 4,
  K: 8,
  A: 1,
  E: 4,
  D: 8,
  C: 8,
  M: 16,
};

/** Reads a `TFORMn`. Errors: BAD_FITS_HEADER. Source: FITS 4.0, 7.3.1, 7.3.5. */
export function parseForm(text: string, keyword = "TFORM"): ColumnForm {
  const found = /^(\d{0,10})([LXBIJKAEDCM]|[PQ][LXBIJKAEDCM])(.*)$/.exec(text.trim().toUpperCase());
  if (found === null)
    throw new DasError(
      "BAD_FITS_HEADER",
      `${keyword} = '${text.slice(0, 30)}', expected a form such as 1J or 1PE(9)`,
    );
  const repeat = found[1] === "" ? 1 : Number(found[1]);
  const letters = found[2]!;
  const rest = found[3]!.trim();
  // The pattern leaves only letters of the type at the end.
  const type = letters.at(-1) as ElementType;
  if (letters.length === 1) {
    return { type, repeat, width: Math.ceil(repeat * ELEMENT_BYTES[type]), rest };
  }
  if (repeat > 1)
    throw new DasError(
      "BAD_FITS_HEADER",
      `${keyword} = '${text.slice(0, 30)}', expected at most one descriptor`,
    );
  const descriptor = letters[0] as "P" | "Q"; // by the pattern
  return { type, repeat, descriptor, width: repeat * (descriptor === "P" ? 8 : 16), rest };
}

/**
 * The columns of a binary table. Errors: BAD_FITS_HEADER where a form is wrong or the columns do not fit `NAXIS1`; FITS_TOO_LARGE for
 * too many.
 */
export function readColumns(header: Header, unit: number, limits: FitsLimits): Column[] {
  const count = required(header.integer("TFIELDS", 0), "TFIELDS", unit);
  if (count > limits.maxColumns)
    throw new DasError(
      "FITS_TOO_LARGE",
      `TFIELDS = ${count} in unit ${unit}, expected at most ${limits.maxColumns}`,
    );
  const columns: Column[] = [];
  let offset = 0;
  for (let number = 1; number <= count; number++) {
    const column = readColumn(header, number, offset, unit);
    columns.push(column);
    offset += column.width;
  }
  const rowBytes = required(header.integer("NAXIS1", 0), "NAXIS1", unit);
  if (offset > rowBytes)
    throw new DasError(
      "BAD_FITS_HEADER",
      `NAXIS1 = ${rowBytes} in unit ${unit}, its columns have ${offset} bytes`,
    );
  return columns;
}

function readColumn(header: Header, number: number, offset: number, unit: number): Column {
  const keyword = `TFORM${number}`;
  const form = parseForm(required(header.text(keyword), keyword, unit), keyword);
  const text = (key: string): string => {
    const value = header.get(`${key}${number}`);
    return value?.kind === "string" ? value.value : "";
  };
  const tnull = wholeNumber(header.get(`TNULL${number}`));
  const dim = parseDim(text("TDIM"), form);
  return {
    ...form,
    number,
    name: text("TTYPE"),
    unit: text("TUNIT"),
    offset,
    tscal: header.real(`TSCAL${number}`) ?? 1,
    tzero: header.real(`TZERO${number}`) ?? 0,
    ...(tnull === undefined ? {} : { tnull }),
    ...(dim === undefined ? {} : { dim }),
  };
}

function parseDim(text: string, form: ColumnForm): number[] | undefined {
  if (!/^\(\s*\d{1,10}(\s*,\s*\d{1,10})*\s*\)$/.test(text)) return undefined;
  const dim = text.slice(1, -1).split(",").map(Number);
  const elements = dim.reduce((all, length) => all * length, 1);
  return form.descriptor !== undefined || elements <= form.repeat ? dim : undefined;
}

/** Characters of one string of a text column: `TDIM`'s first axis, the width of `rAw`, else the whole field. */
export function stringWidth(column: Column): number {
  const width = column.dim?.[0] ?? (/^\d{1,10}$/.test(column.rest) ? Number(column.rest) : column.repeat);
  return width > 0 && width <= column.repeat ? width : column.repeat;
}
