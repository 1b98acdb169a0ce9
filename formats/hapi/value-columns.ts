import { readPlane } from "../../stream/columns.js";
import { fillTest, planeFill } from "../../stream/fill.js";
import type { PacketBatch, PacketHeader, Plane, StreamHeader } from "../../stream/model.js";
import { planeColumn } from "./describe-packet.js";
import { parameterNames } from "./names.js";
import type { HapiColumn } from "./parameter.js";
import { shortestOfReal4 } from "./shortest-number.js";
import {
  FILE_BYTES,
  fileFieldWriter,
  fillTime,
  type TimeFieldWriter,
  timeFieldWriter,
} from "./time-field-writer.js";

/** Numbers of some records, fill as NaN: item `i` of record `n` is `values[n * items + i]`. */
export interface NumberColumn {
  readonly kind: "number";
  readonly items: number;
  values: Float64Array;
  readonly load: (batch: PacketBatch) => void;
}

/** Times, written one by one from the bytes of their records. */
export interface TimeColumn {
  readonly kind: "time";
  readonly items: number;
  readonly offset: number;
  readonly width: number;
  readonly length: number;
  readonly write: TimeFieldWriter;
  /** What is written of none. */
  readonly none: Uint8Array;
}

/** Texts, as they stand in their records. */
export interface TextColumn {
  readonly kind: "text";
  readonly items: number;
  readonly offset: number;
  readonly width: number;
  readonly length: number;
}

/** A column of a packet type, ready to be read. */
export type ValueColumn = NumberColumn | TimeColumn | TextColumn;

/**
 * The planes of a packet type that are the columns of a layout, in its order; `undefined` where one is not there or is otherwise: another
 * number of items, other y tags, texts that are too long.
 */
export function matchColumns(
  layout: readonly HapiColumn[],
  packet: PacketHeader,
  stream: StreamHeader,
  decimals: "shortest" | "exact",
): readonly ValueColumn[] | undefined {
  const names = parameterNames(packet).map(({ name }) => name);
  const found: ValueColumn[] = [];
  for (const column of layout) {
    // A file belongs to the time.
    const plane = packet.planes[column.kind === "file" ? 0 : names.indexOf(column.name)];
    const made = plane === undefined ? undefined : valueColumn(column, plane, packet, stream, decimals);
    if (made === undefined) return undefined;
    found.push(made);
  }
  return found;
}

function valueColumn(
  column: HapiColumn,
  plane: Plane,
  packet: PacketHeader,
  stream: StreamHeader,
  decimals: "shortest" | "exact",
): ValueColumn | undefined {
  const { items, kind, length = 0 } = column;
  if (kind === "file") return fileColumn(column, plane);
  const own = planeColumn(plane, column.name, { firstTimes: [] });
  if (own.kind !== kind || own.items !== items || own.tags !== column.tags) return undefined;
  const { offset, type } = plane;
  switch (kind) {
    case "number":
      return numberColumn(plane, planeFill(plane, packet, stream), decimals);
    case "time": {
      const write = timeFieldWriter(plane, length);
      if (write === undefined) return undefined;
      return { kind, items, offset, width: type.width, length, write, none: noTime(length) };
    }
    case "text":
      return type.width > length ? undefined : { kind, items, offset, width: type.width, length };
    default:
      return kind satisfies never;
  }
}

/** It is written as times are: as many bytes for each record, from the bytes of x. */
function fileColumn({ length = 0, tags }: HapiColumn, x: Plane): ValueColumn | undefined {
  const write = fileFieldWriter(x, Number(tags));
  if (write === undefined || length !== FILE_BYTES) return undefined;
  const none = new Uint8Array(length).fill(0x20);
  return { kind: "time", items: 1, offset: x.offset, width: x.type.width, length, write, none };
}

function numberColumn(plane: Plane, fill: number, decimals: "shortest" | "exact"): NumberColumn {
  const { lo, hi } = fillTest(fill);
  const { items, type } = plane;
  const shorten = decimals === "shortest" && type.kind === "real" && type.width === 4;
  const column: { -readonly [K in keyof NumberColumn]: NumberColumn[K] } = {
    kind: "number",
    items,
    values: new Float64Array(0),
    load(batch) {
      const count = batch.count * items;
      if (column.values.length < count) column.values = new Float64Array(count);
      const { values } = column;
      readPlane(batch, plane, values);
      for (let i = 0; i < count; i++) {
        const v = values[i]!;
        if (v >= lo && v <= hi) values[i] = Number.NaN;
        else if (shorten) values[i] = shortestOfReal4(v);
      }
    },
  };
  return column;
}

function noTime(length: number): Uint8Array {
  return new TextEncoder().encode(fillTime(length));
}

/** The end of a text in its field: blanks, line ends and NULs behind it do not count. */
export function textEnd(bytes: Uint8Array, from: number, width: number): number {
  let end = from + width;
  while (end > from && bytes[end - 1]! <= 0x20) end--;
  return end;
}
