import { DasError } from "../../errors/das-error.js";
import type { Das3Dataset } from "./model.js";
import { type PacketOfDataset, packetOfDataset, type RunLength } from "./packet-of-dataset.js";
import { RecordReader } from "./record-reader.js";

/** Readers of lengths that are kept, and the bytes of their packets. */
const MOST_READERS = 16;
const MOST_BYTES = 16 * 1024 * 1024;
/** `[j|` and nine digits and `]`. */
const LONGEST_TAG = 13;
const OPEN = 0x5b;

/** The count of a run that tells it, as it stands before the run. Source: das2-stream C4.3. */
function tagOf(letter: string, count: number): string {
  return `[${letter}|${count}]`;
}

/**
 * Reads the records of a dataset whose second index is as long as each record says. A das2 packet has one length, so another length is
 * another definition of the same packet type.
 *
 * Taken are binary values along one ragged index: each run with its count before it, the last one of a record with or without.
 * Source: das2-stream C4.3.
 */
export class RaggedReader {
  readonly #id: number;
  readonly #dataset: Das3Dataset;
  readonly #readers = new Map<string, RecordReader>();
  /** Of one value along the index. */
  readonly #unit: PacketOfDataset;
  #bytes = 0;

  /** Errors: those of {@link packetOfDataset}. */
  constructor(id: number, dataset: Das3Dataset) {
    this.#id = id;
    this.#dataset = dataset;
    this.#unit = packetOfDataset(id, dataset, { length: 1, isLastTold: false });
  }

  get unit(): PacketOfDataset {
    return this.#unit;
  }

  /**
   * The reader for the record whose body of `bodyBytes` begins at `start`.
   * Errors: BAD_LENGTH where its counts and its length do not fit each other; TOO_MANY_ITEMS.
   */
  of(bytes: Uint8Array, start: number, bodyBytes: number): RecordReader {
    const body = bytes.subarray(start, start + bodyBytes);
    const { length, isLastTold } = this.#runsOf(body);
    const key = `${length} ${isLastTold}`;
    const reader = this.#readers.get(key) ?? this.#made(key, { length, isLastTold }, bodyBytes);
    if (reader.bodyBytes !== bodyBytes) throw badLength(bodyBytes, reader.bodyBytes);
    for (const at of reader.runs)
      if (!isTag(body, at, length)) throw new DasError("BAD_LENGTH", "runs of different lengths in a record");
    return reader;
  }

  /** The body is as long as its counts say before memory is taken for it. */
  #made(key: string, runs: RunLength, bodyBytes: number): RecordReader {
    const packet = packetOfDataset(this.#id, this.#dataset, runs);
    if (packet.bodyBytes !== bodyBytes) throw badLength(bodyBytes, packet.bodyBytes);
    const reader = new RecordReader(packet);
    this.#bytes += reader.header.stride;
    if (this.#readers.size >= MOST_READERS || this.#bytes > MOST_BYTES) {
      this.#readers.clear();
      this.#bytes = reader.header.stride;
    }
    this.#readers.set(key, reader);
    return reader;
  }

  /** How long the runs of a record are: by the count of the first, or by what is left for one that has none. */
  #runsOf(body: Uint8Array): RunLength {
    const { ragged = [], bodyBytes: ofOne } = this.#unit;
    const [first] = ragged;
    if (first === undefined) throw badLength(body.length, ofOne);
    const told = countAt(body, first.from);
    if (ragged.length > 1 || !first.isLast) {
      if (told === undefined) throw new DasError("BAD_LENGTH", "a run of values without its count before it");
      const last = ragged.at(-1);
      const tag = tagOf("j", told).length;
      const plain = ragged.reduce((sum, { width }) => sum + told * width, fixedBytes(this.#unit));
      const tags = ragged.filter(({ isLast }) => !isLast).length * tag;
      return { length: told, isLastTold: last?.isLast === true && body.length === plain + tags + tag };
    }
    if (told !== undefined && first.from + tagOf("j", told).length + told * first.width === body.length)
      return { length: told, isLastTold: true };
    const length = (body.length - first.from) / first.width;
    if (!Number.isInteger(length) || length < 1) throw badLength(body.length, ofOne);
    return { length, isLastTold: false };
  }
}

/** Bytes of a record besides its runs and their counts. */
function fixedBytes({ bodyBytes, ragged = [] }: PacketOfDataset): number {
  return ragged.reduce(
    (left, { width, isLast }) => left - width - (isLast ? 0 : tagOf("j", 1).length),
    bodyBytes,
  );
}

function badLength(given: number, expected: number): DasError {
  return new DasError(
    "BAD_LENGTH",
    `a record of ${given} bytes, expected ${expected} by its header and counts`,
  );
}

function isTag(body: Uint8Array, at: number, length: number): boolean {
  return countAt(body, at) === length;
}

/** The count that stands at a place; `undefined` where there is none. */
function countAt(body: Uint8Array, at: number): number | undefined {
  if (body[at] !== OPEN) return undefined;
  const text = Buffer.from(body.subarray(at, at + LONGEST_TAG)).toString("latin1");
  const count = /^\[[a-z]\|([1-9][0-9]{0,8})\]/.exec(text)?.[1];
  return count === undefined ? undefined : Number(count);
}
