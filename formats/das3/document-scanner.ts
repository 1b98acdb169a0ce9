import { DasError } from "../../errors/das-error.js";
import { DAS3_LIMITS, type Das3Limits } from "../../stream/das3-framing.js";
import { clip } from "../../stream/xml-attribute.js";

/** A part of a document: the start tag of its root, a whole element directly inside, the end. */
export interface DocumentPart {
  readonly kind: "root" | "element" | "end";
  /** Of an element. */
  readonly name: string;
  /** They hold until the next part is asked for; `view` lies on the same memory. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** First byte of the part, and the one behind it. */
  readonly start: number;
  readonly until: number;
  /** The byte behind the start tag of an element. */
  readonly content: number;
}

const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const EXCLAMATION = 0x21;
const QUESTION = 0x3f;
const DASH = 0x2d;
const QUOTES = { double: 0x22, single: 0x27 } as const;
const BLANK = 0x20;
const COMMENT_END = Buffer.from("-->");
const TEXT_END = Buffer.from("]]>");
const INSTRUCTION_END = Buffer.from("?>");
const CDATA = Buffer.from("<![CDATA[");
/** How deep elements of a document may nest; das2-stream C7. */
const DEEPEST = 32;

/**
 * Divides a document that comes in pieces into the elements directly inside its root, none of which is looked into. Only the element that
 * is being read is held.
 * Errors: NO_STREAM_HEADER where no document begins, BAD_XML, BAD_LENGTH for an element above the limits. Source: das2-stream C7.
 */
export class DocumentScanner {
  readonly #limits: Das3Limits;
  #bytes = new Uint8Array(65_536);
  #view = new DataView(this.#bytes.buffer);
  /** Next byte to look at, and the one behind the last. */
  #at = 0;
  #end = 0;
  /** Where the part that is being read begins; -1: none is. */
  #start = -1;
  /** The byte behind its start tag. */
  #content = 0;
  /** Elements that are open. */
  readonly #open: string[] = [];
  /** How far the markup at a place has been looked through, for more of it to come. */
  #looked = { place: -1, bytes: 0, quote: 0 };
  #isOver = false;
  /** Bytes dropped so far. */
  #dropped = 0;

  constructor(limits: Das3Limits = DAS3_LIMITS) {
    this.#limits = limits;
  }

  /** Bytes looked at. */
  get offset(): number {
    return this.#dropped + this.#at;
  }

  /** Whether the root has been closed, and nothing has begun behind it. */
  get isOver(): boolean {
    return this.#isOver && this.#bytes.subarray(this.#at, this.#end).every((byte) => byte <= BLANK);
  }

  /** The parts that these bytes make whole. */
  *parts(chunk: Uint8Array): Generator<DocumentPart, void, undefined> {
    this.#append(chunk);
    for (;;) {
      const part = this.#next();
      if (part === undefined) break;
      if (part !== "nothing") yield part;
    }
    const isRecord = this.#start >= 0 && this.#nameAt(this.#start) === "d";
    const most = isRecord ? this.#limits.recordBytes : this.#limits.headerBytes;
    const held = this.#end - this.#keep;
    if (held > most)
      throw new DasError("BAD_LENGTH", `an element of ${held} bytes or more, expected at most ${most}`);
  }

