import { readTimeField } from "../../stream/time-field.js";
import { FILL } from "../stream-parts.js";
import {
  isFillText,
  NONE,
  type RecordLayout,
  type RecordReader,
  recordValues,
  valueOrFill,
} from "./record-layout.js";

/**
 * Reads binary records: numbers of 8 and 4 bytes, least first, texts of fixed length with NUL behind them.
 * Source: HAPI 3.3, section 3.7.4.2.
 */
export function binaryRecords(layout: RecordLayout): RecordReader {
  const record = recordValues(layout);
  const size = layout.bytes;
  /** A record that lies in two or more pieces. */
  const torn = new Uint8Array(size);
  const tornView = new DataView(torn.buffer);
  let held = 0;
  let piece: Uint8Array = NONE;
  let view: DataView = tornView;
  let at = 0;

  const decode = (bytes: Uint8Array, values: DataView, begin: number): void => {
    record.time = bytes;
    record.timeFrom = begin;
    record.timeTo = begin + layout.timeWidth;
    let from = begin + layout.timeWidth;
    for (const { kind, count, width, from: first, fill, fillText } of layout.columns) {
      for (let i = first; i < first + count; i++, from += width)
        switch (kind) {
          case "number":
            record.numbers[i] = valueOrFill(values.getFloat64(from, true), fill);
            break;
          case "integer":
            record.numbers[i] = valueOrFill(values.getInt32(from, true), fill);
            break;
          default: {
            const end = textEnd(bytes, from, from + width);
            const missing = isFillText(bytes, from, end, fillText);
            const us = missing || kind === "text" ? Number.NaN : readTimeField(bytes, from, end);
            record.numbers[i] = Number.isNaN(us) ? FILL : us;
            if (kind === "text") record.texts[i] = missing ? NONE : bytes.subarray(from, end);
          }
        }
    }
  };

  return {
    record,
    restart() {
      held = 0;
      at = 0;
      piece = NONE;
    },
    feed(bytes) {
      piece = bytes;
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      at = 0;
    },
    next() {
      const left = piece.length - at;
      if (held > 0 || left < size) {
        const taken = Math.min(size - held, left);
        torn.set(piece.subarray(at, at + taken), held);
        held += taken;
        at += taken;
        if (held < size) return false;
        held = 0;
        decode(torn, tornView, 0);
      } else {
        decode(piece, view, at);
        at += size;
      }
      return true;
    },
    end: () => (held === 0 ? "whole" : "torn"),
  };
}

/** The end of a text without the NUL behind it. */
function textEnd(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && bytes[end - 1] === 0) end--;
  return end;
}
