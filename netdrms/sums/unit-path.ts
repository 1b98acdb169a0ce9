import { basename, dirname } from "node:path";
import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import { SERIES_LIMITS } from "../series/limits.js";
import type { SegmentProtocol } from "../series/model.js";

/** What a file of a segment is called when its record does not say, netdrms 1.7. */
const EXTENSION = {
  generic: "",
  fits: ".fits",
  fitz: ".fits",
  tas: ".tas",
  bin: ".bin",
  "bin.gz": ".bin.gz",
  fitsdep: ".fits",
  fitzdep: ".fitz",
  msi: undefined,
  dsds: undefined,
  local: undefined,
} as const satisfies Record<SegmentProtocol, string | undefined>;

/** Characters of a file name, netdrms 1.2; file systems take so many bytes. */
const MAX_FILE_NAME = 255;
/** Bytes of a path inside a unit, whose parts are files and folders; systems take no longer ones. */
const MAX_PATH = 4096;
const MAX_SLOTS = SERIES_LIMITS.slots;

/** Whether a storage unit can have so many slots. */
export function isSlotCount(slots: number): boolean {
  return Number.isInteger(slots) && slots >= 0 && slots <= MAX_SLOTS;
}

/**
 * The folder of a unit in a partition, for one that is being made; of others ask `locateUnits`. Without a number what such paths
 * begin with. Source: netdrms 3.3.
 */
export function newUnitFolder(partition: string, sunum: bigint | ""): string {
  return `${partition}/D${sunum}`;
}

/** Whether `folder` is where a unit of that number is in one of the partitions: nothing else is ever changed or removed. */
export function isUnitFolder(folder: string, sunum: bigint, partitions: ReadonlySet<string>): boolean {
  return basename(folder) === `D${sunum}` && partitions.has(dirname(folder)) && !folder.endsWith("/");
}

/** The SUNUM in the name of a unit's folder; `undefined` for any other folder. */
export function sunumOfFolder(folder: string): bigint | undefined {
  const digits = /^D(\d{1,19})$/.exec(basename(folder))?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

/** `S00003`. Errors: BAD_FILE for a number that is no slot. Source: netdrms 3.3. */
export function slotFolder(slot: number): string {
  if (!Number.isInteger(slot) || slot < 0 || slot >= MAX_SLOTS)
    throw new DasError("BAD_FILE", `slot ${slot} of a storage unit, expected 0 to ${MAX_SLOTS - 1}`);
  return `S${String(slot).padStart(5, "0")}`;
}

/** What names the file of a segment in its unit. */
export interface SegmentFile {
  readonly segment: string;
  readonly protocol: SegmentProtocol;
  /** `slotnum` of the record. */
  readonly slot: number;
  /** `sg_NNN_file` of the record; may be empty. */
  readonly file: string;
}

/**
 * The path of a segment's file (or folder, of protocol `generic`) relative to the folder of its storage unit; it never leads
 * out of it, whatever the database says.
 *
 * Errors: BAD_FILE for a name that is absolute, climbs (`..`), holds control characters or is too long, and for a slot that is
 * none; NOT_IMPLEMENTED for the protocols `msi`, `dsds` and `local`.
 * Source: netdrms 1.7, 3.3.
 */
export function segmentFilePath({ segment, protocol, slot, file }: SegmentFile): string {
  const extension = EXTENSION[protocol];
  if (extension === undefined)
    throw new DasError("NOT_IMPLEMENTED", `segment ${segment}: protocol ${protocol} is not supported`);
  const name = checkedFileName(file === "" ? segment + extension : file);
  // One file holds all slots of a `tas` segment.
  return protocol === "tas" ? name : `${slotFolder(slot)}/${name}`;
}

/**
 * The name itself if it stays in the folder that it is looked up in; folders in it are allowed.
 * Errors: BAD_FILE. Only the name is told, never the folder.
 */
export function checkedFileName(name: string): string {
  return insideUnit(name, MAX_FILE_NAME);
}

/** The path itself, of a file or folder below a unit, if it stays there. Errors: as {@link checkedFileName}. */
export function checkedMemberPath(path: string): string {
  return insideUnit(path, MAX_PATH);
}

function insideUnit(name: string, mostBytes: number): string {
  const parts = name.split("/");
  const bad =
    Buffer.byteLength(name) > mostBytes ||
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    /[\x00-\x1f\x7f]/.test(name) ||
    parts.some((part) => part === "" || part === "." || part === "..");
  if (bad)
    throw new DasError(
      "BAD_FILE",
      `file name ${shown(name)}, expected one inside its storage unit of at most ${mostBytes} bytes`,
    );
  return name;
}
