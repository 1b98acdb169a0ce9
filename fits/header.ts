import { DasError } from "../errors/das-error.js";
import { CARD_BYTES, type Card, readCards, type ValueCard } from "./card.js";
import type { FitsValue } from "./card-value.js";
import { commentaryCards, valueCard, withValue } from "./print-card.js";

/** Bytes of a block: headers and data fill whole ones. */
export const BLOCK_BYTES = 2880;

/** What a card can be given: a number becomes an integer card where it is whole, except in the place of a real value. */
export type ValueInput = FitsValue | boolean | number | bigint | string | undefined;

/** Where a new card goes. */
export interface CardPlace {
  readonly before?: string;
  readonly after?: string;
}

/**
 * The cards of one header, in their order. What is not edited is written exactly as it was read; an edited card keeps its
 * place, its comment and the form of its value. Of a repeated keyword the first card with a value counts. Source: FITS 4.0, 4.
 */
export class Header {
  #cards: Card[];
  /** The header as it was read, until it is edited. */
  #original: Uint8Array | undefined;
  #places: Map<string, number> | undefined;

  constructor(cards: readonly Card[] = [], original?: Uint8Array) {
    this.#cards = [...cards];
    this.#original = original;
  }

  /** A header out of whole blocks that hold END. Errors: BAD_FITS_HEADER where END is missing. */
  static parse(bytes: Uint8Array): Header {
    const lines: string[] = [];
    for (let at = 0; at + CARD_BYTES <= bytes.length; at += CARD_BYTES) {
      const line = latin1(bytes.subarray(at, at + CARD_BYTES));
      if (line.slice(0, 8) === "END     ") {
        const length = Math.ceil((at + CARD_BYTES) / BLOCK_BYTES) * BLOCK_BYTES;
        return new Header(readCards(lines), bytes.slice(0, length));
      }
      lines.push(line);
    }
    throw new DasError("BAD_FITS_HEADER", `no END card in ${bytes.length} bytes of header`);
  }

  /** All cards but END. */
  get cards(): readonly Card[] {
    return this.#cards;
  }

  /** A copy that is edited by itself. */
  clone(): Header {
    return new Header(this.#cards, this.#original);
  }

  /** The first card of a keyword that has a value. */
  card(keyword: string): ValueCard | undefined {
    const place = this.#place(keyword);
    const card = place === undefined ? undefined : this.#cards[place];
    return card?.kind === "value" ? card : undefined;
  }

  has(keyword: string): boolean {
    return this.#place(keyword) !== undefined;
  }

  get(keyword: string): FitsValue | undefined {
    return this.card(keyword)?.value;
  }

  /** A string, or `undefined` where the card is absent or has no value. Errors: BAD_FITS_HEADER for another kind. */
  text(keyword: string): string | undefined {
    const value = this.#defined(keyword);
    if (value === undefined) return undefined;
    return value.kind === "string" ? value.value : this.#wrong(keyword, value, "a string");
  }

  /** A logical value; otherwise like {@link text}. */
  logical(keyword: string): boolean | undefined {
    const value = this.#defined(keyword);
    if (value === undefined) return undefined;
    return value.kind === "logical" ? value.value : this.#wrong(keyword, value, "T or F");
  }

  /** An integer of at most 53 bits within bounds; otherwise like {@link text}. */
  integer(
    keyword: string,
    least = -Number.MAX_SAFE_INTEGER,
    most = Number.MAX_SAFE_INTEGER,
  ): number | undefined {
    const value = this.#defined(keyword);
    if (value === undefined) return undefined;
    if (
      value.kind === "integer" &&
      typeof value.value === "number" &&
      value.value >= least &&
      value.value <= most
    )
      return value.value;
    return this.#wrong(keyword, value, `an integer from ${least} to ${most}`);
  }

  /** A real number or an integer; otherwise like {@link text}. */
  real(keyword: string): number | undefined {
    const value = this.#defined(keyword);
    if (value === undefined) return undefined;
    if (value.kind === "real") return value.value;
    return value.kind === "integer" ? Number(value.value) : this.#wrong(keyword, value, "a number");
  }

  /** The lines of COMMENT, HISTORY or another commentary keyword. */
  commentary(keyword: string): string[] {
    return this.#cards.flatMap((card) =>
      card.kind === "commentary" && card.keyword === keyword ? [card.text] : [],
    );
  }

