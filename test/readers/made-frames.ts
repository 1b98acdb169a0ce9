import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** A frame file of the tests: another layout than the archive's, so that nothing but the label can tell where things are. */
export const MADE = { recordBytes: 128, lines: 10, sampleStart: 41, sampleBytes: 80 } as const;

const LABEL = `PDS_VERSION_ID = PDS3
/* a comment
   of two lines */
RECORD_TYPE = FIXED_LENGTH
RECORD_BYTES = 128
^ENGINEERING_TABLE = ("VG1_1980-01-01_00-00-00-000.DAT", 1)
^TIME_SERIES = ("VG1_1980-01-01_00-00-00-000.DAT", 2)
OBJECT = ENGINEERING_TABLE
  ROW_BYTES = 128
  ^STRUCTURE = "HEAD.FMT"
END_OBJECT = ENGINEERING_TABLE
OBJECT = WF_ROW_PREFIX_TABLE
  ROW_BYTES = 40
  ^STRUCTURE = "PREFIX.FMT"
END_OBJECT = WF_ROW_PREFIX_TABLE
OBJECT = TIME_SERIES
  ROWS = 10
  SAMPLING_PARAMETER_INTERVAL = 0.1 <SECOND>
  OBJECT = COLUMN
    NAME = WAVEFORM_BYTE
    START_BYTE = 41
    BYTES = 80
    ITEMS = 80
    ITEM_BYTES = 1
    OBJECT = BIT_COLUMN
      ITEMS = 2
      ITEM_BITS = 4
      SAMPLING_PARAMETER_INTERVAL = 0.0005
      OFFSET = -7.5
      VALID_MINIMUM = 0
      VALID_MAXIMUM = 15
    END_OBJECT = BIT_COLUMN
  END_OBJECT = COLUMN
END_OBJECT = TIME_SERIES
END
`;

const column = (name: string, type: string, start: number, bytes: number): string =>
  `OBJECT = COLUMN\n NAME = ${name}\n DATA_TYPE = ${type}\n START_BYTE = ${start}\n BYTES = ${bytes}\nEND_OBJECT = COLUMN\n`;

const HEAD = column("PWS_LABEL", "CHARACTER", 65, 52);
// Least significant byte first for one of them, which the archive does not have.
const PREFIX =
  column("LINE_NUMBER", "LSB_UNSIGNED_INTEGER", 3, 2) +
  column("MINOR_FRAMES", "MSB_INTEGER", 5, 2) +
  column("FIRST_VALID_PIXEL", "MSB_INTEGER", 7, 2) +
  column("LAST_VALID_PIXEL", "MSB_INTEGER", 9, 2);

/** Writes label and structure files. */
export function writeMadeLabel(folder: string, change: (label: string) => string = (label) => label): void {
  writeFileSync(join(folder, "PDSFORMAT.LBL"), change(LABEL));
  writeFileSync(join(folder, "HEAD.FMT"), HEAD);
  writeFileSync(join(folder, "PREFIX.FMT"), PREFIX);
}

/** A line of a frame of the tests. */
export interface MadeLine {
  readonly number: number;
  readonly frames?: number;
  readonly valid?: readonly [number, number];
}

/** Bytes of a frame: byte i of line n holds (n + i) modulo 256. */
export function madeFrame(label: string, lines: readonly MadeLine[]): Buffer {
  const bytes = Buffer.alloc(MADE.recordBytes * (1 + lines.length));
  bytes.write(label, 64, "latin1");
  lines.forEach((line, i) => {
    const at = MADE.recordBytes * (1 + i);
    bytes.writeUInt16LE(line.number, at + 2);
    bytes.writeInt16BE(line.frames ?? 1, at + 4);
    bytes.writeInt16BE(line.valid?.[0] ?? 0, at + 6);
    bytes.writeInt16BE(line.valid?.[1] ?? 0, at + 8);
    for (let k = 0; k < MADE.sampleBytes; k++) bytes[at + 40 + k] = (line.number + k) % 256;
  });
  return bytes;
}

/** The label of a frame: `VOYAGER-1 PWS  2/16269:51 1980-01-01T00:00:00.000Z`. */
export function frameLabel(time: string, spacecraft = 1): string {
  return `VOYAGER-${spacecraft} PWS  2/16269:51 ${time}Z\0\0`;
}
