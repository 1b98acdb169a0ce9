import { DasError } from "../errors/das-error.js";
import type { RowRange } from "./binary-table.js";
import type { FitsFile, Hdu } from "./fits-file.js";
import { required } from "./structure.js";

/** A column of an ASCII table. */
export interface AsciiColumn {
  /** From 1. */
  readonly number: number;
  readonly name: string;
  readonly unit: string;
  /** `A` text, `I` integers, `F E D` real numbers. */
  readonly type: "A" | "I" | "F" | "E" | "D";
  /** Bytes from the beginning of the row (`TBCOLn` less 1), and of the field. */
  readonly offset: number;
  readonly width: number;
  /** Places behind a decimal point that is not written. */
  readonly decimals: number;
  readonly tscal: number;
  readonly tzero: number;
  /** The text of a missing value. */
  readonly tnull?: string;
}

/** An ASCII table. */
export interface AsciiTable {
  readonly hdu: Hdu;
  readonly rows: number;
  readonly columns: readonly AsciiColumn[];
  /** Texts, or physical numbers with NaN for what is missing. Errors: BAD_FITS_DATA for a field that is no number. */
  read(column: AsciiColumn, range?: RowRange): Promise<string[] | Float64Array>;
}

/** Opens the ASCII table of a unit. Errors: BAD_FITS_DATA, BAD_FITS_HEADER, FITS_TOO_LARGE. Source: FITS 4.0, 7.2. */
export function openAsciiTable(file: FitsFile, hdu: Hdu): AsciiTable {
  const { kind, axes } = hdu.structure;
  if (kind !== "ascii table" || axes.length !== 2)
    throw new DasError("BAD_FITS_DATA", `unit ${hdu.index} holds no ASCII table but: ${kind}`);
  const [rowBytes, rows] = axes as [number, number]; // two, as just checked
  const count = required(hdu.header.integer("TFIELDS", 0), "TFIELDS", hdu.index);
  if (count > file.limits.maxColumns)
    throw new DasError(
      "FITS_TOO_LARGE",
      `TFIELDS = ${count} in unit ${hdu.index}, expected at most ${file.limits.maxColumns}`,
    );
  const columns = Array.from({ length: count }, (_, i) => readColumn(hdu, i + 1, rowBytes));

  return {
    hdu,
    rows,
    columns,
    async read(column, { first = 0, count = rows - first } = {}) {
      if (
        !(
          Number.isSafeInteger(first) &&
          Number.isSafeInteger(count) &&
          first >= 0 &&
          count >= 0 &&
          first + count <= rows
        )
      )
        throw new DasError("BAD_PARAMETER", `${count} rows from row ${first} of a table of ${rows}`);
      if (count > file.limits.maxElements)
        throw new DasError(
          "FITS_TOO_LARGE",
          `${count} rows at once, expected at most ${file.limits.maxElements}`,
        );
      const texts: string[] = [];
      const step = Math.max(1, Math.floor((1 << 20) / Math.max(1, rowBytes)));
      for (let row = 0; row < count; row += step) {
        const some = Math.min(step, count - row);
        const at = hdu.dataOffset + (first + row) * rowBytes + column.offset;
        const bytes = await file.source.read(at, (some - 1) * rowBytes + column.width);
        const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
        for (let i = 0; i < some; i++) texts.push(text.slice(i * rowBytes, i * rowBytes + column.width));
      }
      if (column.type === "A") return texts.map((text) => text.trimEnd());
      return Float64Array.from(texts, (text) => numberIn(column, text));
    },
  };
}

function readColumn({ header, index }: Hdu, number: number, rowBytes: number): AsciiColumn {
  const form = required(header.text(`TFORM${number}`), `TFORM${number}`, index);
  const found = /^([AIFED])(\d{1,6})(?:\.(\d{1,4}))?$/.exec(form.trim().toUpperCase());
  if (found === null)
    throw new DasError(
      "BAD_FITS_HEADER",
      `TFORM${number} = '${form.slice(0, 30)}', expected A, I, F, E or D and a width`,
    );
  const offset = required(header.integer(`TBCOL${number}`, 1), `TBCOL${number}`, index) - 1;
  const width = Number(found[2]);
  if (offset + width > rowBytes)
    throw new DasError(
      "BAD_FITS_HEADER",
      `TBCOL${number} and TFORM${number} reach byte ${offset + width}, NAXIS1 = ${rowBytes}`,
    );
  const text = (key: string): string | undefined => {
    const value = header.get(`${key}${number}`);
    return value?.kind === "string" ? value.value : undefined;
  };
  const tnull = text("TNULL");
  return {
    number,
    name: text("TTYPE") ?? "",
    unit: text("TUNIT") ?? "",
    type: found[1] as AsciiColumn["type"], // by the pattern
    offset,
    width,
    decimals: Number(found[3] ?? 0),
    tscal: header.real(`TSCAL${number}`) ?? 1,
    tzero: header.real(`TZERO${number}`) ?? 0,
    ...(tnull === undefined ? {} : { tnull }),
  };
}

function numberIn(column: AsciiColumn, field: string): number {
  const text = field.trim();
  if (column.tnull !== undefined && text === column.tnull.trim()) return Number.NaN;
  // A blank field is 0 (7.2.5), unless blanks are its null, as above.
  if (text === "") return column.tzero;
  // Longer ones say nothing more, and would cost the pattern below its square.
  const found =
    text.length > 300
      ? null
      : /^([+-]?)(\d*)(\.?)(\d*)(?:([ED])([+-]?\d{1,4})|([+-]\d{1,4}))?$/.exec(text.toUpperCase());
  if (found === null || (found[2] === "" && found[4] === "") || (column.type === "I" && found[3] !== ""))
    throw new DasError(
      "BAD_FITS_DATA",
      `"${text.slice(0, 40)}" in column ${column.number}, expected a number`,
    );
  const [, sign, whole, point, fraction] = found;
  const exponent =
    Number(found[6] ?? found[7] ?? 0) - (point === "" && column.type !== "I" ? column.decimals : 0);
  return column.tzero + column.tscal * Number(`${sign}${whole || "0"}.${fraction || "0"}e${exponent}`);
}
