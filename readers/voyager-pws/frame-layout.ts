import { DasError } from "../../errors/das-error.js";
import { type Column, tableColumns } from "../pds3/columns.js";
import { findObject, type OdlObject, odlNumber, odlText, parseOdl } from "../pds3/odl.js";

/** Where everything is in a wideband frame file, as its PDS label and structure files say. */
export interface FrameLayout {
  /** Bytes of one record; a line of samples is one record. */
  readonly recordBytes: number;
  /** Index of the record with engineering data, from 0. */
  readonly engineeringRecord: number;
  /** Index of the record with the first line, from 0. */
  readonly firstLineRecord: number;
  /** Most lines of a frame. */
  readonly lines: number;
  /** Seconds from the start of a line to the start of the next. */
  readonly lineSeconds: number;
  /** Column of the engineering record with spacecraft and time of line 1. */
  readonly frameLabel: Column;
  /** Columns of the prefix of a line. */
  readonly prefix: LinePrefix;
  /** Bytes of samples in a record. */
  readonly samples: { readonly offset: number; readonly bytes: number; readonly perByte: number };
  /** What is added to a stored value to make it symmetric about zero. */
  readonly valueOffset: number;
  readonly validMin: number;
  readonly validMax: number;
  /** Samples a second, a whole number. */
  readonly sampleRateHz: number;
}

/**
 * The columns of a line's prefix that decide whether and when it is written. `INPUT_SOURCE` and `INPUT_TYPE` are
 * not among them: the two structure files give them each other's bytes.
 */
export interface LinePrefix {
  readonly lineNumber: Column;
  /** How many minor frames of the line hold valid data; 0 is a line that was never received. */
  readonly minorFrames: Column;
  readonly firstValid: Column;
  readonly lastValid: Column;
}

const LARGEST_RECORD = 65_536;

/**
 * Reads the layout of the frames of a folder from its label.
 *
 * @param label text of the label
 * @param structure gives the text of a structure file by the name that the label mentions
 * Errors: BAD_FILE naming the keyword. Source: the label's own objects ENGINEERING_TABLE, WF_ROW_PREFIX_TABLE, TIME_SERIES.
 */
export async function readFrameLayout(
  label: string,
  structure: (name: string) => Promise<string>,
): Promise<FrameLayout> {
  const root = parseOdl(label);
  const recordBytes = whole(root, "RECORD_BYTES", 1, LARGEST_RECORD);
  const series = need(root, "TIME_SERIES");
  const waveform = need(series, "COLUMN");
  const bits = need(waveform, "BIT_COLUMN");
  const engineering = await structureOf(need(root, "ENGINEERING_TABLE"), recordBytes, structure);
  const prefix = await structureOf(need(root, "WF_ROW_PREFIX_TABLE"), recordBytes, structure);

  const offset = whole(waveform, "START_BYTE", 1, recordBytes) - 1;
  const bytes = whole(waveform, "BYTES", 1, recordBytes - offset);
  const perByte = whole(bits, "ITEMS", 1, 8);
  if (perByte * whole(bits, "ITEM_BITS", 1, 8) !== 8 || perByte !== 2)
    throw bad("ITEM_BITS", odlNumber(bits, "ITEM_BITS"), "two 4-bit samples a byte");
  return {
    recordBytes,
    engineeringRecord: pointedRecord(root, "^ENGINEERING_TABLE"),
    firstLineRecord: pointedRecord(root, "^TIME_SERIES"),
    lines: whole(series, "ROWS", 1, 100_000),
    lineSeconds: positive(series, "SAMPLING_PARAMETER_INTERVAL"),
    frameLabel: column(engineering, "PWS_LABEL"),
    prefix: {
      lineNumber: column(prefix, "LINE_NUMBER"),
      minorFrames: column(prefix, "MINOR_FRAMES"),
      firstValid: column(prefix, "FIRST_VALID_PIXEL"),
      lastValid: column(prefix, "LAST_VALID_PIXEL"),
    },
    samples: { offset, bytes, perByte },
    valueOffset: odlNumber(bits, "OFFSET") ?? 0,
    validMin: odlNumber(bits, "VALID_MINIMUM") ?? 0,
    validMax: odlNumber(bits, "VALID_MAXIMUM") ?? 15,
    sampleRateHz: wholeRate(positive(bits, "SAMPLING_PARAMETER_INTERVAL")),
  };
}

async function structureOf(
  table: OdlObject,
  recordBytes: number,
  structure: (name: string) => Promise<string>,
): Promise<ReadonlyMap<string, Column>> {
  const name = odlText(table, "^STRUCTURE");
  // The name comes from a data file: it may only name a file beside the label.
  if (name === undefined || !/^[A-Za-z0-9_-]+\.[A-Za-z0-9]+$/.test(name))
    throw bad(`^STRUCTURE of ${table.name}`, name, "the name of a file in the same folder");
  return tableColumns(parseOdl(await structure(name)), recordBytes);
}

/** The label prints the sample interval with seven digits; the rate that it describes is a whole number of hertz. */
function wholeRate(intervalSeconds: number): number {
  const rate = 1 / intervalSeconds;
  const nearest = Math.round(rate);
  if (Math.abs(rate - nearest) > 1e-6 * rate)
    throw bad("SAMPLING_PARAMETER_INTERVAL", intervalSeconds, "a whole number of samples a second");
  return nearest;
}

function pointedRecord(root: OdlObject, key: string): number {
  const value = root.keywords.get(key);
  const record = value?.kind === "list" ? value.items[1] : value;
  if (
    record?.kind !== "number" ||
    !Number.isInteger(record.value) ||
    record.value < 1 ||
    record.value > 100_000
  )
    throw bad(key, undefined, "a file name and a record number");
  return record.value - 1;
}

function need(parent: OdlObject, name: string): OdlObject {
  const object = findObject(parent, name);
  if (object === undefined) throw new DasError("BAD_FILE", `label has no object ${name}`);
  return object;
}

function column(columns: ReadonlyMap<string, Column>, name: string): Column {
  const found = columns.get(name);
  if (found === undefined) throw new DasError("BAD_FILE", `label describes no column ${name}`);
  return found;
}

function whole(object: OdlObject, key: string, least: number, most: number): number {
  const value = odlNumber(object, key);
  if (value === undefined || !Number.isInteger(value) || value < least || value > most)
    throw bad(key, value, `an integer from ${least} to ${most}`);
  return value;
}

function positive(object: OdlObject, key: string): number {
  const value = odlNumber(object, key);
  if (value === undefined || !(value > 0 && value < 1e9))
    throw bad(key, value, "a positive number of seconds");
  return value;
}

function bad(key: string, value: string | number | undefined, expected: string): DasError {
  return new DasError("BAD_FILE", `label: ${key} = ${value ?? "(missing)"}, expected ${expected}`);
}
