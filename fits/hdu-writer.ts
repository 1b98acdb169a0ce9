import { DasError } from "../errors/das-error.js";
import { type ByteSink, isPatchable, type PatchableSink } from "./byte-sink.js";
import { DataSum } from "./checksum.js";
import { setSums } from "./hdu-sums.js";
import { BLOCK_BYTES, type Header } from "./header.js";

/** How a unit is written. */
export interface WriteOptions {
  /** Whether `CHECKSUM` and `DATASUM` are written; without, the ones in the header are taken away, for they would be wrong. */
  readonly checksum?: boolean;
  /** The sum of the data where it is known beforehand, so that checksums can go to a sink that takes no patch. */
  readonly dataSum?: number;
  /** Whether `dataSum` is taken for true; else the data are added up again and compared with it. */
  readonly trusted?: boolean;
  /** What the padding is made of: 0, or a blank for an ASCII table. */
  readonly padding?: number;
}

/**
 * One header-data unit on its way to a sink: header first, then data in pieces of any length, then {@link HduWriter.end}. The
 * caller says how many bytes of data come; only the sums are patched afterwards.
 */
export class HduWriter {
  readonly #sink: ByteSink;
  #header: Header;
  readonly #dataBytes: number | undefined;
  readonly #options: WriteOptions;
  readonly #headerAt: number;
  readonly #sum = new DataSum();
  #written = 0;

  private constructor(sink: ByteSink, header: Header, dataBytes: number | undefined, options: WriteOptions) {
    this.#sink = sink;
    this.#header = header;
    this.#dataBytes = dataBytes;
    this.#options = options;
    this.#headerAt = isPatchable(sink) ? sink.byteLength : 0;
  }

  /**
   * Writes the header (a copy of it, with its sums reserved) and waits for data. Without `dataBytes` the final header is given to
   * {@link HduWriter.end}.
   * Errors: BAD_PARAMETER where the sink takes no patch and the size, or a wanted sum, is not known.
   */
  static async begin(
    sink: ByteSink,
    header: Header,
    dataBytes: number | undefined,
    options: WriteOptions = {},
  ): Promise<HduWriter> {
    const sumLater = options.checksum === true && options.dataSum === undefined && dataBytes !== 0;
    if ((sumLater || dataBytes === undefined) && !isPatchable(sink))
      throw new DasError(
        "BAD_PARAMETER",
        "sizes and sums that are not known beforehand need a sink that can be patched",
      );
    const own = withSums(header, options);
    const writer = new HduWriter(sink, own, dataBytes, options);
    await sink.write(own.bytes());
    return writer;
  }

  /** Takes data in file order. Errors: INTERNAL beyond the declared bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#written += bytes.length;
    if (this.#dataBytes !== undefined && this.#written > this.#dataBytes)
      throw new DasError("INTERNAL", `${this.#written} bytes of data written, ${this.#dataBytes} declared`);
    await this.#put(bytes);
  }

  /**
   * Pads the data, and writes the sums. `header`: the final one where the size was not known; as long as the first.
   * Errors: INTERNAL where data are missing, BAD_FITS_DATA where the sum given beforehand is not theirs.
   */
  async end(header?: Header): Promise<void> {
    const { checksum, dataSum, trusted, padding = 0 } = this.#options;
    if (this.#dataBytes !== undefined && this.#written !== this.#dataBytes)
      throw new DasError("INTERNAL", `${this.#written} bytes of data written, ${this.#dataBytes} declared`);
    const rest = (BLOCK_BYTES - (this.#written % BLOCK_BYTES)) % BLOCK_BYTES;
    if (rest > 0) await this.#put(new Uint8Array(rest).fill(padding));
    const sumLater = checksum === true && dataSum === undefined && this.#dataBytes !== 0;
    if (checksum === true && dataSum !== undefined && trusted !== true && dataSum !== this.#sum.value)
      throw new DasError("BAD_FITS_DATA", "the data are not those whose DATASUM was kept");
    if (!sumLater && header === undefined) return;
    const before = this.#header.bytes().length;
    if (header !== undefined) this.#header = withSums(header, this.#options);
    if (sumLater) setSums(this.#header, this.#sum.value);
    const bytes = this.#header.bytes();
    if (bytes.length !== before)
      throw new DasError("INTERNAL", "a header changed its length while its data were written");
    await (this.#sink as PatchableSink).patch(this.#headerAt, bytes); // `begin` made sure
  }

  async #put(bytes: Uint8Array): Promise<void> {
    const { checksum, dataSum, trusted } = this.#options;
    if (checksum === true && !(trusted === true && dataSum !== undefined)) this.#sum.add(bytes);
    await this.#sink.write(bytes);
  }
}

function withSums(header: Header, { checksum, dataSum }: WriteOptions): Header {
  const own = header.clone();
  if (checksum === true) setSums(own, dataSum ?? 0);
  else own.remove("CHECKSUM").remove("DATASUM");
  return own;
}
