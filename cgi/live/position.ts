import { createHash } from "node:crypto";
import { readXUs2000 } from "../../stream/columns.js";
import type { PacketBatch } from "../../stream/model.js";

/** How far the records of one packet id have been given: all before `x`, and of those at `x` the ones that are counted. */
interface Mark {
  readonly x: number;
  /** Digests of the records given at `x`, and how many there were of each. */
  readonly given: Counts;
  /** Those of them that come again in the reading at hand. */
  awaited: Counts;
}

type Counts = Map<string, number>;

/** How records of one packet id with the same x are told apart. */
export type EqualX =
  /** By their bytes: there may be any number of them. */
  | "records"
  /** There is only one, as of bins. */
  | "one";

/** Of so many records at one x each is named in a text; of more it only says that they were given. */
const MOST_NAMED = 64;
/** Packet ids that a stream can have. */
const MOST_MARKS = 99;

/**
 * How far a stream has been given, so that it can be gone on with. A record is new when its x is after that of all that were given of its
 * packet id, or the same and it was not among them. What comes with an x before that is late, and never new: so what is taken is in order.
 * Times are us2000.
 *
 * What was given at the last x comes again when the archive is read from there: so each reading begins with {@link expect}; one that
 * ended well ends with {@link complete}.
 */
export class Position {
  /** Begin of what is to be read; records of ids without a mark are new from here on. */
  #floor: number;
  readonly #marks = new Map<number, Mark>();
  readonly #equalX: EqualX;

  /** @param from the first x that is new */
  constructor(from: number, equalX: EqualX = "records") {
    this.#floor = from;
    this.#equalX = equalX;
  }

  /** Where a reading has to begin to find all that is new. */
  get from(): number {
    return this.#floor;
  }

