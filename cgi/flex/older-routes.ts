import { parseCommand } from "../../dsdf/command.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { DasError } from "../../errors/das-error.js";
import { quoted } from "../data/quoted.js";
import type { Query, QueryContext } from "../query.js";
import { findLocal, type LocalSource } from "./find-local.js";
import { flexData } from "./flex-data.js";
import { flexWords } from "./flex-words.js";

/** `/data/ID`: data in the words of an older interface. Source: das2-server 7.2. */
export const olderData: Query = async (context) =>
  await flexData(context, await sourceBelow(context, "/data/"), "flex");

/** Writes 1 for each bin with data; das2-server 7.2. */
const COVERAGE = parseCommand("das2_bin_ratesec -e");

/**
 * `/coverage/ID`: which bins have data. Errors: BAD_PARAMETER without a width of bins, NOT_IMPLEMENTED for a source whose records cannot be
 * counted. Source: das2-server 7.2.
 */
export const coverage: Query = async (context) => {
  const { source, flex } = await sourceBelow(context, "/coverage/");
  if (flex !== undefined || source.form === "qstream" || source.form === "file" || source.requiresInterval)
    throw new DasError("NOT_IMPLEMENTED", "the coverage of this source is not offered by this server");
  if (!(Number(flexWords(context.words).get("bin.time.max")) > 0))
    throw new DasError("BAD_PARAMETER", "bin.time.max is missing, expected the width of bins in seconds");
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
