import type { PacketBatch } from "../../stream/model.js";
import type { TextBuffer } from "../csv/text-buffer.js";
import type { RowWriter } from "./text-rows.js";
import { type NumberColumn, textEnd, type ValueColumn } from "./value-columns.js";

/** Bytes that are gathered before they are written. */
const GATHERED_BYTES = 65_536;
/** Numbers after which a long record is looked at for that. */
const STRIDE = 8192;

/**
 * Records as bytes: binary64, least byte first, times and texts in the bytes of their length, NUL behind those that are shorter.
 * Source: HAPI 3.3, section 3.7.4.2.
 */
export function binaryRows(columns: readonly ValueColumn[]): RowWriter {
  const numbers = columns.filter((column): column is NumberColumn => column.kind === "number");
  return {
    write({ bytes, header, ...batch }: PacketBatch, rows, count, to, flush) {
      for (const column of numbers) column.load({ bytes, header, ...batch });
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i < count; i++) {
        const row = rows[i]!;
        const record = row * header.stride;
        for (const column of columns)
          if (column.kind === "number") writeNumbers(column, row, to, flush);
          else
            for (let item = 0; item < column.items; item++) {
              const from = record + column.offset + item * column.width;
              to.ensure(column.length);
              if (column.kind === "time") {
                if (!column.write(bytes, view, from, to.bytes, to.length))
                  to.bytes.set(column.none, to.length);
              } else {
                const text = bytes.subarray(from, textEnd(bytes, from, column.width));
                to.bytes.set(text, to.length);
                to.bytes.fill(0, to.length + text.length, to.length + column.length);
              }
              to.length += column.length;
            }
        if (to.length >= GATHERED_BYTES) flush();
      }
    },
  };
}

/** The view made last: the buffer is the same from flush to flush. */
let lastView: DataView = new DataView(new ArrayBuffer(0));

function writeNumbers({ items, values }: NumberColumn, row: number, to: TextBuffer, flush: () => void): void {
  const begin = row * items;
  for (let from = 0; from < items; from += STRIDE) {
    const end = Math.min(items, from + STRIDE);
    to.ensure((end - from) * 8);
    if (lastView.buffer !== to.bytes.buffer) lastView = new DataView(to.bytes.buffer);
    let at = to.bytes.byteOffset + to.length;
    for (let i = from; i < end; i++, at += 8) lastView.setFloat64(at, values[begin + i]!, true);
    to.length += (end - from) * 8;
    if (to.length >= GATHERED_BYTES) flush();
  }
}