  /** The same position, from which somebody else goes on. */
  clone(): Position {
    const copy = new Position(this.#floor, this.#equalX);
    for (const [id, { x, given }] of this.#marks) copy.#marks.set(id, markAt(x, new Map(given)));
    return copy;
  }

  /** What is before `x` is not read. */
  notBefore(x: number): void {
    this.#floor = Math.max(this.#floor, x);
  }

  /** Where nothing has been given yet, what is before `x` is left out. */
  skipTo(x: number): void {
    if (this.#marks.size === 0) this.notBefore(x);
  }

  /**
   * A reading begins, in which comes again what is given here.
   * @param but the position of whoever hands it on, who leaves out what was given there
   */
  expect(but?: Position): void {
    for (const [id, mark] of this.#marks) {
      mark.awaited = new Map(mark.given);
      const known = but === undefined ? undefined : but.#marks.get(id);
      if (known?.x !== mark.x) continue;
      for (const [digest, count] of known.given) takeFrom(mark.awaited, digest, count);
    }
  }

  /** A reading of all from {@link from} on has ended well: from now on what is new is after all of it, whatever its id. */
  complete(): void {
    for (const { x } of this.#marks.values()) this.#floor = Math.max(this.#floor, x);
    for (const [id, { x }] of this.#marks) if (x < this.#floor) this.#marks.delete(id);
  }

  /**
   * The new records of a batch, which are given from now on; `undefined`: there are none. The bytes are those of the batch where all of
   * it is new, else a copy. Errors: UNSUITED_STREAM where x is no time.
   */
  take(batch: PacketBatch): PacketBatch | undefined {
    const xs = new Float64Array(batch.count);
    readXUs2000(batch, xs);
    let mark = this.#markOf(batch.header.id);
    /** Records at the x of `mark`, which are counted when it is known that no later one follows. */
    let atMark: number[] | undefined;
    const taken: number[] = [];
    for (let n = 0; n < batch.count; n++) {
      const x = xs[n] ?? Number.NaN;
      if (x > mark.x) {
        mark = markAt(x, new Map());
        atMark = [n];
      } else if (x !== mark.x) continue;
      else if (atMark === undefined) {
        if (!this.#isNewAt(mark, digestOf(batch, n))) continue;
      } else if (this.#equalX === "one") continue;
      else atMark.push(n);
      taken.push(n);
    }
    if (taken.length === 0) return undefined;
    this.#marks.set(batch.header.id, mark);
    for (const n of atMark ?? []) add(mark.given, digestOf(batch, n));
    return taken.length === batch.count ? batch : chosen(batch, taken);
  }

  /** Whether a record at the x of the mark is none of those that were given; it is from now on. */
  #isNewAt({ given, awaited }: Mark, digest: string): boolean {
    const isKnown = this.#equalX === "one" ? given.size > 0 : takeFrom(awaited, digest, 1);
    if (!isKnown) add(given, digest);
    return !isKnown;
  }

  /** Whether all that is given at `other` is given here as well. */
  covers(other: Position): boolean {
    if (this.#floor < other.#floor) return false;
    return [...other.#marks].every(([id, { x, given }]) => {
      const own = this.#markOf(id);
      if (own.x !== x) return own.x > x;
      return [...given].every(([digest, count]) => (own.given.get(digest) ?? 0) >= count);
    });
  }

  /** Goes back to where all is new that is new at `other`. */
  lower(other: Position): void {
    for (const id of [...new Set([...this.#marks.keys(), ...other.#marks.keys()])]) {
      const [own, theirs] = [this.#markOf(id), other.#markOf(id)];
      if (own.x === theirs.x) this.#marks.set(id, markAt(own.x, common(own.given, theirs.given)));
      else if (theirs.x < own.x) this.#marks.set(id, markAt(theirs.x, new Map(theirs.given)));
      else this.#marks.set(id, own);
    }
    this.#floor = Math.min(this.#floor, other.#floor);
  }

  #markOf(id: number): Mark {
    return this.#marks.get(id) ?? markAt(this.#floor, new Map());
  }

  /** The position as one word of ASCII, from which {@link Position.parse} makes it again. */
  toText(): string {
    const marks = [...this.#marks].map(([id, { x, given }]) => {
      const digests = [...given].flatMap(([digest, count]) => Array<string>(count).fill(digest));
      return digests.length > MOST_NAMED ? `${id}=${justAfter(x)}` : [`${id}=${x}`, ...digests].join(",");
    });
    return [String(this.#floor), ...marks].join("~");
  }

  /** The position that a text tells; `undefined` where it tells none. */
  static parse(text: string, equalX: EqualX = "records"): Position | undefined {
    const [floor = "", ...marks] = text.split("~");
    if (!NUMBER.test(floor) || marks.length > MOST_MARKS) return undefined;
    const position = new Position(Number(floor), equalX);
    for (const mark of marks) {
      const [head = "", ...digests] = mark.split(",");
      const [, id = "", x = ""] = /^([1-9][0-9]?)=(.*)$/.exec(head) ?? [];
      if (!NUMBER.test(x) || digests.length > MOST_NAMED || !digests.every((one) => DIGEST.test(one)))
        return undefined;
      const given: Counts = new Map();
      for (const digest of digests) add(given, digest);
      position.#marks.set(Number(id), markAt(Number(x), given));
    }
    return position;
  }
}

const NUMBER = /^-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:e-[0-9]{1,2})?$/;
const DIGEST = /^[A-Za-z0-9_-]{8}$/;

function markAt(x: number, given: Counts): Mark {
  return { x, given, awaited: new Map() };
}

/** A little later than any record at `x`, and as little as doubles allow. */
function justAfter(x: number): number {
  return x + Math.max(Math.abs(x), 1) * Number.EPSILON;
}

/** 48 bits of a record: two different ones at the same x, of the same id, are not the same here within the life of an archive. */
function digestOf({ header, bytes }: PacketBatch, n: number): string {
  const record = bytes.subarray(n * header.stride, (n + 1) * header.stride);
  return createHash("sha1").update(record).digest("base64url").slice(0, 8);
}

function chosen({ header, bytes }: PacketBatch, records: readonly number[]): PacketBatch {
  const { stride } = header;
  const copy = new Uint8Array(records.length * stride);
  for (const [at, n] of records.entries())
    copy.set(bytes.subarray(n * stride, (n + 1) * stride), at * stride);
  return { header, bytes: copy, count: records.length, lasts: true };
}

function add(counts: Counts, digest: string): void {
  counts.set(digest, (counts.get(digest) ?? 0) + 1);
}

/** Takes at most `count` away; whether there was any. */
function takeFrom(counts: Counts, digest: string, count: number): boolean {
  const there = counts.get(digest) ?? 0;
  if (there > count) counts.set(digest, there - count);
  else counts.delete(digest);
  return there > 0;
}

function common(a: Counts, b: Counts): Counts {
  return new Map(
    [...a].flatMap(([digest, count]) => {
      const both = Math.min(count, b.get(digest) ?? 0);
      return both === 0 ? [] : [[digest, both]];
    }),
  );
}
