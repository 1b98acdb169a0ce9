import type { BlockSeal } from "../../cache/store/block-seal.js";
import { Recent } from "../../cache/store/recent.js";
import type { CacheRecord, StageRecord } from "../log/record.js";
import type { Site } from "../site.js";

/** A small answer that was made from blocks alone, and what the log says of it. */
export interface ReadyAnswer {
  /** Not to be written to. */
  readonly bytes: Uint8Array;
  /** Of every block that it was made from. */
  readonly seals: readonly BlockSeal[];
  readonly stages: readonly StageRecord[];
  readonly cache: CacheRecord;
}

/** Bytes of all that are kept, and how many at most. */
const MOST_BYTES = 16 * 2 ** 20;
const MOST_ANSWERS = 16_384;

/**
 * Small answers of a resident server, ready to be sent again, by their ETag, which says all of what was asked for. The blocks of an
 * answer are looked at whenever it is given, as they would be if it were made: one that has been replaced, written to or marked as
 * out of date is not answered from memory. What was not used for the longest time goes first.
 */
export class ReadyAnswers {
  readonly #mostBytes: number;
  readonly #answers: Recent<ReadyAnswer>;
  #bytes = 0;

  constructor(mostBytes = MOST_BYTES) {
    this.#mostBytes = mostBytes;
    this.#answers = new Recent(MOST_ANSWERS, ({ bytes }) => {
      this.#bytes -= bytes.length;
    });
  }

  /** The answer of a tag; `undefined` where there is none, or where one of its blocks is another now. */
  find(tag: string): ReadyAnswer | undefined {
    const found = this.#answers.get(tag);
    if (found === undefined || found.seals.every((isSame) => isSame())) return found;
    this.#answers.delete(tag);
    return undefined;
  }

  /** Keeps an answer; its bytes are copied, since they may be a part of something large. */
  keep(tag: string, answer: ReadyAnswer): void {
    const { length } = answer.bytes;
    if (length > this.#mostBytes) return;
    this.#answers.set(tag, { ...answer, bytes: Buffer.from(answer.bytes) });
    this.#bytes += length;
    while (this.#bytes > this.#mostBytes) this.#answers.deleteOldest();
  }
}

const made = new WeakMap<Site, ReadyAnswers>();

/** Those of a server; `undefined` for one that ends with its request. */
export function readyAnswers(site: Site): ReadyAnswers | undefined {
  if (!site.resident) return undefined;
  let answers = made.get(site);
  if (answers === undefined) {
    answers = new ReadyAnswers();
    made.set(site, answers);
  }
  return answers;
}
