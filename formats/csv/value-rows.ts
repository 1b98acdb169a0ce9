import { type FillTest, fillTest, planeFill } from "../../stream/fill.js";
import type { PacketBatch, PacketHeader, Plane, StreamHeader } from "../../stream/model.js";
import { appendExponential } from "../../stream/number-field.js";
import { FILL_TIME, formatTime } from "../../stream/time.js";
import { timeTextBytes, timeTextWriter } from "../time-text-writer.js";
import { valueReader } from "../value-reader.js";
import type { CsvOptions } from "./options.js";
import type { TextBuffer } from "./text-buffer.js";

/** Writes the value at byte `at` of the input as the text of a field, without delimiter. */
type FieldWriter = (from: Uint8Array, view: DataView, at: number, to: TextBuffer) => void;

/** Writes the rows of values of one packet type. */
export type RowWriter = (batch: PacketBatch, row: number, view: DataView, to: TextBuffer) => void;

const CR = 0x0d;
const LF = 0x0a;
const QUOTE = 0x22;
const LETTER_Z = 0x5a;

/** The way to write the values of a packet type; `prefix` begins each row. Source: das2-stream E2 rule 5. */
export function rowWriter(
  header: PacketHeader,
  stream: StreamHeader,
  options: CsvOptions,
  prefix: string,
): RowWriter {
  const start = new TextEncoder().encode(prefix);
  const delimiter = options.delimiter.charCodeAt(0);
  // Only an odd delimiter occurs in numbers and times.
  const quote = /[-+.:0-9eTZNainf]/.test(options.delimiter);
  const fields = header.planes.map((plane) => {
    const write = fieldWriter(plane, header, stream, options);
    return {
      offset: plane.offset,
      items: plane.items,
      width: plane.type.width,
      write: quote ? quoted(write, delimiter) : write,
    };
  });
  return ({ bytes }, row, view, to) => {
    const from = row * header.stride;
    to.ensure(start.length);
    to.bytes.set(start, to.length);
    to.length += start.length;
    let first = true;
    for (const { offset, items, width, write } of fields)
      for (let item = 0, at = from + offset; item < items; item++, at += width) {
        if (first) first = false;
        else to.byte(delimiter);
        write(bytes, view, at, to);
      }
    to.byte(CR);
    to.byte(LF);
  };
}

function fieldWriter(
  plane: Plane,
  header: PacketHeader,
  stream: StreamHeader,
  options: CsvOptions,
): FieldWriter {
  const time = timeTextWriter(plane, options.fractionDigits);
  if (time !== undefined) {
    const length = timeTextBytes(options.fractionDigits);
    const noTime = options.fillBlank ? "" : `${formatTime(FILL_TIME, options.fractionDigits)}Z`;
    return (from, view, at, to) => {
      to.ensure(length + 1);
      if (time(from, view, at, to.bytes, to.length)) {
        to.length += length;
        to.bytes[to.length++] = LETTER_Z;
      } else to.text(noTime);
    };
  }
  const read = valueReader(plane.type);
  const fill: FillTest | undefined = options.fillBlank
    ? fillTest(planeFill(plane, header, stream))
    : undefined;
  const fraction = options.digits - 1;
  return (from, view, at, to) => {
    const value = read(from, view, at);
    if (fill?.isFill(value)) return;
    if (Number.isNaN(value)) {
      to.text("NaN");
      return;
    }
    to.ensure(fraction + 9);
    to.length = appendExponential(to.bytes, to.length, value, fraction);
  };
}

/** The same field, in quotes where the delimiter occurs in it. */
function quoted(write: FieldWriter, delimiter: number): FieldWriter {
  return (from, view, at, to) => {
    const start = to.length;
    write(from, view, at, to);
    if (!to.bytes.subarray(start, to.length).includes(delimiter)) return;
    to.ensure(2);
    to.bytes.copyWithin(start + 1, start, to.length);
    to.bytes[start] = QUOTE;
    to.length++;
    to.bytes[to.length++] = QUOTE;
  };
}
