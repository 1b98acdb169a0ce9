import { type FileHandle, open } from "node:fs/promises";
import { lineText } from "../export/export-text.js";
import { keywordValue, type RecordBatch } from "../records/record-batch.js";
import { storageError } from "../sums/storage-error.js";
import { printKeywordValue } from "../values/print-value.js";

/**
 * The keywords of records that are delivered as they are stored: a line of names, then a line for each record, tab-separated.
 * Source: export A1.
 */
export class KeywordListFile {
  readonly #file: FileHandle;
  #hasNames = false;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Errors of all members: DISK_FULL, ARCHIVE_FAILED. */
  static async make(path: string): Promise<KeywordListFile> {
    try {
      return new KeywordListFile(await open(path, "wx"));
    } catch (error) {
      throw unwritten(error);
    }
  }

  async write({ keywords, rows, recnum }: RecordBatch): Promise<void> {
    const lines: string[] = [];
    if (!this.#hasNames) lines.push(["recnum", ...keywords.map(({ keyword }) => keyword.name)].join("\t"));
    this.#hasNames = true;
    for (let row = 0; row < rows; row++) {
      const values = keywords.map((column) => {
        const value = keywordValue(column, row);
        return value === undefined ? "" : lineText(printKeywordValue(column.source, value));
      });
      lines.push([String(recnum[row]), ...values].join("\t"));
    }
    try {
      await this.#file.appendFile(`${lines.join("\n")}\n`);
    } catch (error) {
      throw unwritten(error);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function unwritten(error: unknown): Error {
  return storageError(error, "the list of keywords cannot be written");
}
