import { archiveEnvironment } from "../../config/archive-settings.js";
import { openArchive, type ReaderArchive, type UnitUse } from "../../readers/archive/archive-connection.js";
import type { QueryContext } from "../query.js";
import type { ImageSeries } from "./image-source.js";

/**
 * Does work with the archive that the reader of a source would use, over a connection that the process keeps; it ends when the client
 * leaves.
 *
 * @param use what is done with storage units
 * Errors: BAD_CONFIG where no archive is set up; OVERLOADED; those of the database and of the work.
 */
export async function withImages<T>(
  { request, site }: Pick<QueryContext, "request" | "site">,
  { records, env }: ImageSeries,
  use: UnitUse,
  work: (archive: ReaderArchive) => Promise<T>,
): Promise<T> {
  const archive = await openArchive(
    "images",
    {
      env: { ...archiveEnvironment(site.config), ...env },
      signal: request.signal,
      log: (line) => process.stderr.write(`heliostream: ${line}\n`),
    },
    records.standard,
    use,
  );
  try {
    return await work(archive);
  } finally {
    await archive.close();
  }
}
