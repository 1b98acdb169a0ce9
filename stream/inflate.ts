import { Inflate } from "fflate";
import { DasError } from "../errors/das-error.js";

/**
 * Compressed bytes taken at a time: deflate grows at most 1032-fold, so a step gives at most about 8 MiB,
 * whatever it is fed.
 */
export const INFLATE_STEP_BYTES = 8192;

/** The state of fflate's decoder (pinned version; `test/stream/inflate.test.ts` would see a change). */
interface DecoderState {
  /** Bytes not consumed; the first may be consumed in part. */
  readonly p: Uint8Array;
  /** `f`: in the last block; `l`: the code table of an open block; `p`: bits consumed of the first byte. */
  readonly s: { readonly f?: number; readonly l?: unknown; readonly p?: number };
}

/**
 * Unpacks a zlib stream (RFC 1950) piece by piece. Its header, its Adler-32 and its end are looked after here,
 * for fflate checks no sum and does not say where the last block ended. Source: das2-stream A14.
 */
export class ZlibInflater {
  readonly #decoder: Inflate;
  #output: ((bytes: Uint8Array) => void) | undefined;
  readonly #header: number[] = [];
  #adlerA = 1;
  #adlerB = 0;
  #trailer: number[] | undefined;

  constructor() {
    this.#decoder = new Inflate((bytes) => {
      this.#sum(bytes);
      if (bytes.length > 0) this.#output?.(bytes);
    });
  }

  /** Whether the end of the zlib stream has come; what follows it is ignored. */
  get ended(): boolean {
    return this.#trailer?.length === 4;
  }

  /**
   * Takes at most {@link INFLATE_STEP_BYTES} and gives to `output` what they unpack to, in bytes that are not
   * used again. Errors: BAD_COMPRESSION.
   */
  push(bytes: Uint8Array, output: (bytes: Uint8Array) => void): void {
    let at = 0;
    while (this.#header.length < 2 && at < bytes.length) this.#header.push(bytes[at++] ?? 0);
    if (this.#header.length < 2 || at >= bytes.length) return;
    this.#checkHeader();
    if (this.#trailer === undefined) this.#inflate(bytes.subarray(at), output);
    else this.#readTrailer(bytes.subarray(at));
  }

  #checkHeader(): void {
    const [method = 0, flags = 0] = this.#header;
    if ((method & 15) !== 8 || method >> 4 > 7 || (method * 256 + flags) % 31 !== 0 || (flags & 32) !== 0)
      throw new DasError(
        "BAD_COMPRESSION",
        `the compressed part begins ${hex(method)} ${hex(flags)}, expected a zlib header such as 78 9c`,
      );
  }

  #inflate(bytes: Uint8Array, output: (bytes: Uint8Array) => void): void {
    this.#output = output;
    try {
      this.#decoder.push(bytes);
    } catch (cause) {
      if (cause instanceof DasError) throw cause;
      throw new DasError("BAD_COMPRESSION", "the compressed part is damaged", {}, cause);
    } finally {
      this.#output = undefined;
    }
    // Not part of the declared interface, which does not tell where a stream ends.
    const { p, s } = this.#decoder as unknown as DecoderState;
    if (!s.f || s.l) return;
    this.#trailer = [];
    this.#readTrailer((s.p ?? 0) % 8 === 0 ? p : p.subarray(1));
  }

  #readTrailer(bytes: Uint8Array): void {
    const trailer = this.#trailer ?? [];
    if (trailer.length === 4) return;
    for (const byte of bytes.subarray(0, 4 - trailer.length)) trailer.push(byte);
    if (trailer.length < 4) return;
    const [b1 = 0, b0 = 0, a1 = 0, a0 = 0] = trailer;
    if (b1 * 256 + b0 !== this.#adlerB || a1 * 256 + a0 !== this.#adlerA)
      throw new DasError("BAD_COMPRESSION", "the compressed part is damaged: its Adler-32 does not match");
  }

  /** Adler-32 (RFC 1950, 8.2). */
  #sum(bytes: Uint8Array): void {
    let a = this.#adlerA;
    let b = this.#adlerB;
    for (let from = 0; from < bytes.length; from += 3800) {
      // 3800 bytes keep both sums below 2^31, where integer arithmetic is fast.
      const to = Math.min(bytes.length, from + 3800);
      for (let i = from; i < to; i++) {
        a += bytes[i] ?? 0;
        b += a;
      }
      a %= 65521;
      b %= 65521;
    }
    this.#adlerA = a;
    this.#adlerB = b;
  }
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
