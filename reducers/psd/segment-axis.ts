import { isDasError } from "../../errors/das-error.js";
import type { PacketHeader } from "../../stream/model.js";
import { type PositionAxis, timeAxis } from "../positions.js";

/** Positions of segments: us2000, or the duration units of x; `unitSeconds` is one of these in seconds. */
export interface SegmentAxis extends PositionAxis {
  readonly unitSeconds: number;
}

/**
 * The axis for segments that begin `hopSeconds` apart; `undefined` where x is neither a time nor a duration.
 * Text times get digits enough to tell the segments apart.
 */
export function segmentAxis(header: PacketHeader, hopSeconds: number): SegmentAxis | undefined {
  try {
    // The axis gives bins of a width ten times the resolution of its text; segments at their resolution will do.
    const { unitSeconds, ...axis } = timeAxis(header, 10 * hopSeconds);
    return unitSeconds === undefined ? undefined : { ...axis, unitSeconds };
  } catch (error) {
    if (isDasError(error, "UNSUITED_STREAM")) return undefined;
    throw error;
  }
}
