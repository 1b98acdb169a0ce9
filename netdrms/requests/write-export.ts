import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DasError } from "../../errors/das-error.js";
import { isBeyondBound } from "../export/bounded-sink.js";
import type { ExportItem } from "../export/export-records.js";
import { lineText } from "../export/export-text.js";
import {
  asciiJson,
  type ExportedFile,
  type ExportProvenance,
  type ResultList,
  resultListHtml,
  resultListJson,
  resultListText,
} from "../export/result-list.js";
import { writeWhole } from "../export/whole-file.js";
import { replaceFile, syncFolder } from "../sums/durable.js";
import { storageError } from "../sums/storage-error.js";
import type { ExportOrder } from "./export-request.js";
import { requestPath } from "./export-root.js";
import type { WorkDone } from "./lease.js";
import { TarFile } from "./tar-file.js";

/** How the export of a request is written. */
export interface WriteOptions {
  readonly id: string;
  readonly order: ExportOrder;
  readonly protocol: "as-is" | "fits";
  /** Who makes it, with version, and the series of the records: their provenance. */
  readonly server: string;
  readonly series: string;
  /** Steps of processing, a line each. */
  readonly steps: readonly string[];
  /** Folder to be filled, which is there and empty but for what the caller put there. */
  readonly folder: string;
  /** Bytes that all files may have. */
  readonly maxBytes: number;
  /** Unix ms. */
  readonly nowMs: number;
  readonly onProgress: (done: WorkDone) => void;
  readonly signal: AbortSignal;
}

/** What was written. */
export interface WrittenExport {
  readonly done: WorkDone;
  /** Files of records. */
  readonly files: number;
  /** Bytes of the files of records; of the tar where there is one. */
  readonly bytes: number;
  /** Why the first file that failed did. */
  readonly firstFailure?: string;
}

/** One file of a manifest. */
interface ManifestFile {
  readonly record: string;
  readonly recnum: number;
  readonly segment: string;
  readonly filename: string;
  readonly size: number;
  readonly sha256: string;
  readonly notes?: readonly string[];
}

/**
 * Writes the files of a request into its folder, each whole or not at all, or into a tar in it; then what is to be known of them:
 * `index.txt`, `index.json`, `index.html`, `manifest.json` with size and SHA-256 of every file and a reason for each that failed, and
 * `SHA256SUMS` for `sha256sum -c`. What cannot be exported ends nothing; a full disk does.
 *
 * Errors: DISK_FULL; TOO_MUCH_ASKED beyond `maxBytes`; CANCELLED; those of reading `items`. Source: export A11, B9.
 */
export async function writeExport(
  items: AsyncIterable<ExportItem>,
  options: WriteOptions,
): Promise<WrittenExport> {
  const { id, folder, order } = options;
  const tar = order.method === "url-tar" ? new TarFile(join(folder, `${id}.tar`), options.nowMs) : undefined;
  try {
    const lists = new Lists();
    const done = { stage: "writing files", records: 0, bytes: 0, failures: 0 };
    let record: string | undefined;
    for await (const item of items) {
      if (options.signal.aborted) throw new DasError("CANCELLED", "The export was cancelled");
      // The record before is complete.
      if (record !== undefined && record !== item.record) done.records++;
      record = item.record;
      if (item.kind === "failed") {
        lists.fail(item, item.message);
        done.failures++;
      } else done.bytes += await oneFile(item, options, lists, done, tar);
      options.onProgress({ ...done });
    }
    if (record !== undefined) done.records++;
    options.onProgress({ ...done, stage: "writing lists" });
    const bytes = await writeLists(lists, options, done.bytes, tar);
    const { firstFailure } = lists;
    return {
      done,
      files: lists.files.length,
      bytes,
      ...(firstFailure === undefined ? {} : { firstFailure }),
    };
  } finally {
    await tar?.abandon();
  }
}

