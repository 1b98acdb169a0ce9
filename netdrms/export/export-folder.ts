import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import { replaceFile, syncFolder } from "../sums/durable.js";
import { storageError, systemCode } from "../sums/storage-error.js";
import { isBeyondBound } from "./bounded-sink.js";
import type { ExportItem } from "./export-records.js";
import { lineText } from "./export-text.js";
import {
  type ExportedFile,
  type ResultList,
  resultListHtml,
  resultListJson,
  resultListText,
} from "./result-list.js";
import { makeFolder, writeWhole } from "./whole-file.js";

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

/** The lists of a folder, the one that readers wait for last. */
const LISTS = { "index.json": resultListJson, "index.html": resultListHtml, "index.txt": resultListText };

/**
 * Writes the files of an export into a folder, each whole or not at all, and then the lists `index.txt`, `index.json` and
 * `index.html`, by which a reader knows that it is complete; those of an earlier export in the folder go first.
 *
 * Errors: BAD_PARAMETER where the folder cannot be made; those of reading `items` and, where the disk is full, of the lists.
 * Source: export A1, A11.
 */
export async function exportFolder(
  items: AsyncIterable<ExportItem>,
  options: FolderOptions,
): Promise<FolderResult> {
  const { folder } = options;
  const log = (line: string): void => options.log(lineText(line));
  await prepareFolder(folder);
  const files: ExportedFile[] = [];
  let bytes = 0;
  let failures = 0;
  let cut = false;
  for await (const item of items) {
    if (options.signal?.aborted) throw new DasError("CANCELLED", "The export was cancelled");
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
    try {
      bytes += await writeWhole(join(folder, item.name), item.file, options.maxBytes - bytes);
      files.push({ record, filename: item.name });
    } catch (error) {
      cut = isBeyondBound(error);
      if (cut) {
        log(`the export ends here: with ${item.name} it would have more than ${options.maxBytes} bytes`);
        break;
      }
      failed(storageError(error, "the file cannot be written").message);
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
  for (const [name, print] of Object.entries(LISTS)) await replaceFile(join(folder, name), print(list));
  await syncFolder(folder);
  return { list, failures, cut };
}

async function prepareFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    for (const name of Object.keys(LISTS)) await rm(join(folder, name), { force: true });
  } catch (error) {
    throw new DasError(
      "BAD_PARAMETER",
      `folder ${shown(basename(folder))} (${systemCode(error) ?? "no name"}), expected one that can be made and written`,
      { folder },
      error,
    );
  }
}
