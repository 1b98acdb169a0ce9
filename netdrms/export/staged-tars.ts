import { rename } from "node:fs/promises";
import { join } from "node:path";
import { asDasError, DasError } from "../../errors/das-error.js";
import { syncFolder, writeNewFile } from "../sums/durable.js";
import { storageError } from "../sums/storage-error.js";
import type { ExportItem } from "./export-records.js";
import { type ExportTally, exportTar, type TarOptions } from "./export-tar.js";
import { comingTarName, StagedState, stagedTarName } from "./staged-state.js";

/** How a staged export is made. */
export interface StageOptions extends TarOptions {
  readonly folder: string;
  readonly id: string;
  /** Bytes of files after which the next tar begins. */
  readonly tarBytes: number;
}

/** Tars that names have numbers for. */
const MOST_TARS = 10_000;

/**
 * Writes exported files into a folder as tars `ID_0000.tar`, `ID_0001.tar`, …, each whole or not at all and each with its own lists at
 * its end, while the status file of the export says how far it is; see {@link StagedState}. It has failed where no file could be made, and
 * where it was ended by a limit: its tars are there, and its message says what it lacks.
 *
 * Errors: those of {@link StagedState.take}; DISK_FULL, ARCHIVE_FAILED; those of reading `items`; the status file tells of them, too.
 * Source: export part C ("staged variant").
 */
export async function stageTars(
  items: AsyncGenerator<ExportItem>,
  options: StageOptions,
): Promise<ExportTally & { readonly tars: number }> {
  const state = await StagedState.take(options.folder, options.id);
  const tally = { files: 0, failures: 0, bytes: 0, cut: false, tars: 0 };
  try {
    await state.tell("QUED", { ...tally, message: "" });
    await fillTars(items, options, tally, state);
    const message = endMessage(tally, options.maxBytes);
    await state.tell(tally.cut || (tally.files === 0 && tally.failures > 0) ? "FAIL" : "DONE", {
      ...tally,
      message,
    });
    return tally;
  } catch (error) {
    const failure = asDasError(error, "a staged export");
    // A full disk may not have room for the words, either; what went wrong first is what counts.
    await state.tell("FAIL", { ...tally, message: failure.message }).catch(() => undefined);
    throw failure;
  } finally {
    await items.return(undefined);
  }
}

function endMessage({ cut, failures }: ExportTally, maxBytes: number): string {
  if (cut) return `ended at the limit of ${maxBytes} bytes`;
  return failures === 0 ? "" : `${failures} files failed, see error_list.json in the tars`;
}

async function fillTars(
  items: AsyncGenerator<ExportItem>,
  options: StageOptions,
  tally: ExportTally & { tars: number },
  state: StagedState,
): Promise<void> {
  const { folder, id } = options;
  const source = new Parts(items, options.tarBytes);
  do {
    if (tally.tars === MOST_TARS)
      throw new DasError(
        "TOO_MUCH_ASKED",
        `more than ${MOST_TARS} tars, expected larger ones or fewer files`,
      );
    const part: ExportTally = { files: 0, failures: 0, bytes: 0, cut: false };
    const tar = exportTar(source.next(part), { ...options, maxBytes: options.maxBytes - tally.bytes }, part);
    await writeTar(folder, stagedTarName(id, tally.tars), tar);
    tally.tars++;
    tally.files += part.files;
    tally.failures += part.failures;
    tally.bytes += part.bytes;
    tally.cut = part.cut;
    await state.tell("QUED", { ...tally, message: "" });
  } while (!source.isOver && !tally.cut);
}

async function writeTar(folder: string, name: string, tar: AsyncIterable<Uint8Array>): Promise<void> {
  const coming = join(folder, comingTarName(name));
  await writeNewFile(coming, tar);
  try {
    await rename(coming, join(folder, name));
    await syncFolder(folder);
  } catch (error) {
    throw storageError(error, "the tar of a staged export cannot be written");
  }
}

/** Items dealt out, so many bytes to each part. */
class Parts {
  readonly #items: AsyncGenerator<ExportItem>;
  readonly #partBytes: number;
  /** The first of the next part: no other is asked for before it was used. */
  #kept: ExportItem | undefined;
  isOver = false;

  constructor(items: AsyncGenerator<ExportItem>, partBytes: number) {
    this.#items = items;
    this.#partBytes = partBytes;
  }

  /** @param tally of the part, counted up by whoever takes the items */
  async *next(tally: Pick<ExportTally, "bytes">): AsyncGenerator<ExportItem> {
    for (;;) {
      const item = this.#kept ?? (await this.#following());
      this.#kept = undefined;
      if (item === undefined) return;
      if (item.kind === "file" && tally.bytes > 0 && tally.bytes + mostBytes(item) > this.#partBytes) {
        this.#kept = item;
        return;
      }
      yield item;
    }
  }

  async #following(): Promise<ExportItem | undefined> {
    const step = await this.#items.next();
    this.isOver = step.done === true;
    return step.done === true ? undefined : step.value;
  }
}

function mostBytes({ file }: ExportItem & { readonly kind: "file" }): number {
  return file.kind === "direct" ? file.byteLength : file.atMostBytes;
}
