import { DasError } from "../../errors/das-error.js";
import type { Database } from "../database/database.js";
import { name, param, sql } from "../database/sql.js";
import type { Segment, Series } from "../series/model.js";

/**
 * Notes which record owns the file of a constant segment, of which a series has one.
 *
 * Errors: BAD_PARAMETER where there is one already; FORBIDDEN where the user may not say so; those of {@link Database}.
 * Source: netdrms 1.7, 2.3.
 */
export async function ownConstantSegment(
  database: Database,
  series: Series,
  segment: Segment,
  recnum: bigint,
): Promise<void> {
  const changed = await database.query(sql`
    UPDATE ${name(series.namespace, "drms_segment")} SET cseg_recnum = ${param(recnum, "int8")}
     WHERE lower(seriesname) = lower(${param(series.name, "text")})
       AND lower(segmentname) = lower(${param(segment.name, "text")}) AND coalesce(cseg_recnum, 0) = 0
    RETURNING segmentname`);
  if (changed.length === 0)
    throw new DasError(
      "BAD_PARAMETER",
      `segment ${segment.name} of ${series.name} is constant and has its file already`,
    );
}
