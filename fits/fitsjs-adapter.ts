import fitsjs, { type FitsjsBlob, type FitsjsFile, type FitsjsHdu, type FitsjsTable } from "fitsjs";
import { DasError, isDasError } from "../errors/das-error.js";
import { type FitsSource, walkHdus } from "./hdu-walk.js";

export type { FitsSource } from "./hdu-walk.js";

/** A header-data unit as fitsjs reads it. */
export interface FitsUnit {
  /** `EXTNAME`; empty for the primary unit and for an unnamed one. */
  readonly name: string;
  /**
   * Value of a card. Text is cut where it contains ` /`, doubled quotes stay doubled, logical values are `T` and `F`.
   */
  card(key: string): string | number | undefined;
  /** Present for a binary table. */
  readonly table?: FitsTable;
}

/** A binary table. */
export interface FitsTable {
  readonly rows: number;
  readonly columns: readonly string[];
  /**
   * Values of one row by column name: a number for `D E J I B`, an array of them for a repeat count above 1, text for `A`.
   * Errors: BAD_FILE for a column of another kind, or of another length than its row.
   */
  row(index: number): Promise<Readonly<Record<string, unknown>>>;
}

/** Largest row that is turned into values; a day of GOES X-ray fluxes is one row of 0.7 MB. */
const MAX_ROW_BYTES = 16 << 20;
/** Most values of a row, each of which becomes an element of an array; a day of GOES has 126531. */
const MAX_ROW_VALUES = 4_000_000;

/** Bytes of one element of the column kinds that fitsjs decodes right; `K` and `X` it does not, `P` and `Q` point elsewhere. */
const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  L: 1,
  B: 1,
  I: 2,
  J: 4,
  A: 1,
  E: 4,
  D: 8,
  C: 8,
  M: 16,
};

/** Those who wait for an answer of fitsjs about one file: a failure reaches all of them, for fitsjs does not say whose it is. */
type Waiting = Set<(error: unknown) => void>;

/** A range of a source in the shape that fitsjs takes for a `Blob`, so that only the parts that it asks for are read. */
class SourceRange implements FitsjsBlob {
  readonly size: number;
  readonly #source: FitsSource;
  readonly #begin: number;
  readonly #waiting: Waiting;

  constructor(source: FitsSource, begin: number, end: number, waiting: Waiting) {
    this.#source = source;
    this.#begin = begin;
    this.size = end - begin;
    this.#waiting = waiting;
  }

