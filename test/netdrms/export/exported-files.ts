import type { ExportItem } from "../../../netdrms/export/export-records.js";
import { exportSet, type SetOptions } from "../../../netdrms/export/export-set.js";
import { DEFAULT_FILE_NAME, readFileNameTemplate, UniqueNames } from "../../../netdrms/export/file-name.js";
import { spool } from "../../../netdrms/export/spool.js";
import { readQuery } from "../../../netdrms/query/read-query.js";
import { readCompression } from "../../../netdrms/segments/image-compression.js";
import { seriesCatalog } from "../../../netdrms/series/series-cache.js";
import type { WrittenArchive } from "../../support/written-archive.js";

/** A file that was exported, or a failure. */
export interface MadeFile {
  readonly record: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly notes: readonly string[];
  /** Of an item that is no file. */
  readonly failure?: string;
}

/** How the tests export. */
export interface Asked {
  readonly compression?: string;
  readonly protocol?: "as-is" | "fits";
  readonly template?: string;
}

/** Options of an export from an archive for tests. */
export function exportOptions(archive: WrittenArchive, asked: Asked): SetOptions {
  return {
    protocol: asked.protocol ?? "fits",
    template: readFileNameTemplate(asked.template ?? DEFAULT_FILE_NAME),
    names: new UniqueNames(),
    compression:
      asked.compression === undefined
        ? { kind: "stored" }
        : { kind: "all", choice: readCompression(asked.compression) },
    naming: {},
    license: "CC0 1.0",
    units: { sums: archive.pool, siteCode: 0x4001, log: (line) => void archive.lines.push(line) },
    limit: 0,
  };
}

/** Every item of an export of a query, its files read to their end. */
export function exportedFiles(
  archive: WrittenArchive,
  query: string,
  asked: Asked = {},
): Promise<MadeFile[]> {
  return withItems(archive, query, asked, async (items) => {
    const made: MadeFile[] = [];
    for await (const item of items) made.push(await madeFile(item));
    return made;
  });
}

/** Hands the items of an export on, within the transaction that they are read in. */
export function withItems<T>(
  archive: WrittenArchive,
  query: string,
  asked: Asked,
  work: (items: AsyncIterable<ExportItem>) => Promise<T>,
): Promise<T> {
  return archive.reading(async (drms) => {
    const catalog = seriesCatalog(drms);
    const { sets } = await readQuery(query, { findSeries: (name) => catalog.series(name) });
    return work(itemsOf());
    async function* itemsOf(): AsyncGenerator<ExportItem> {
      const options = exportOptions(archive, asked);
      for (const set of sets) yield* exportSet({ drms, catalog }, set, options);
    }
  });
}

async function madeFile(item: ExportItem): Promise<MadeFile> {
  const { record } = item;
  if (item.kind === "failed")
    return { record, name: item.name ?? "", bytes: new Uint8Array(0), notes: [], failure: item.message };
  const spooled = await spool(item.file);
  const parts: Uint8Array[] = [];
  for await (const piece of spooled.pieces()) parts.push(Buffer.from(piece));
  await spooled.close();
  return { record, name: item.name, bytes: Buffer.concat(parts), notes: item.file.notes };
}
