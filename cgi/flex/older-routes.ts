import { parseCommand } from "../../dsdf/command.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { trimToValidRange } from "../../dsdf/valid-range.js";
import { DasError } from "../../errors/das-error.js";
import { MOST_BINS } from "../../reducers/binning/bin-counts.js";
import { FINEST_RESOLUTION_S } from "../data/data-words.js";
import { quoted } from "../data/quoted.js";
import { checkRange } from "../limits/range-limits.js";
import type { Query, QueryContext } from "../query.js";
import { findLocal, type LocalSource } from "./find-local.js";
import { flexData } from "./flex-data.js";
import { flexWords, readRangeWords } from "./flex-words.js";

/** `/data/ID`: data in the words of an older interface. Source: das2-server 7.2. */
export const olderData: Query = async (context) =>
  await flexData(context, await sourceBelow(context, "/data/"), "flex");

/** Writes 1 for each bin with data; das2-server 7.2. */
const COVERAGE = parseCommand("das2_bin_ratesec -e");

/**
 * `/coverage/ID`: which bins have data. Errors: BAD_PARAMETER without a width of bins, NOT_IMPLEMENTED for a source whose records cannot be
 * counted, TOO_MUCH_ASKED for more bins than are kept, told before anything is read. Source: das2-server 7.2, reducers 6.
 */
export const coverage: Query = async (context) => {
  const { source, flex } = await sourceBelow(context, "/coverage/");
  if (flex !== undefined || source.form === "qstream" || source.form === "file" || source.requiresInterval)
    throw new DasError("NOT_IMPLEMENTED", "the coverage of this source is not offered by this server");
  const { begin, end, resolution } = readRangeWords(flexWords(context.words), source.id);
  if (resolution === undefined)
    throw new DasError(
      "BAD_PARAMETER",
      `bin.time.max is missing or too small, expected the width of bins in seconds, ${FINEST_RESOLUTION_S} at least`,
    );
  const range = trimToValidRange(source.validRange, { begin, end }, context.site.now());
  if (range !== undefined) checkRange({ bins: MOST_BINS }, range, resolution);
  // Blocks hold other bins.
  const counted: DataSource = { ...source, reducer: COVERAGE, preReduced: false, cacheLevels: [] };
  return await flexData(context, { source: counted }, "flex");
};

async function sourceBelow(context: QueryContext, prefix: string): Promise<LocalSource> {
  const id = context.path.startsWith(prefix) ? context.path.slice(prefix.length).replace(/\/$/, "") : "";
  const found = await findLocal(context, id);
  if (found === undefined) throw new DasError("NO_SUCH_SOURCE", `There is no source ${quoted(id)}`);
  context.trace.source = found.source.id;
  return found;
}
