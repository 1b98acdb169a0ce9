import { DasError } from "../../errors/das-error.js";
import { readReal } from "../../stream/number-field.js";
import { readTimeField } from "../../stream/time-field.js";
import { FILL } from "../stream-parts.js";
import {
  isFillText,
  NONE,
  type RecordColumn,
  type RecordLayout,
  type RecordReader,
  recordValues,
  valueOrFill,
} from "./record-layout.js";

const [NEWLINE, RETURN, COMMA, QUOTE, HASH, SPACE] = [0x0a, 0x0d, 0x2c, 0x22, 0x23, 0x20];
/** Longest number, and what a text may be longer than it says. */
const NUMBER_BYTES = 64;
const TEXT_SLACK = 64;

/**
 * Reads lines of values with commas between them. Texts may be quoted, also over several lines; empty lines and those that begin with
 * `#` are passed over. Source: HAPI 3.3, section 3.7.4.1; RFC 4180.
 */
export function csvRecords(layout: RecordLayout): RecordReader {
  const record = recordValues(layout);
  const longest = lineLimit(layout);
  const fields = new Fields();
  /** A line that lies in two or more pieces, and that of the attempt before. */
  let torn = Buffer.alloc(0);
  let held = 0;
  let before = "";
  let inQuotes = false;
  let piece: Uint8Array = NONE;
  let at = 0;

  const hold = (bytes: Uint8Array): void => {
    const length = held + bytes.length;
    if (length > longest)
      throw new DasError("RECORD_TOO_LONG", `a record of the HAPI server has more than ${longest} bytes`);
    if (length > torn.length) {
      const larger = Buffer.alloc(Math.min(longest, Math.max(length, 2 * torn.length, 1024)));
      larger.set(torn.subarray(0, held));
      torn = larger;
    }
    torn.set(bytes, held);
    held = length;
  };

  /** The place of the newline that ends a line, -1 where it is not here. */
  const lineEnd = (from: number): number => {
    if (!layout.hasTexts) return piece.indexOf(NEWLINE, from);
    for (let i = from; i < piece.length; i++) {
      const byte = piece[i];
      if (byte === QUOTE) inQuotes = !inQuotes;
      else if (byte === NEWLINE && !inQuotes) return i;
    }
    return -1;
  };

  /** Whether the line was a record. */
  const decode = (bytes: Uint8Array, from: number, to: number): boolean => {
    const end = to > from && bytes[to - 1] === RETURN ? to - 1 : to;
    if (end === from || bytes[from] === HASH) return false;
    fields.begin(bytes, from, end);
    if (!fields.next()) return false;
    record.time = fields.bytes;
    record.timeFrom = fields.from;
    record.timeTo = fields.to;
    for (const column of layout.columns)
      for (let i = column.from; i < column.from + column.count; i++) {
        if (!fields.next()) throw wrongCount(layout, i + 1);
        value(column, i);
      }
    if (fields.next()) throw wrongCount(layout, layout.items + 2);
    return true;
  };

  const value = ({ kind, fill, fillText }: RecordColumn, i: number): void => {
    const { bytes, from, to } = fields;
    switch (kind) {
      case "number":
      case "integer":
        record.numbers[i] = valueOrFill(readReal(bytes, from, to), fill);
        break;
      default: {
        const missing = isFillText(bytes, from, to, fillText);
        const us = missing || kind === "text" ? Number.NaN : readTimeField(bytes, from, to);
        record.numbers[i] = Number.isNaN(us) ? FILL : us;
        if (kind === "text") record.texts[i] = missing ? NONE : bytes.subarray(from, to);
      }
    }
  };

  return {
    record,
    restart() {
      held = 0;
      at = 0;
      piece = NONE;
      inQuotes = false;
    },
    feed(bytes) {
      piece = bytes;
      at = 0;
    },
    next() {
      for (;;) {
        const end = lineEnd(at);
        if (end < 0) {
          hold(piece.subarray(at));
          at = piece.length;
          return false;
        }
        const begin = at;
        at = end + 1;
        if (held > 0) {
          hold(piece.subarray(begin, end));
          const length = held;
          held = 0;
          if (decode(torn, 0, length)) return true;
        } else {
          if (end - begin > longest) hold(piece.subarray(begin, end));
          if (decode(piece, begin, end)) return true;
        }
      }
    },
    end() {
      const rest = torn.toString("latin1", 0, held);
      const length = held;
      held = 0;
      if (rest.trim() === "") return "whole";
      // A line without an end may be a part of one; it is whole when another attempt gave the same.
      const isKnown = rest === before && !inQuotes;
      before = rest;
      if (!isKnown) return "torn";
      return decode(torn, 0, length) ? "record" : "whole";
    },
  };
}

/** Finds the fields of a line. */
class Fields {
  /** Where the field stands: the line, or what its quotes hold. */
  bytes: Uint8Array = NONE;
  from = 0;
  to = 0;
  #line: Uint8Array = NONE;
  #at = 0;
  #end = 0;
  #done = true;

  begin(line: Uint8Array, from: number, end: number): void {
    this.#line = line;
    this.#at = from;
    this.#end = end;
    this.#done = false;
  }

  /** Whether there was another field. White space around it is left off. */
  next(): boolean {
    if (this.#done) return false;
    const line = this.#line;
    let from = this.#at;
    while (from < this.#end && line[from] === SPACE) from++;
    if (from < this.#end && line[from] === QUOTE) return this.#quoted(from + 1);
    let to = from;
    while (to < this.#end && line[to] !== COMMA) to++;
    this.#done = to === this.#end;
    this.#at = to + 1;
    while (to > from && line[to - 1] === SPACE) to--;
    this.bytes = line;
    this.from = from;
    this.to = to;
    return true;
  }

  /** A field in quotes, two of which stand for one. */
  #quoted(from: number): boolean {
    const out: number[] = [];
    let i = from;
    for (; i < this.#end; i++) {
      const byte = this.#line[i]!;
      if (byte === QUOTE) {
        if (this.#line[i + 1] !== QUOTE || i + 1 >= this.#end) break;
        i++;
      }
      out.push(byte);
    }
    while (i < this.#end && this.#line[i] !== COMMA) i++;
    this.#done = i >= this.#end;
    this.#at = i + 1;
    this.bytes = Uint8Array.from(out);
    this.from = 0;
    this.to = out.length;
    return true;
  }
}

/** Longest line, bytes: what its values may have, quotes and commas included. */
function lineLimit({ columns, timeWidth }: RecordLayout): number {
  let bytes = 4 * timeWidth + 1024;
  for (const { kind, count, width } of columns)
    bytes += count * (kind === "number" || kind === "integer" ? NUMBER_BYTES : 2 * width + TEXT_SLACK);
  return bytes;
}

function wrongCount({ items }: RecordLayout, least: number): DasError {
  const got = least > items + 1 ? `more than ${items + 1}` : String(least);
  return new DasError("PEER_FAILED", `a record of the HAPI server has ${got} values, expected ${items + 1}`);
}