  fail(error: unknown): void {
    for (const reject of [...this.#waiting]) reject(error);
  }

  slice(begin: number, end: number): SourceRange {
    const from = Math.min(Math.max(begin, 0), this.size);
    const to = Math.min(Math.max(end, from), this.size);
    return new SourceRange(this.#source, this.#begin + from, this.#begin + to, this.#waiting);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    // Asked for once it ran past the end, and then for ever.
    if (this.size === 0)
      throw new DasError("BAD_FILE", `${this.#source.name} ends before its last unit does`);
    if (this.size > MAX_ROW_BYTES)
      throw new DasError(
        "BAD_FILE",
        `${this.#source.name}: a row has ${this.size} bytes, expected at most ${MAX_ROW_BYTES}`,
      );
    const bytes = new Uint8Array(this.size);
    await this.#source.read(bytes, this.#begin);
    return bytes.buffer;
  }
}

/** The part of the browser's FileReader that fitsjs uses, for {@link SourceRange} only. */
class RangeReader {
  onloadend: ((event: { readonly target: RangeReader }) => void) | undefined;
  result: ArrayBuffer | undefined;

  readAsArrayBuffer(range: SourceRange): void {
    range.arrayBuffer().then(
      (buffer) => {
        this.result = buffer;
        try {
          this.onloadend?.({ target: this });
        } catch (error) {
          range.fail(error);
        }
      },
      (error: unknown) => range.fail(error),
    );
  }
}

let prepared = false;

/** fitsjs looks for its own name and for a FileReader among the globals, and prints remarks on the order of cards. */
function prepareFitsjs(): void {
  if (prepared) return;
  prepared = true;
  Object.assign(globalThis, { astro: fitsjs.astro });
  if (!("FileReader" in globalThis)) Object.assign(globalThis, { FileReader: RangeReader });
  fitsjs.astro.FITS.Header.prototype.verifyOrder = () => {};
}

/**
 * Opens a FITS file by fitsjs, after a walk of our own that makes sure that fitsjs will come back from it. Data are read
 * when they are asked for; the source must stay open until then.
 *
 * Errors: BAD_FILE for what is not FITS, is cut, or is refused by fitsjs.
 */
export async function openFits(source: FitsSource): Promise<readonly FitsUnit[]> {
  const { end } = await walkHdus(source);
  prepareFitsjs();
  const waiting: Waiting = new Set();
  const file = await asked<FitsjsFile>(source, waiting, (done) => {
    new fitsjs.astro.FITS(new SourceRange(source, 0, end, waiting), done);
  });
  return file.hdus.map((hdu) => unit(source, waiting, hdu));
}

/** Turns a callback of fitsjs and its ways to fail (thrown strings, TypeErrors, failures of the source) into a promise. */
function asked<T>(
  source: FitsSource,
  waiting: Waiting,
  call: (done: (value: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      waiting.delete(fail);
      const said = typeof error === "string" ? `: ${error.slice(0, 200)}` : "";
      reject(
        isDasError(error)
          ? error
          : new DasError("BAD_FILE", `${source.name} cannot be read as FITS${said}`, {}, error),
      );
    };
    waiting.add(fail);
    try {
      call((value) => {
        waiting.delete(fail);
        resolve(value);
      });
    } catch (error) {
      fail(error);
    }
  });
}

function unit(source: FitsSource, waiting: Waiting, hdu: FitsjsHdu): FitsUnit {
  const card = (key: string): string | number | undefined => {
    if (!hdu.header.contains(key)) return undefined;
    const value = hdu.header.get(key);
    return typeof value === "string" || typeof value === "number" ? value : undefined;
  };
  const name = String(card("EXTNAME") ?? "");
  if (hdu.data === undefined || card("XTENSION") !== "BINTABLE" || hdu.data.columns == null)
    return { name, card };
  return { name, card, table: table(source, waiting, hdu.data, card) };
}

function table(source: FitsSource, waiting: Waiting, data: FitsjsTable, card: FitsUnit["card"]): FitsTable {
  const columns = data.columns ?? [];
  return {
    rows: data.rows,
    columns,
    async row(index) {
      if (!Number.isInteger(index) || index < 0 || index >= data.rows)
        throw new DasError("BAD_FILE", `${source.name}: row ${index} of a table with ${data.rows} rows`);
      checkColumns(source, columns, card);
      const buffer = await asked<ArrayBuffer>(source, waiting, (done) => data.getTableBuffer(index, 1, done));
      try {
        return data._getRows(buffer, 1)[0]!;
      } catch (error) {
        throw new DasError("BAD_FILE", `${source.name}: row ${index} cannot be decoded`, {}, error);
      }
    },
  };
}

function checkColumns(source: FitsSource, columns: readonly string[], card: FitsUnit["card"]): void {
  let bytes = 0;
  let values = 0;
  columns.forEach((name, i) => {
    const form = String(card(`TFORM${i + 1}`) ?? "");
    const found = /^(\d{0,9})([A-Z])$/.exec(form.trim());
    const width = ELEMENT_BYTES[found?.[2] ?? ""];
    if (found === null || width === undefined || Number(found[1] || 1) === 0)
      throw new DasError(
        "BAD_FILE",
        `${source.name}: column ${name} has TFORM "${form.slice(0, 20)}", which is not read here`,
      );
    const count = Number(found[1] || 1);
    bytes += width * count;
    values += count;
  });
  if (values > MAX_ROW_VALUES)
    throw new DasError(
      "BAD_FILE",
      `${source.name}: a row of ${values} values, expected at most ${MAX_ROW_VALUES}`,
    );
  if (bytes !== card("NAXIS1"))
    throw new DasError("BAD_FILE", `${source.name}: columns have ${bytes} bytes, NAXIS1 = ${card("NAXIS1")}`);
}
