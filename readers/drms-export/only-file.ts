import { createHash } from "node:crypto";
import { DasError } from "../../errors/das-error.js";
import type { ExportItem } from "../../netdrms/export/export-records.js";
import { spool } from "../../netdrms/export/spool.js";

/**
 * The bytes of the one file that an export has.
 *
 * @param mostBytes that it may have
 * @param whole takes its SHA-256 when the last byte has been made
 * Errors: BAD_FILE for what cannot be exported, BAD_PARAMETER where there are more files, FITS_TOO_LARGE.
 */
export async function* onlyFile(
  items: AsyncIterable<ExportItem>,
  mostBytes: number,
  whole: (sha256: string) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let files = 0;
  for await (const item of items) {
    if (++files > 1) throw manyFiles();
    if (item.kind === "failed") throw new DasError("BAD_FILE", item.message);
    const spooled = await spool(item.file, mostBytes);
    try {
      const hash = createHash("sha256");
      for await (const piece of spooled.pieces()) {
        hash.update(piece);
        // The piece may be overwritten, what is given is the taker's.
        yield Buffer.from(piece);
      }
      await whole(hash.digest("hex"));
    } finally {
      await spooled.close();
    }
  }
}

/** The error of a range with more than one file. */
export function manyFiles(): DasError {
  return new DasError(
    "BAD_PARAMETER",
    "there is more than one file in this range, expected one that holds the time of one record alone",
  );
}
