import { Builder, type Offset } from "flatbuffers";
import type { TableColumn } from "../table/table-columns.js";

// The tables of Message.fbs and Schema.fbs of Apache Arrow (format version 1.0, metadata version V5): fields by their position.
// Source: Arrow columnar format, "IPC streaming format".

const METADATA_V5 = 4;
const HEADER_SCHEMA = 1;
const HEADER_RECORD_BATCH = 3;
const TYPE_FLOATING_POINT = 3;
const TYPE_TIMESTAMP = 10;
const TYPE_FIXED_SIZE_LIST = 16;
const PRECISION_SINGLE = 1;
const PRECISION_DOUBLE = 2;
const UNIT_NANOSECOND = 3;

/** Begins a message that goes on. */
const CONTINUATION = 0xffff_ffff;
/** Messages and buffers begin at multiples of this many bytes. */
export const ALIGNMENT = 8;

/** What ends a stream: a message of no length. */
export const END_OF_STREAM: Uint8Array = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/** The begin of a message of eight bytes that do not come. */
export const BROKEN_MESSAGE: Uint8Array = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 8, 0, 0, 0);

/** One buffer of the body of a record batch. */
export interface BodyBuffer {
  /** Bytes from the start of the body; a multiple of 8. */
  readonly offset: number;
  /** Without padding. */
  readonly length: number;
}

/** How many values a field has in a batch, and how many of them are none. */
export interface FieldNode {
  readonly length: number;
  readonly nulls: number;
}

/** The schema message: a field for each column, what is said of it as its metadata, and that of the stream. */
export function schemaMessage(
  columns: readonly TableColumn[],
  about: ReadonlyMap<string, string>,
): Uint8Array {
  const builder = new Builder(1024);
  const fields = columns.map((column) => columnField(builder, column));
  const fieldVector = offsets(builder, fields);
  const metadata = keyValues(builder, about);
  builder.startObject(4);
  builder.addFieldInt16(0, 0, 0); // little endian
  builder.addFieldOffset(1, fieldVector, 0);
  if (metadata !== undefined) builder.addFieldOffset(2, metadata, 0);
  return message(builder, HEADER_SCHEMA, builder.endObject(), 0);
}

/** The message before the body of a record batch. */
export function recordBatchMessage(
  rows: number,
  nodes: readonly FieldNode[],
  buffers: readonly BodyBuffer[],
  bodyBytes: number,
): Uint8Array {
  const builder = new Builder(1024);
  const nodeVector = pairs(
    builder,
    nodes.map(({ length, nulls }) => [length, nulls]),
  );
  const bufferVector = pairs(
    builder,
    buffers.map(({ offset, length }) => [offset, length]),
  );
  builder.startObject(4);
  builder.addFieldInt64(0, BigInt(rows), 0n);
  builder.addFieldOffset(1, nodeVector, 0);
  builder.addFieldOffset(2, bufferVector, 0);
  return message(builder, HEADER_RECORD_BATCH, builder.endObject(), bodyBytes);
}

/** Continuation mark, length and the table `Message`, padded so that what follows is aligned. */
function message(builder: Builder, headerType: number, header: Offset, bodyBytes: number): Uint8Array {
  builder.startObject(5);
  builder.addFieldInt16(0, METADATA_V5, 0);
  builder.addFieldInt8(1, headerType, 0);
  builder.addFieldOffset(2, header, 0);
  builder.addFieldInt64(3, BigInt(bodyBytes), 0n);
  builder.finish(builder.endObject());
  const metadata = builder.asUint8Array();
  const length = Math.ceil(metadata.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(8 + length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, CONTINUATION, true);
  view.setInt32(4, length, true);
  bytes.set(metadata, 8);
  return bytes;
}

function columnField(builder: Builder, column: TableColumn): Offset {
  const value = { kind: column.kind, name: column.name, about: column.about, children: [] };
  if (!column.isList) return field(builder, value);
  const item = field(builder, { kind: column.kind, name: "item", about: NOTHING, children: [] });
  return field(builder, { ...value, kind: column.items, children: [item] });
}

const NOTHING: ReadonlyMap<string, string> = new Map();

interface FieldSpec {
  readonly name: string;
  /** What it holds, or for a list the number of its items. */
  readonly kind: TableColumn["kind"] | number;
  readonly about: ReadonlyMap<string, string>;
  readonly children: readonly Offset[];
}

function field(builder: Builder, { name, kind, about, children }: FieldSpec): Offset {
  const nameAt = builder.createString(name);
  const [typeCode, type] = typeTable(builder, kind);
  const childVector = offsets(builder, children);
  const metadata = keyValues(builder, about);
  builder.startObject(7);
  builder.addFieldOffset(0, nameAt, 0);
  builder.addFieldInt8(1, 1, 0); // nullable
  builder.addFieldInt8(2, typeCode, 0);
  builder.addFieldOffset(3, type, 0);
  builder.addFieldOffset(5, childVector, 0);
  if (metadata !== undefined) builder.addFieldOffset(6, metadata, 0);
  return builder.endObject();
}

function typeTable(builder: Builder, kind: TableColumn["kind"] | number): [code: number, table: Offset] {
  if (typeof kind === "number") {
    builder.startObject(1);
    builder.addFieldInt32(0, kind, 0);
    return [TYPE_FIXED_SIZE_LIST, builder.endObject()];
  }
  if (kind === "time") {
    const zone = builder.createString("UTC");
    builder.startObject(2);
    builder.addFieldInt16(0, UNIT_NANOSECOND, 0);
    builder.addFieldOffset(1, zone, 0);
    return [TYPE_TIMESTAMP, builder.endObject()];
  }
  builder.startObject(1);
  builder.addFieldInt16(0, kind === "real4" ? PRECISION_SINGLE : PRECISION_DOUBLE, 0);
  return [TYPE_FLOATING_POINT, builder.endObject()];
}

function keyValues(builder: Builder, about: ReadonlyMap<string, string>): Offset | undefined {
  if (about.size === 0) return undefined;
  const entries = [...about].map(([key, value]) => {
    const keyAt = builder.createString(key);
    const valueAt = builder.createString(value);
    builder.startObject(2);
    builder.addFieldOffset(0, keyAt, 0);
    builder.addFieldOffset(1, valueAt, 0);
    return builder.endObject();
  });
  return offsets(builder, entries);
}

/** A vector of references; vectors are written from their end. */
function offsets(builder: Builder, entries: readonly Offset[]): Offset {
  builder.startVector(4, entries.length, 4);
  for (const entry of entries.toReversed()) builder.addOffset(entry);
  return builder.endVector();
}

/** A vector of structs of two 64-bit integers. */
function pairs(builder: Builder, entries: readonly (readonly [first: number, second: number])[]): Offset {
  builder.startVector(16, entries.length, 8);
  for (const [first, second] of entries.toReversed()) {
    builder.prep(8, 16);
    builder.writeInt64(BigInt(second));
    builder.writeInt64(BigInt(first));
  }
  return builder.endVector();
}
