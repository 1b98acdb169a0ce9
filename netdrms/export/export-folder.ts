import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { asDasError, DasError } from "../../errors/das-error.js";
import { createFileSink, type FileSink } from "../../fits/byte-sink.js";
import { replaceFile, syncFolder } from "../sums/durable.js";
import type { ExportItem } from "./export-records.js";
import type { PreparedFile } from "./image-file.js";
import {
  type ExportedFile,
  type ResultList,
  resultListHtml,
  resultListJson,
  resultListText,
} from "./result-list.js";

/** How an export goes to a folder. */
export interface FolderOptions {
  readonly folder: string;
  readonly protocol: "as-is" | "fits";
  readonly requestId: string | null;
  /** Bytes of files after which nothing is added any more. */
  readonly maxBytes: number;
  /** Unix ms. */
  readonly nowMs: number;
  /** Takes a line for each file that was not made, and notes on those that were. */
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** What came of it. */
export interface FolderResult {
  readonly list: ResultList;
  readonly failures: number;
  readonly cut: boolean;
}

/**
 * Writes the files of an export into a folder, each whole or not at all, and then the lists `index.txt`, `index.json` and
 * `index.html`, by which a reader knows that it is complete.
 *
 * Errors: those of reading `items` and, where the disk is full, of the lists. Source: export A1, A11.
 */
export async function exportFolder(
  items: AsyncIterable<ExportItem>,
  options: FolderOptions,
): Promise<FolderResult> {
  const { folder, log } = options;
  await mkdir(folder, { recursive: true });
  const files: ExportedFile[] = [];
  let bytes = 0;
  let failures = 0;
  let cut = false;
  for await (const item of items) {
    if (options.signal?.aborted) throw new DasError("CANCELLED", "the export was ended");
    const record =
      options.protocol === "as-is" && item.segment !== undefined
        ? `${item.record}{${item.segment}}`
        : item.record;
    const failed = (message: string): void => {
      failures++;
      log(`${record}: ${message}`);
      if (options.protocol === "as-is") files.push({ record, filename: "NoDataFile" });
    };
    if (item.kind === "failed") {
      failed(item.message);
      continue;
    }
    for (const note of item.file.notes) log(`${record}: ${note}`);
    const size = item.file.kind === "direct" ? item.file.byteLength : 0;
    if (bytes + size > options.maxBytes) {
      cut = true;
      log(`the export ends here: with ${item.name} it would have more than ${options.maxBytes} bytes`);
      break;
    }
    try {
      bytes += await writeWhole(join(folder, item.name), item.file);
      files.push({ record, filename: item.name });
    } catch (error) {
      failed(asDasError(error, "writing a file").message);
    }
  }
  const list: ResultList = {
    requestId: options.requestId,
    method: "url_quick",
    protocol: options.protocol,
    directory: folder,
    bytes,
    madeMs: options.nowMs,
    processing: [],
    files,
    ...(files.length === 0 && failures > 0 ? { error: `All ${failures} files failed` } : {}),
  };
  await replaceFile(join(folder, "index.json"), resultListJson(list));
  await replaceFile(join(folder, "index.html"), resultListHtml(list));
  await replaceFile(join(folder, "index.txt"), resultListText(list));
  await syncFolder(folder);
  return { list, failures, cut };
}

/** Writes a file under another name first, so that nobody sees half of it; the bytes written. */
async function writeWhole(path: string, file: PreparedFile): Promise<number> {
  await mkdir(dirname(path), { recursive: true });
  const coming = `${path}.part`;
  await rm(coming, { force: true });
  let sink: FileSink | undefined;
  try {
    sink = await createFileSink(coming);
    await file.write(sink);
    const { byteLength } = sink;
    await sink.close();
    sink = undefined;
    await rename(coming, path);
    return byteLength;
  } catch (error) {
    await sink?.close().catch(() => undefined);
    await rm(coming, { force: true });
    throw error;
  }
}
