import { DasError } from "../../errors/das-error.js";
import { parseTime, type Time, timeToUs2000 } from "../../stream/time.js";
import type { DataFile } from "../data-folder.js";
import { columnInteger, columnText } from "../pds3/columns.js";
import type { FrameLayout } from "./frame-layout.js";

/** One line of samples of a frame. */
export interface Line {
  /** us2000 of the first sample. */
  readonly us2000: number;
  /** The record; samples are at `layout.samples`. Valid until the next line is asked for. */
  readonly record: Uint8Array;
  /** Samples from `validFrom` on and before `validTo` were received; the others hold nothing. */
  readonly validFrom: number;
  readonly validTo: number;
}

/** A frame: who took it and when its first line began. */
export interface FrameStart {
  readonly spacecraft: 1 | 2;
  /** Spacecraft event time of line 1. */
  readonly time: Time;
}

/** A portion of lines is read at a time: 64 records of 1 KiB. */
const READ_BYTES = 65_536;

const LABEL = /^VOYAGER-([12]) PWS +\d\/\d{5}:\d\d (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})Z/;

/**
 * Checks a frame file and reads its label: `VOYAGER-1 PWS  2/16269:51 1979-03-01T12:26:11.956Z`, which the structure
 * file calls the most reliable time of the file.
 *
 * Errors: BAD_FILE for a size that is not whole records, or an unreadable label.
 */
export async function readFrameStart(file: DataFile, layout: FrameLayout): Promise<FrameStart> {
  const records = file.size / layout.recordBytes;
  const most = layout.firstLineRecord + layout.lines;
  if (!Number.isInteger(records) || records <= layout.engineeringRecord || records > most)
    throw new DasError(
      "BAD_FILE",
      `frame ${file.name} has ${file.size} bytes, expected up to ${most} whole records of ${layout.recordBytes}`,
    );
  const record = new Uint8Array(layout.recordBytes);
  await file.read(record, layout.engineeringRecord * layout.recordBytes);
  const text = columnText(record, layout.frameLabel);
  const found = LABEL.exec(text);
  if (found === null)
    throw new DasError("BAD_FILE", `frame ${file.name} does not begin with a Voyager PWS label`, { text });
  return { spacecraft: found[1] === "1" ? 1 : 2, time: parseTime(found[2]!) };
}

/**
 * The lines of a frame that begin in [beginUs, endUs), in order of time. Lines that were not received are left out, and
 * so is a line whose number is not above that of the line before it.
 *
 * @param onSkip told the number of each line left out for its number, for the log
 */
export async function* frameLines(
  file: DataFile,
  start: FrameStart,
  layout: FrameLayout,
  range: { readonly beginUs: number; readonly endUs: number },
  onSkip: (problem: string) => void,
): AsyncGenerator<readonly Line[]> {
  const { recordBytes, prefix } = layout;
  const startUs = timeToUs2000(start.time);
  const lineUs = Math.round(layout.lineSeconds * 1e6);
  const records = file.size / recordBytes - layout.firstLineRecord;
  // From the first record on, whatever the range: whether a line is left out depends on the lines before it.
  let record = 0;
  const bytes = new Uint8Array(Math.max(1, Math.floor(READ_BYTES / recordBytes)) * recordBytes);
  let last = 0;
  while (record < records) {
    const count = Math.min(bytes.length / recordBytes, records - record);
    await file.read(bytes.subarray(0, count * recordBytes), (layout.firstLineRecord + record) * recordBytes);
    const lines: Line[] = [];
    for (let i = 0; i < count; i++) {
      const row = bytes.subarray(i * recordBytes, (i + 1) * recordBytes);
      if (columnInteger(row, prefix.minorFrames) === 0) continue;
      const number = columnInteger(row, prefix.lineNumber);
      if (number <= last || number > layout.lines) {
        onSkip(`${file.name}: record ${record + i + 1} has line number ${number} after ${last}, left out`);
        continue;
      }
      last = number;
      const us2000 = startUs + (number - 1) * lineUs;
      if (us2000 >= range.endUs) {
        if (lines.length > 0) yield lines;
        return;
      }
      if (us2000 >= range.beginUs) lines.push({ us2000, record: row, ...validSamples(row, layout) });
    }
    if (lines.length > 0) yield lines;
    record += count;
  }
}

/** Pixels of the telemetry are the bytes of the line, counted from 1; 0 to 0 means that the field was not filled in. */
function validSamples(row: Uint8Array, layout: FrameLayout): { validFrom: number; validTo: number } {
  const { bytes, perByte } = layout.samples;
  const first = columnInteger(row, layout.prefix.firstValid);
  const last = columnInteger(row, layout.prefix.lastValid);
  if (first === 0 && last === 0) return { validFrom: 0, validTo: bytes * perByte };
  const from = Math.min(Math.max(first - 1, 0), bytes);
  const to = Math.min(Math.max(last, from), bytes);
  return { validFrom: from * perByte, validTo: to * perByte };
}
