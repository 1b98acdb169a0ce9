import { DasError } from "../../../errors/das-error.js";
import type { FileSource } from "../../../fits/file-source.js";
import { type TemporaryFile, temporaryFile } from "../../../netdrms/export/temporary-file.js";

/** What is gathered in memory of all columns together, characters: some batches, which are garbage soon after they were made. */
const GATHERED = 1 << 20;
/** What is read at a time, bytes. */
const PIECE_BYTES = 1 << 18;

/**
 * The columns of a list on their way. Records come row by row, the answer has them column by column: what memory should not hold waits in a
 * temporary file without a name, each column in the pieces in which it was put there.
 */
export class ColumnSpool {
  readonly #columns: {
    gathered: string[];
    readonly written: { readonly at: number; readonly length: number }[];
  }[];
  readonly #limitBytes: number;
  readonly #gatheredLimit: number;
  readonly #separator: string;
  #gathered = 0;
  #total = 0;
  #file: TemporaryFile | undefined;
  #source: FileSource | undefined;

  /**
   * @param limitBytes of all columns together
   * @param options `separator` of the pieces of a column, default a comma; `gathered`: what is gathered in memory, characters
   */
  constructor(
    columns: number,
    limitBytes: number,
    options: { readonly separator?: string; readonly gathered?: number } = {},
  ) {
    this.#columns = Array.from({ length: columns }, () => ({ gathered: [], written: [] }));
    this.#limitBytes = limitBytes;
    this.#separator = options.separator ?? ",";
    this.#gatheredLimit = options.gathered ?? GATHERED;
  }

  /** Characters of all columns. */
  get length(): number {
    return this.#total;
  }

  /** Adds a piece to a column, whose characters are bytes (latin1). Errors: OUTPUT_LIMIT. */
  add(column: number, piece: string): void {
    if (piece === "") return;
    const { gathered, written } = this.#columns[column]!;
    if (gathered.length > 0 || written.length > 0) gathered.push(this.#separator);
    gathered.push(piece);
    const length = piece.length + this.#separator.length;
    this.#gathered += length;
    this.#total += length;
    if (this.#total > this.#limitBytes)
      throw new DasError(
        "OUTPUT_LIMIT",
        `The list has more than ${this.#limitBytes} bytes, expected fewer records or names`,
      );
  }

  /** Puts what memory should not hold into the file; to be waited for now and then. Errors: those of the file system. */
  async settle(): Promise<void> {
    if (this.#gathered < this.#gatheredLimit) return;
    this.#file ??= await temporaryFile();
    const { sink } = this.#file;
    let at = sink.byteLength;
    const pieces: string[] = [];
    for (const column of this.#columns) {
      if (column.gathered.length === 0) continue;
      const piece = column.gathered.join("");
      column.gathered = [];
      column.written.push({ at, length: piece.length });
      pieces.push(piece);
      at += piece.length;
    }
    await sink.write(Buffer.from(pieces.join(""), "latin1"));
    this.#gathered = 0;
  }

  /** A column; nothing is added after that. Errors: those of the file system. */
  async *pieces(column: number): AsyncGenerator<string | Uint8Array> {
    const { gathered, written } = this.#columns[column]!;
    for (const { at, length } of written) {
      this.#source ??= await this.#file!.source(); // it was written to
      for (let done = 0; done < length; done += PIECE_BYTES)
        yield await this.#source.read(at + done, Math.min(PIECE_BYTES, length - done));
    }
    if (gathered.length > 0) yield gathered.join("");
  }

  /** Lets the file go; does nothing the second time. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}
