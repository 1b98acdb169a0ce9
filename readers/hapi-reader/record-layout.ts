import { FILL } from "../stream-parts.js";
import type { HapiParameter } from "./info.js";

/** A parameter as its values stand in a record. */
export interface RecordColumn {
  readonly kind: "number" | "integer" | "time" | "text";
  readonly count: number;
  /** Bytes of one value in binary. */
  readonly width: number;
  /** Place of the first among all values of the record, time not counted. */
  readonly from: number;
  /** The number that means none; NaN where there is none. */
  readonly fill: number;
  /** The text that means none. */
  readonly fillText: Uint8Array | undefined;
}

/** How records look. */
export interface RecordLayout {
  /** Bytes of the time in binary. */
  readonly timeWidth: number;
  readonly columns: readonly RecordColumn[];
  /** Values of one record, time not counted. */
  readonly items: number;
  /** Bytes of one binary record. */
  readonly bytes: number;
  readonly hasTexts: boolean;
}

/** One record: what a reader of records leaves here until the next. */
export interface RecordValues {
  /** Bytes in which the time stands as text. */
  time: Uint8Array;
  timeFrom: number;
  timeTo: number;
  /** All values; times as us2000; {@link FILL} for what is missing, is not finite, or is a text. */
  readonly numbers: Float64Array;
  /** Texts by place; missing ones are empty. */
  readonly texts: Uint8Array[];
}

/** Reads records from bytes that come in pieces of any size. */
export interface RecordReader {
  readonly record: RecordValues;
  /** Forgets what was not a whole record. */
  restart(): void;
  /** Takes the next bytes; they must stay as they are until {@link next} has given false. */
  feed(bytes: Uint8Array): void;
  /** Whether there was another record; it is in {@link record} then. Errors: PEER_FAILED, RECORD_TOO_LONG. */
  next(): boolean;
  /**
   * To be called at the end of an answer: whether it ended behind a whole record. One that was only known by the end is in
   * {@link record} then, and the result `"record"`. Errors: as of {@link next}.
   */
  end(): "whole" | "torn" | "record";
}

/** The layout of records that have these parameters, time first. */
export function recordLayout(parameters: readonly HapiParameter[]): RecordLayout {
  const [time, ...others] = parameters;
  const timeWidth = time?.length ?? 0;
  const columns: RecordColumn[] = [];
  let [from, bytes] = [0, timeWidth];
  for (const { type, items, length, fill } of others) {
    const width = type === "double" ? 8 : type === "integer" ? 4 : length;
    columns.push({
      kind:
        type === "double" ? "number" : type === "integer" ? "integer" : type === "isotime" ? "time" : "text",
      count: items,
      width,
      from,
      fill: type === "double" || type === "integer" ? fillNumber(fill) : Number.NaN,
      fillText: fill === undefined ? undefined : Buffer.from(fill),
    });
    from += items;
    bytes += items * width;
  }
  return { timeWidth, columns, items: from, bytes, hasTexts: others.some(({ type }) => type === "string") };
}

function fillNumber(fill = ""): number {
  return fill.trim() === "" ? Number.NaN : Number(fill);
}

/** Memory for the values of a record. */
export function recordValues({ items }: RecordLayout): RecordValues {
  const texts: Uint8Array[] = [];
  return { time: NONE, timeFrom: 0, timeTo: 0, numbers: new Float64Array(items), texts };
}

/** No bytes. */
export const NONE = new Uint8Array(0);

/**
 * The value, or {@link FILL} for one that stands for none or is not finite. Fills beyond 1e20 are often written from 32 bits, and are
 * recognised as such.
 */
export function valueOrFill(value: number, fill: number): number {
  if (value === fill || value - value !== 0) return FILL;
  if ((fill > 1e20 || fill < -1e20) && Math.fround(value) === Math.fround(fill)) return FILL;
  return value;
}

/** Whether the bytes are the text of a fill, padding aside. */
export function isFillText(
  bytes: Uint8Array,
  from: number,
  to: number,
  fill: Uint8Array | undefined,
): boolean {
  if (fill === undefined || fill.length !== to - from) return false;
  for (let i = 0; i < fill.length; i++) if (bytes[from + i] !== fill[i]) return false;
  return true;
}