  /** The first byte that is still needed. */
  get #keep(): number {
    return this.#start < 0 ? this.#at : this.#start;
  }

  #append(chunk: Uint8Array): void {
    const keep = this.#keep;
    const held = this.#end - keep;
    if (this.#end + chunk.length > this.#bytes.length) {
      const size = held + chunk.length;
      const room = size * 2 > this.#bytes.length ? new Uint8Array(size * 2) : this.#bytes;
      room.set(this.#bytes.subarray(keep, this.#end));
      if (room !== this.#bytes) {
        this.#bytes = room;
        this.#view = new DataView(room.buffer);
      }
      this.#at -= keep;
      this.#content -= keep;
      if (this.#start >= 0) this.#start = 0;
      this.#end = held;
      this.#dropped += keep;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Passes over one piece of markup; `undefined` where it goes on in bytes to come. */
  #next(): DocumentPart | "nothing" | undefined {
    const bytes = this.#bytes;
    const at = this.#indexOf(LESS, this.#at);
    this.#checkText(this.#at, at < 0 ? this.#end : at);
    if (at < 0) {
      this.#at = this.#end;
      return undefined;
    }
    this.#at = at;
    if (this.#end - at < CDATA.length && this.#indexOf(GREATER, at) < 0) return undefined;
    switch (bytes[at + 1]) {
      case EXCLAMATION:
        return this.#declaration(at);
      case QUESTION:
        return this.#instruction(at);
      case SLASH:
        return this.#endTag(at);
      default:
        return this.#startTag(at);
    }
  }

  #declaration(at: number): "nothing" | undefined {
    const bytes = this.#bytes;
    if (bytes[at + 2] === DASH && bytes[at + 3] === DASH) return this.#over(at, COMMENT_END, 4);
    if (CDATA.every((byte, n) => bytes[at + n] === byte)) return this.#over(at, TEXT_END, CDATA.length);
    throw new DasError("BAD_XML", "a document type or entity declaration is not accepted");
  }

  #over(at: number, end: Uint8Array, begin: number): "nothing" | undefined {
    const looked = this.#lookedFrom(at);
    const held = Buffer.from(this.#bytes.buffer, 0, this.#end);
    const found = held.indexOf(end, at + Math.max(begin, looked.bytes - end.length));
    looked.bytes = this.#end - at;
    if (found < 0) return undefined;
    this.#at = found + end.length;
    return "nothing";
  }

  #instruction(at: number): "nothing" | undefined {
    if (this.#over(at, INSTRUCTION_END, 2) === undefined) return undefined;
    const text = Buffer.from(this.#bytes.buffer, at, Math.min(this.#at - at, 200)).toString("latin1");
    const encoding = /^<\?xml\s[^?]*encoding\s*=\s*["']([^"']*)/.exec(text)?.[1];
    if (encoding !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(encoding))
      throw new DasError("BAD_XML", `encoding "${clip(encoding)}" of a document, expected UTF-8`);
    return "nothing";
  }

  /** How far the markup that begins at a byte has been looked through. */
  #lookedFrom(at: number): { place: number; bytes: number; quote: number } {
    const place = this.#dropped + at;
    if (this.#looked.place !== place) this.#looked = { place, bytes: 0, quote: 0 };
    return this.#looked;
  }

  #startTag(at: number): DocumentPart | "nothing" | undefined {
    const close = this.#tagEnd(at);
    if (close < 0) return undefined;
    if (this.#isOver) throw new DasError("BAD_XML", "an element behind the end of the document");
    const isEmpty = this.#bytes[close - 1] === SLASH;
    const depth = this.#open.length;
    if (depth === 1) {
      this.#start = at;
      this.#content = close + 1;
    }
    if (depth === 2 && this.#open[1] === "d")
      throw new DasError(
        "BAD_XML",
        `an element <${clip(this.#nameAt(at))}> in a record, expected values alone`,
      );
    this.#at = close + 1;
    if (!isEmpty) this.#open.push(this.#nameAt(at));
    if (depth >= DEEPEST)
      throw new DasError("BAD_XML", `elements nested deeper than ${DEEPEST}, expected at most that deep`);
    if (depth === 0) {
      this.#isOver = isEmpty;
      return this.#part("root", at);
    }
    return isEmpty && depth === 1 ? this.#wholeElement() : "nothing";
  }

  #endTag(at: number): DocumentPart | "nothing" | undefined {
    const close = this.#indexOf(GREATER, at);
    if (close < 0) return undefined;
    const name = Buffer.from(this.#bytes.buffer, at + 2, close - at - 2)
      .toString("latin1")
      .trimEnd();
    const open = this.#open.pop();
    if (open === undefined) throw new DasError("BAD_XML", "a closing tag without its element");
    if (name !== open)
      throw new DasError("BAD_XML", `closing tag </${clip(name)}>, expected </${clip(open)}>`);
    this.#at = close + 1;
    const depth = this.#open.length;
    if (depth === 1) return this.#wholeElement();
    if (depth > 1) return "nothing";
    this.#isOver = true;
    return this.#part("end", at);
  }

  #wholeElement(): DocumentPart {
    const start = this.#start;
    this.#start = -1;
    return this.#part("element", start);
  }

  #part(kind: DocumentPart["kind"], start: number): DocumentPart {
    return {
      kind,
      name: this.#nameAt(start),
      bytes: this.#bytes,
      view: this.#view,
      start,
      until: this.#at,
      content: this.#content,
    };
  }

  /** The `>` of a tag, which may stand in the value of an attribute as well; each byte is looked at once. */
  #tagEnd(from: number): number {
    const bytes = this.#bytes;
    const looked = this.#lookedFrom(from);
    for (let at = from + Math.max(1, looked.bytes); at < this.#end; at++) {
      const byte = bytes[at]!;
      if (looked.quote !== 0) {
        if (byte === looked.quote) looked.quote = 0;
      } else if (byte === GREATER) return at;
      else if (byte === QUOTES.double || byte === QUOTES.single) looked.quote = byte;
    }
    looked.bytes = this.#end - from;
    return -1;
  }

  #nameAt(start: number): string {
    const bytes = this.#bytes;
    let at = start + 1;
    while (at < this.#end && bytes[at]! > BLANK && bytes[at] !== GREATER && bytes[at] !== SLASH) at++;
    return Buffer.from(bytes.buffer, start + 1, at - start - 1).toString("latin1");
  }

  /** Outside of the root, and between its elements, there is nothing but blanks, and the mark that some write before everything. */
  #checkText(from: number, until: number): void {
    if (this.#open.length > 1) return;
    for (let at = from; at < until; at++) {
      const byte = this.#bytes[at]!;
      const isMark = this.#dropped + at < 3 && [0xef, 0xbb, 0xbf].includes(byte);
      if (byte <= BLANK || isMark) continue;
      if (this.#open.length === 1) throw new DasError("BAD_XML", "text between the elements of a document");
      throw this.#isOver
        ? new DasError("BAD_XML", "text behind the end of the document")
        : new DasError("NO_STREAM_HEADER", 'the document does not begin with an element, expected "<stream"');
    }
  }

  #indexOf(byte: number, from: number): number {
    const found = this.#bytes.indexOf(byte, from);
    return found >= 0 && found < this.#end ? found : -1;
  }
}
