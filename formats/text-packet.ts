import type { PacketBatch, PacketHeader, Plane } from "../stream/model.js";
import { writeExponential } from "../stream/number-field.js";
import { type PlaneSpec, packetHeader } from "../stream/packet-header.js";
import { asciiType, isText, timeType, type ValueType } from "../stream/value-type.js";
import type { FieldLoop } from "./field-loop.js";
import { realColumnLoop } from "./real-column.js";
import { timeTextBytes, timeTextWriter } from "./time-text-writer.js";
import { valueReader } from "./value-reader.js";

/** How one packet type is written as text. */
export interface TextPacket {
  readonly header: PacketHeader;
  /** Writes `count` packets from number `first` of a batch of the input, back to back, to the begin of `to`. */
  readonly write: (batch: PacketBatch, first: number, count: number, to: Uint8Array) => void;
}

/** Digits that text planes get. */
export interface TextDigits {
  /** Which planes become text; missing: all. */
  readonly which?: (plane: Plane) => boolean;
  /** Significant digits of all reals; missing: by the width of their type. */
  readonly digits?: number;
  readonly fractionDigits: number;
}

const SPACE = 0x20;
const NEWLINE = 0x0a;
const COLON = 0x3a;

/** Errors: RECORD_TOO_LONG where the text of a record would pass the limit. Source: das2-stream E1. */
export function textPacket(input: PacketHeader, digits: TextDigits): TextPacket {
  const planes = input.planes.map((plane) => textPlane(plane, digits));
  const header = packetHeader({
    id: input.id,
    group: input.group,
    planes: planes.map(({ spec }) => spec),
    properties: input.properties,
  });
  const prefix = Uint8Array.of(COLON, 0x30 + Math.floor(input.id / 10), 0x30 + (input.id % 10), COLON);
  return {
    header,
    write(batch, first, count, to) {
      const { stride } = header;
      const { bytes } = batch;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const toView = new DataView(to.buffer, to.byteOffset, to.byteLength);
      for (let row = 0, at = 0; row < count; row++, at += stride) to.set(prefix, at);
      const from = first * input.stride;
      for (let p = 0; p < planes.length; p++) {
        const source = input.planes[p]!;
        const target = header.planes[p]!;
        const { loop } = planes[p]!;
        // Of a table either the rows or the items make the longer loop; records of one packet are the usual case.
        if (count >= source.items)
          for (let item = 0; item < source.items; item++)
            loop(
              bytes,
              view,
              from + source.offset + item * source.type.width,
              input.stride,
              to,
              toView,
              target.offset + item * target.type.width,
              stride,
              count,
            );
        else
          for (let row = 0; row < count; row++)
            loop(
              bytes,
              view,
              from + row * input.stride + source.offset,
              source.type.width,
              to,
              toView,
              row * stride + target.offset,
              target.type.width,
              source.items,
            );
      }
      if (isText(header.planes.at(-1)!.type)) endLines(to, stride, count); // there is an x at least
    },
  };
}

/** Ends every record with a newline; a last byte that belongs to a value (badly made streams have them) stays. */
function endLines(to: Uint8Array, stride: number, count: number): void {
  for (let row = 1, at = stride - 1; row <= count; row++, at += stride)
    if (to[at]! <= SPACE) to[at] = NEWLINE;
}

function textPlane(
  plane: Plane,
  { digits, fractionDigits, which }: TextDigits,
): { spec: PlaneSpec; loop: FieldLoop } {
  const { offset: _, ...spec } = plane;
  const isCopied = which === undefined ? isText(plane.type) : !which(plane);
  if (isCopied) return { spec, loop: copyLoop(plane.type.width) };
  const time = timeTextWriter(plane, fractionDigits);
  if (time === undefined) {
    const r = digits ?? defaultDigits(plane.type);
    return { spec: { ...spec, type: asciiType(r + 7) }, loop: numberLoop(plane.type, r) };
  }
  const length = timeTextBytes(fractionDigits);
  const loop: FieldLoop = (from, view, at, step, to, _toView, toAt, toStep, count) => {
    for (let i = 0; i < count; i++, at += step, toAt += toStep) {
      time(from, view, at, to, toAt);
      to[toAt + length] = SPACE;
    }
  };
  const type = timeType(length + 1);
  if (plane.role !== "x") return { spec: { ...spec, type }, loop };
  const { base: _base, ...x } = spec; // the text says it all
  return { spec: { ...x, type, units: "UTC" }, loop };
}

/** Significant digits where none are asked for; integers keep all that binary64 can tell of them in ten. */
function defaultDigits({ kind, width }: ValueType): number {
  if (kind === "real") return width === 8 ? 10 : 7;
  return width >= 4 ? 10 : 7;
}

function copyLoop(width: number): FieldLoop {
  return (from, _view, at, step, to, _toView, toAt, toStep, count) => {
    for (let i = 0; i < count; i++, at += step, toAt += toStep)
      for (let b = 0; b < width; b++) to[toAt + b] = from[at + b]!;
  };
}

/** Field of `digits` + 6 bytes and a blank. */
function numberLoop(type: ValueType, digits: number): FieldLoop {
  const fast = realColumnLoop(type, digits);
  if (fast !== undefined) return fast;
  const width = digits + 6;
  const fraction = digits - 1;
  const read = valueReader(type);
  return (from, view, at, step, to, _toView, toAt, toStep, count) => {
    for (let i = 0; i < count; i++, at += step, toAt += toStep) {
      writeExponential(to, toAt, width, read(from, view, at), fraction);
      to[toAt + width] = SPACE;
    }
  };
}
