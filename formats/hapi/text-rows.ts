import type { PacketBatch } from "../../stream/model.js";
import type { TextBuffer } from "../csv/text-buffer.js";
import { appendShortest, SHORTEST_BYTES } from "./shortest-number.js";
import {
  type NumberColumn,
  type TextColumn,
  type TimeColumn,
  textEnd,
  type ValueColumn,
} from "./value-columns.js";

/** Writes the chosen records of a batch. `flush` may be called between values: nothing that is written is needed any more. */
export interface RowWriter {
  write(batch: PacketBatch, rows: Int32Array, count: number, to: TextBuffer, flush: () => void): void;
}

const COMMA = 0x2c;
const QUOTE = 0x22;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const CR = 0x0d;
const LF = 0x0a;
const LETTER_N = 0x4e;
const LETTER_A = 0x61;

/** Bytes that are gathered before they are written. */
const GATHERED_BYTES = 65_536;
/** Values after which a long record is looked at for that. */
const STRIDE = 1024;

/** Bytes of JSON for what is no number: it has no word for NaN, and reads a number above all as infinity. */
const NULL = new TextEncoder().encode("null");
const INFINITE = new TextEncoder().encode("1e999");
const CSV_INFINITE = new TextEncoder().encode("Infinity");

/** Records as lines of comma separated values, ended by CR LF. Source: HAPI 3.3, section 3.7.4.1; RFC 4180. */
export function csvRows(columns: readonly ValueColumn[]): RowWriter {
  return new TextRows(columns, false);
}

/** Records as JSON arrays, a line each, with commas between them. Source: HAPI 3.3, section 3.7.4.3. */
export function jsonRows(columns: readonly ValueColumn[], isFirst: () => boolean): RowWriter {
  return new TextRows(columns, true, isFirst);
}

class TextRows implements RowWriter {
  readonly #columns: readonly ValueColumn[];
  readonly #numbers: readonly NumberColumn[];
  readonly #json: boolean;
  readonly #isFirst: () => boolean;

  constructor(columns: readonly ValueColumn[], json: boolean, isFirst: () => boolean = () => false) {
    this.#columns = columns;
    this.#numbers = columns.filter((column) => column.kind === "number");
    this.#json = json;
    this.#isFirst = isFirst;
  }

  write(batch: PacketBatch, rows: Int32Array, count: number, to: TextBuffer, flush: () => void): void {
    for (const column of this.#numbers) column.load(batch);
    const { bytes, header } = batch;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const json = this.#json;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      if (json) this.#begin(to);
      let first = true;
      for (const column of this.#columns) {
        if (first) first = false;
        else to.byte(COMMA);
        const isArray = json && column.items > 1;
        if (isArray) to.byte(OPEN);
        switch (column.kind) {
          case "number":
            this.#numbersOf(column, row, to, flush);
            break;
          case "time":
            this.#times(column, bytes, view, row * header.stride, to);
            break;
          case "text":
            this.#texts(column, bytes, row * header.stride, to);
            break;
          default:
            column satisfies never;
        }
        if (isArray) to.byte(CLOSE);
      }
      to.ensure(2);
      if (json) to.bytes[to.length++] = CLOSE;
      else {
        to.bytes[to.length++] = CR;
        to.bytes[to.length++] = LF;
      }
      if (to.length >= GATHERED_BYTES) flush();
    }
  }

  #begin(to: TextBuffer): void {
    to.ensure(3);
    if (!this.#isFirst()) {
      to.bytes[to.length++] = COMMA;
      to.bytes[to.length++] = LF;
    }
    to.bytes[to.length++] = OPEN;
  }

  #numbersOf({ items, values }: NumberColumn, row: number, to: TextBuffer, flush: () => void): void {
    const begin = row * items;
    for (let from = 0; from < items; from += STRIDE) {
      const end = Math.min(items, from + STRIDE);
      to.ensure((end - from) * (SHORTEST_BYTES + 1));
      const { bytes } = to;
      let at = to.length;
      for (let i = from; i < end; i++) {
        if (i > 0) bytes[at++] = COMMA;
        const value = values[begin + i]!;
        if (value - value === 0) at = appendShortest(bytes, at, value);
        else at = this.#notFinite(bytes, at, value);
      }
      to.length = at;
      if (at >= GATHERED_BYTES) flush();
    }
  }

  #notFinite(bytes: Uint8Array, at: number, value: number): number {
    if (Number.isNaN(value)) {
      if (this.#json) {
        bytes.set(NULL, at);
        return at + NULL.length;
      }
      bytes[at] = LETTER_N;
      bytes[at + 1] = LETTER_A;
      bytes[at + 2] = LETTER_N;
      return at + 3;
    }
    if (value < 0) bytes[at++] = 0x2d;
    const word = this.#json ? INFINITE : CSV_INFINITE;
    bytes.set(word, at);
    return at + word.length;
  }

  #times(column: TimeColumn, bytes: Uint8Array, view: DataView, record: number, to: TextBuffer): void {
    const { items, length, offset, width, write, none } = column;
    for (let i = 0; i < items; i++) {
      to.ensure(length + 4);
      if (i > 0) to.bytes[to.length++] = COMMA;
      if (this.#json) to.bytes[to.length++] = QUOTE;
      if (!write(bytes, view, record + offset + i * width, to.bytes, to.length))
        to.bytes.set(none, to.length);
      to.length += length;
      if (this.#json) to.bytes[to.length++] = QUOTE;
    }
  }

  #texts({ items, offset, width }: TextColumn, bytes: Uint8Array, record: number, to: TextBuffer): void {
    for (let i = 0; i < items; i++) {
      if (i > 0) to.byte(COMMA);
      const from = record + offset + i * width;
      const end = textEnd(bytes, from, width);
      if (this.#json) {
        // A control character, or bytes that are no text, come out of it as what JSON allows.
        to.text(JSON.stringify(new TextDecoder().decode(bytes.subarray(from, end))));
        continue;
      }
      to.ensure(2 * (end - from) + 2);
      const quoted = needsQuotes(bytes, from, end);
      if (quoted) to.bytes[to.length++] = QUOTE;
      for (let at = from; at < end; at++) {
        const byte = bytes[at]!;
        if (byte === QUOTE) to.bytes[to.length++] = QUOTE;
        to.bytes[to.length++] = byte;
      }
      if (quoted) to.bytes[to.length++] = QUOTE;
    }
  }
}

function needsQuotes(bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === COMMA || byte === QUOTE || byte === CR || byte === LF) return true;
  }
  return false;
}