  /** Changes the value in place, the comment too where one is given; a keyword that is not there is added, at the end by default. */
  set(keyword: string, input: ValueInput, comment?: string, place: CardPlace = {}): this {
    const at = this.#place(keyword);
    const old = at === undefined ? undefined : this.#cards[at];
    if (at !== undefined && old?.kind === "value")
      return this.#splice(at, 1, [withValue(old, toValue(input, old.value), comment)]);
    return this.#splice(this.#insertAt(place), 0, [valueCard(keyword, toValue(input), comment)]);
  }

  /** Adds cards as they are, at the end by default. */
  insert(cards: readonly Card[], place: CardPlace = {}): this {
    return this.#splice(this.#insertAt(place), 0, cards);
  }

  /** Adds commentary lines at the end, or where said. */
  addCommentary(keyword: string, text: string, place: CardPlace = {}): this {
    return this.insert(commentaryCards(keyword, text), place);
  }

  /** Takes away every card that the test picks. */
  remove(test: string | ((card: Card) => boolean)): this {
    const picks = typeof test === "string" ? (card: Card) => card.keyword === test : test;
    const kept = this.#cards.filter((card) => !picks(card));
    return kept.length === this.#cards.length ? this : this.#replace(kept);
  }

  /** The header in whole blocks, END and blanks at its end. */
  bytes(): Uint8Array {
    if (this.#original !== undefined) return this.#original.slice();
    const lines = this.#cards.flatMap((card) => card.lines);
    const bytes = new Uint8Array(Math.ceil(((lines.length + 1) * CARD_BYTES) / BLOCK_BYTES) * BLOCK_BYTES);
    bytes.fill(0x20);
    [...lines, "END"].forEach((line, row) => {
      for (let i = 0; i < line.length; i++) bytes[row * CARD_BYTES + i] = line.charCodeAt(i);
    });
    return bytes;
  }

  /** Every card as text without blanks at its end, for people and tests. */
  toString(): string {
    return this.#cards.flatMap((card) => card.lines.map((line) => line.trimEnd())).join("\n");
  }

  #defined(keyword: string): Exclude<FitsValue, { kind: "undefined" }> | undefined {
    const value = this.get(keyword);
    return value === undefined || value.kind === "undefined" ? undefined : value;
  }

  #wrong(keyword: string, value: FitsValue, expected: string): never {
    const found = "text" in value ? value.text : "value" in value ? value.value : "complex";
    throw new DasError("BAD_FITS_HEADER", `${keyword} = ${String(found).slice(0, 60)}, expected ${expected}`);
  }

  #place(keyword: string): number | undefined {
    if (this.#places === undefined) {
      this.#places = new Map();
      for (const [i, card] of this.#cards.entries()) {
        const first = this.#places.get(card.keyword);
        // A comment under the same keyword does not hide the value.
        if (first === undefined || (card.kind === "value" && this.#cards[first]!.kind !== "value"))
          this.#places.set(card.keyword, i);
      }
    }
    return this.#places.get(keyword);
  }

  #insertAt({ before, after }: CardPlace): number {
    const anchor = before ?? after;
    const at = anchor === undefined ? undefined : this.#place(anchor);
    return at === undefined ? this.#cards.length : before === undefined ? at + 1 : at;
  }

  #splice(at: number, remove: number, cards: readonly Card[]): this {
    return this.#replace([...this.#cards.slice(0, at), ...cards, ...this.#cards.slice(at + remove)]);
  }

  #replace(cards: Card[]): this {
    this.#cards = cards;
    this.#original = undefined;
    this.#places = undefined;
    return this;
  }
}

function toValue(input: ValueInput, before?: FitsValue): FitsValue {
  switch (typeof input) {
    case "undefined":
      return { kind: "undefined" };
    case "boolean":
      return { kind: "logical", value: input };
    case "string":
      return { kind: "string", value: input };
    case "bigint":
      return { kind: "integer", value: input };
    case "number":
      return before?.kind === "real" || !Number.isSafeInteger(input)
        ? { kind: "real", value: input }
        : { kind: "integer", value: input };
    default:
      return input;
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
