import { indexAway, RedisRefusal, type RedisReply } from "./redis-link.js";

/** What a Redis may answer, so that a wrong or hostile one cannot take memory. */
export interface ReplyLimits {
  /** Bytes of one text. */
  readonly text: number;
  /** Bytes of all replies that have not been given out yet, and of one that is not whole. */
  readonly reply: number;
  /** Items of one list. */
  readonly items: number;
  /** Lists in lists. */
  readonly depth: number;
}

/** The largest answers here are 4097 chunks of 8 KiB with their numbers, and 10,000 numbers. */
const REPLY_LIMITS: ReplyLimits = { text: 1 << 20, reply: 48 << 20, items: 20_000, depth: 4 };

/** The longest line: an error with a stack of Lua. */
const MAX_LINE = 4096;
const [CR, LF] = [0x0d, 0x0a];
const NONE = Buffer.alloc(0);

/** A list that is being read. */
interface OpenList {
  readonly items: RedisReply[];
  readonly count: number;
}

/** Where in a reply the parser stands: no whole element is there, or this is the next. */
type Element =
  | { readonly kind: "reply"; readonly reply: RedisReply }
  | { readonly kind: "list"; readonly count: number };

/**
 * Reads replies of RESP2 from pieces as they come. Texts are views of the pieces where they lie in one.
 * Source: Redis serialization protocol specification, RESP2. Errors: INDEX_AWAY where a reply breaks it or a limit; no more can be
 * read then.
 */
export class RespParser {
  readonly #limits: ReplyLimits;
  #bytes: Buffer = NONE;
  #at = 0;
  readonly #open: OpenList[] = [];
  /** Bytes of the reply that is being read. */
  #size = 0;

  constructor(limits: ReplyLimits = REPLY_LIMITS) {
    this.#limits = limits;
  }

  /** Takes a piece, which must not be changed afterwards; gives the replies that are whole now. */
  push(piece: Buffer): RedisReply[] {
    this.#bytes =
      this.#at < this.#bytes.length ? Buffer.concat([this.#bytes.subarray(this.#at), piece]) : piece;
    this.#at = 0;
    const replies: RedisReply[] = [];
    for (let element = this.#element(); element !== undefined; element = this.#element()) {
      const whole = this.#place(element);
      if (whole === undefined) continue;
      replies.push(whole);
      this.#size = 0;
    }
    return replies;
  }

  /** Puts an element where it belongs; gives the reply that it completes. */
  #place(element: Element): RedisReply | undefined {
    if (element.kind === "list" && element.count > 0) {
      if (this.#open.length >= this.#limits.depth) throw broken("lists are nested too deeply");
      this.#open.push({ items: [], count: element.count });
      return undefined;
    }
    let reply: RedisReply = element.kind === "list" ? [] : element.reply;
    for (let list = this.#open.at(-1); list !== undefined; list = this.#open.at(-1)) {
      list.items.push(reply);
      if (list.items.length < list.count) return undefined;
      this.#open.pop();
      reply = list.items;
    }
    return reply;
  }

  /** The next element, if all of it is there. */
  #element(): Element | undefined {
    const start = this.#at;
    const line = this.#line();
    if (line === undefined) return undefined;
    const type = String.fromCharCode(line[0] ?? 0);
    const text = line.toString("latin1", 1);
    switch (type) {
      case "+":
        return this.#whole(start, Buffer.from(line.subarray(1)));
      case "-":
        return this.#whole(start, new RedisRefusal(line.toString("utf8", 1)));
      case ":":
        return this.#whole(start, integer(text, Number.MAX_SAFE_INTEGER, "an integer"));
      case "$": {
        const length = integer(text, this.#limits.text, "the length of a text");
        if (length === -1) return this.#whole(start, null);
        if (this.#bytes.length < this.#at + length + 2) {
          this.#checkSize(this.#at - start + length);
          this.#at = start;
          return undefined;
        }
        const end = this.#at + length;
        if (this.#bytes[end] !== CR || this.#bytes[end + 1] !== LF)
          throw broken("a text does not end where it should");
        const content = this.#bytes.subarray(this.#at, end);
        this.#at = end + 2;
        return this.#whole(start, content);
      }
      case "*": {
        const count = integer(text, this.#limits.items, "the number of items");
        this.#checkSize(this.#at - start);
        return count === -1 ? { kind: "reply", reply: null } : { kind: "list", count };
      }
      default:
        throw broken(`a reply begins with ${JSON.stringify(type)}`);
    }
  }

  #whole(start: number, reply: RedisReply): Element {
    this.#checkSize(this.#at - start);
    this.#size += this.#at - start;
    return { kind: "reply", reply };
  }

  #checkSize(more: number): void {
    if (this.#size + more > this.#limits.reply) throw broken("a reply is too long");
  }

  /** The line at hand without its end; nothing is taken where it is not whole. */
  #line(): Buffer | undefined {
    const end = this.#bytes.indexOf(LF, this.#at);
    if (end === -1 ? this.#bytes.length - this.#at > MAX_LINE : end - this.#at > MAX_LINE)
      throw broken("a line is too long");
    if (end === -1) return undefined;
    if (end === this.#at || this.#bytes[end - 1] !== CR) throw broken("a line does not end with CR LF");
    const line = this.#bytes.subarray(this.#at, end - 1);
    this.#at = end + 1;
    return line;
  }
}

/** An integer as RESP writes it; lengths may be -1, other integers anything that is exact. */
function integer(text: string, most: number, what: string): number {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  const least = most === Number.MAX_SAFE_INTEGER ? -most : -1;
  if (!(value >= least && value <= most)) throw broken(`${what} is ${JSON.stringify(text.slice(0, 40))}`);
  return value;
}

function broken(what: string): Error {
  return indexAway(`Redis does not keep to its protocol: ${what}`);
}
