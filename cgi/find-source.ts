import type { DataSource } from "../dsdf/data-source.js";
import { DasError } from "../errors/das-error.js";
import { quoted } from "./data/quoted.js";
import type { QueryContext } from "./query.js";

/** The source of a request. Errors: NO_SUCH_SOURCE; BAD_DEFINITION where its file cannot be read. */
export async function findSource(context: QueryContext, id: string): Promise<DataSource> {
  context.trace.source = id;
  const source = await context.site.sources.find(id);
  if (source === undefined) throw new DasError("NO_SUCH_SOURCE", `There is no source ${quoted(id)}`);
  return source;
}
