import { DasError } from "../../errors/das-error.js";
import type { SegmentColumn } from "../../netdrms/records/record-batch.js";
import { isFitsProtocol, storedSegment } from "../../netdrms/segments/open-segment.js";
import type { UnitMember } from "../../netdrms/sums/open-file.js";
import type { UnitInfo } from "../../netdrms/sums/unit-state.js";

/** A stored image and how its values are scaled; plain values that can be sent to a thread. */
export interface StoredImage {
  readonly member: UnitMember;
  /** The slot of a file that holds a slice for each (protocol `tas`). */
  readonly slot?: number;
  /** Scale of the database, for a file whose header has none. */
  readonly bzero: number;
  readonly bscale: number;
}

/**
 * The image that a record has in a segment.
 *
 * @param units of the record, held
 * Errors: those of `storedSegment`; NOT_IMPLEMENTED for a protocol that is not FITS.
 */
export function storedImage(
  column: SegmentColumn,
  row: number,
  units: ReadonlyMap<bigint, UnitInfo>,
): StoredImage {
  const { name, protocol } = column.source;
  const { member, slot } = storedSegment(column, row, units);
  if (!isFitsProtocol(protocol))
    throw new DasError("NOT_IMPLEMENTED", `segment ${name}: protocol ${protocol} is no FITS file`);
  return {
    member,
    ...(protocol === "tas" ? { slot } : {}),
    bzero: column.bzero[row]!,
    bscale: column.bscale[row]!,
  };
}