/** Writes a file; its bytes, 0 where it failed. */
async function oneFile(
  item: ExportItem & { readonly kind: "file" },
  { folder, id, maxBytes }: WriteOptions,
  lists: Lists,
  done: { bytes: number; failures: number },
  tar: TarFile | undefined,
): Promise<number> {
  const path = join(folder, item.name);
  try {
    const size = await writeWhole(path, item.file, maxBytes - done.bytes);
    const sha256 = await hashOf(path);
    if (tar !== undefined) {
      await tar.add(`${id}/${item.name}`, path);
      await rm(path);
    }
    const notes = item.file.notes.map(lineText);
    lists.add({
      ...{ record: item.record, recnum: Number(item.recnum), segment: item.segment },
      ...{ filename: item.name, size, sha256 },
      ...(notes.length === 0 ? {} : { notes }),
    });
    return size;
  } catch (error) {
    if (isBeyondBound(error))
      throw new DasError(
        "TOO_MUCH_ASKED",
        `the export has more than the ${maxBytes} bytes that there is room for`,
      );
    const failure = storageError(error, "the file cannot be written");
    if (failure.code === "DISK_FULL" || failure.code === "CANCELLED") throw failure;
    lists.fail(item, failure.message);
    done.failures++;
    return 0;
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest("hex");
}

/** What came of each file. */
class Lists {
  readonly files: ManifestFile[] = [];
  readonly failures: {
    readonly record: string;
    readonly recnum: number;
    readonly segment?: string;
    readonly message: string;
  }[] = [];
  /** All in the order of the records, for lists that name what is not there. */
  readonly all: { readonly record: string; readonly segment?: string; readonly filename: string }[] = [];

  get firstFailure(): string | undefined {
    return this.failures[0]?.message;
  }

  add(file: ManifestFile): void {
    this.files.push(file);
    this.all.push(file);
  }

  fail(
    { record, recnum, segment }: Pick<ExportItem, "record" | "recnum" | "segment">,
    message: string,
  ): void {
    const named = segment === undefined ? {} : { segment };
    this.failures.push({ record, recnum: Number(recnum), ...named, message: lineText(message) });
    this.all.push({ record, ...named, filename: "NoDataFile" });
  }
}

/** @returns bytes of what clients download */
async function writeLists(
  lists: Lists,
  { id, folder, order, protocol, steps, nowMs, server, series }: WriteOptions,
  bytes: number,
  tar: TarFile | undefined,
): Promise<number> {
  const isAsIs = protocol === "as-is";
  const provenance: ExportProvenance = {
    ...{ server, series, records: order.dataset },
    ...(steps.length === 0 ? {} : { processing: steps }),
    made: new Date(nowMs).toISOString(),
  };
  const files = (isAsIs ? lists.all : lists.files).map(
    ({ record, segment, filename }): ExportedFile => ({
      record: isAsIs && segment !== undefined ? `${record}{${segment}}` : record,
      filename,
    }),
  );
  const list: ResultList = {
    ...{ requestId: id, method: order.method, protocol, protocolText: order.protocol, files, bytes },
    directory: requestPath(id),
    madeMs: nowMs,
    processing: steps,
    provenance,
  };
  const manifest = {
    requestid: id,
    dataset: order.dataset,
    ...{ method: order.method, protocol: order.protocol, processing: steps },
    made: provenance.made,
    provenance,
    ...{ files: lists.files, failures: lists.failures },
  };
  const texts = {
    SHA256SUMS: lists.files.map(({ sha256, filename }) => `${sha256}  ${filename}\n`).join(""),
    "manifest.json": `${asciiJson(manifest)}\n`,
    "index.txt": resultListText(list),
    "index.html": resultListHtml(list),
    "index.json": resultListJson(list),
  };
  for (const [name, text] of Object.entries(texts)) await replaceFile(join(folder, name), text);
  if (tar === undefined) {
    await syncFolder(folder);
    return bytes;
  }
  for (const name of ["SHA256SUMS", "manifest.json", "index.txt"])
    await tar.add(`${id}/${name}`, join(folder, name));
  const tarBytes = await tar.end();
  await syncFolder(folder);
  return tarBytes;
}
