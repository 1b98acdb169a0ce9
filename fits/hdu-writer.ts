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
  /** What the padding is made of: 0, or a blank for an ASCII table. */
  readonly padding?: number;
}

/**
 * One header-data unit on its way to a sink: header first, then data in pieces of any length, then {@link HduWriter.end}. The
 * caller says how many bytes of data come; only the sums are patched afterwards.
 */
export class HduWriter {
  readonly #sink: ByteSink;
  readonly #header: Header;
  readonly #dataBytes: number;
  readonly #options: WriteOptions;
  readonly #headerAt: number;
  readonly #sum = new DataSum();
  #written = 0;

  private constructor(sink: ByteSink, header: Header, dataBytes: number, options: WriteOptions) {
    this.#sink = sink;
    this.#header = header;
    this.#dataBytes = dataBytes;
    this.#options = options;
    this.#headerAt = isPatchable(sink) ? sink.byteLength : 0;
  }

  /**
   * Writes the header (a copy of it, with its sums reserved) and waits for data.
   * Errors: BAD_PARAMETER where checksums are wanted in a sink that takes no patch and the sum is not known.
   */
  static async begin(
    sink: ByteSink,
    header: Header,
    dataBytes: number,
    options: WriteOptions = {},
  ): Promise<HduWriter> {
    const own = header.clone();
    if (options.checksum === true) {
      if (options.dataSum === undefined && dataBytes > 0 && !isPatchable(sink))
        throw new DasError(
          "BAD_PARAMETER",
          "checksums need a sink that can be patched, or the sum of the data",
        );
      setSums(own, options.dataSum ?? 0);
    } else own.remove("CHECKSUM").remove("DATASUM");
    const writer = new HduWriter(sink, own, dataBytes, options);
    await sink.write(own.bytes());
    return writer;
  }

  /** Takes data in file order. Errors: INTERNAL beyond the declared bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#written += bytes.length;
    if (this.#written > this.#dataBytes)
      throw new DasError("INTERNAL", `${this.#written} bytes of data written, ${this.#dataBytes} declared`);
    await this.#put(bytes);
  }

  /** Pads the data, and writes the sums. Errors: INTERNAL where data are missing. */
  async end(): Promise<void> {
    if (this.#written !== this.#dataBytes)
      throw new DasError("INTERNAL", `${this.#written} bytes of data written, ${this.#dataBytes} declared`);
    const rest = (BLOCK_BYTES - (this.#written % BLOCK_BYTES)) % BLOCK_BYTES;
    if (rest > 0) await this.#put(new Uint8Array(rest).fill(this.#options.padding ?? 0));
    if (this.#options.checksum !== true) return;
    if (this.#options.dataSum === undefined && this.#dataBytes > 0) await this.#patchSums();
    else if (this.#options.dataSum !== undefined && this.#options.dataSum !== this.#sum.value)
      throw new DasError("BAD_FITS_DATA", "the data are not those whose DATASUM was kept");
  }

  async #put(bytes: Uint8Array): Promise<void> {
    if (this.#options.checksum === true) this.#sum.add(bytes);
    await this.#sink.write(bytes);
  }

  async #patchSums(): Promise<void> {
    const before = this.#header.bytes().length;
    setSums(this.#header, this.#sum.value);
    const bytes = this.#header.bytes();
    if (bytes.length !== before) throw new DasError("INTERNAL", "checksums changed the length of a header");
    await (this.#sink as PatchableSink).patch(this.#headerAt, bytes); // `begin` made sure
  }
}
