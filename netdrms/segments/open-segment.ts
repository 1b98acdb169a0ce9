import { join } from "node:path";
import { DasError } from "../../errors/das-error.js";
import { type FileSource, handleSource } from "../../fits/file-source.js";
import { type FitsFile, openFitsFile } from "../../fits/fits-file.js";
import type { SegmentColumn } from "../records/record-batch.js";
import { openMember, type UnitMember } from "../sums/open-file.js";
import { segmentFilePath } from "../sums/unit-path.js";
import type { UnitInfo } from "../sums/unit-state.js";

/** Where the file of a segment of one record is, on line. */
export interface StoredSegment {
  readonly column: SegmentColumn;
  readonly member: UnitMember;
  readonly slot: number;
}

/** A stored file that is open; whoever opened it closes it. */
export interface OpenSegment {
  readonly file: FitsFile;
  close(): Promise<void>;
}

/** What is wrong with a storage unit that is not on line. Source: netdrms 3.4. */
const NOT_HERE = {
  N: "is off line, on tape",
  X: "is off line and no longer here",
  I: "is not known at this site",
  remote: "is of another site and not here",
} as const;

/**
 * Finds the file of a segment of a record.
 *
 * @param units of the record, see `heldRecords`
 * Errors: BROKEN_LINK where links of the segment lead to no record; UNIT_AWAY where there is no storage unit or it is not on
 * line; BAD_FILE for a name that leads out of it; NOT_IMPLEMENTED for the protocols `msi`, `dsds`, `local`.
 * Source: netdrms 1.7, 3.4.
 */
export function storedSegment(
  column: SegmentColumn,
  row: number,
  units: ReadonlyMap<bigint, UnitInfo>,
): StoredSegment {
  const { segment, source } = column;
  if (column.reached?.[row] === 0)
    throw new DasError("BROKEN_LINK", `segment ${segment.name}: its link leads to no record`);
  const sunum = column.sunum[row]!;
  const unit = units.get(sunum);
  if (sunum < 0n || unit === undefined)
    throw new DasError("UNIT_AWAY", `segment ${segment.name}: the record has no storage unit`);
  if (unit.state !== "Y")
    throw new DasError("UNIT_AWAY", `segment ${segment.name}: storage unit ${sunum} ${NOT_HERE[unit.state]}`);
  const slot = column.slot[row]!;
  const path = segmentFilePath({
    segment: source.name,
    protocol: source.protocol,
    slot,
    file: column.file[row]!,
  });
  return { column, member: { sunum, folder: unit.folder, path }, slot };
}

/** Opens a stored file by ranges, whatever it holds. Errors: BAD_FILE, ARCHIVE_FAILED as `openMember`. */
export async function openStored({ member }: StoredSegment): Promise<FileSource> {
  return handleSource(await openMember(member), join(member.folder, member.path));
}

/**
 * Opens a stored FITS file. Errors: those of {@link openStored} and of `openFitsFile`; NOT_IMPLEMENTED for a protocol that is not FITS.
 */
export async function openStoredFits(stored: StoredSegment): Promise<OpenSegment> {
  const { name, protocol } = stored.column.source;
  if (!isFitsProtocol(protocol))
    throw new DasError("NOT_IMPLEMENTED", `segment ${name}: protocol ${protocol} is no FITS file`);
  const source = await openStored(stored);
  try {
    return { file: await openFitsFile(source), close: () => source.close() };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Whether files of a protocol are FITS files. Source: netdrms 1.7. */
export function isFitsProtocol(protocol: string): boolean {
  return /^(fits|fitz|tas|fitsdep|fitzdep)$/.test(protocol);
}
