import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import { replaceFile } from "../sums/durable.js";
import { storageError } from "../sums/storage-error.js";
import { lineText } from "./export-text.js";
import { makeFolder } from "./whole-file.js";

/** How far a staged export is: nobody has begun it, it is being made, it is whole, it is not. */
export type StagedStateName = "NQUE" | "QUED" | "DONE" | "FAIL";

/** What a status file tells. */
export interface StagedCounts {
  readonly files: number;
  readonly bytes: number;
  readonly message: string;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const MEGABYTE = 1024 * 1024;

/**
 * The status file of a staged export, `ID.NQUE`, `ID.QUED`, `ID.DONE` or `ID.FAIL`: its name says how far the export is, its lines
 * `EXPORT_MB`, `EXPORT_FILES`, `EXPORT_MSG` and `EXPORT_STATE` what there is. Source: export part C.
 */
export class StagedState {
  readonly #folder: string;
  readonly #id: string;
  #name: StagedStateName = "NQUE";

  private constructor(folder: string, id: string) {
    this.#folder = folder;
    this.#id = id;
  }

  /**
   * Takes an export up, whether or not somebody has made its status file before; what an earlier try left goes.
   * Errors: BAD_PARAMETER for an id that is none, and for one whose export is whole; DISK_FULL, ARCHIVE_FAILED.
   */
  static async take(folder: string, id: string): Promise<StagedState> {
    if (!ID.test(id))
      throw new DasError(
        "BAD_PARAMETER",
        `id=${shown(id)}, expected letters, digits, "_" and "-", at most 64`,
      );
    try {
      await makeFolder(folder);
      const names = await readdir(folder);
      if (names.includes(`${id}.DONE`))
        throw new DasError(
          "BAD_PARAMETER",
          `id=${shown(id)}: this export has been made, expected another id`,
        );
      for (const name of names)
        if (name === `${id}.FAIL` || isTarOf(id, name)) await rm(join(folder, name), { force: true });
      const state = new StagedState(folder, id);
      if (names.includes(`${id}.QUED`)) state.#name = "QUED";
      else if (!names.includes(`${id}.NQUE`)) await state.#write({ files: 0, bytes: 0, message: "" });
      return state;
    } catch (error) {
      throw storageError(error, "the folder of staged exports cannot be used");
    }
  }

  /** Tells of another state, or of the same anew. Errors: DISK_FULL, ARCHIVE_FAILED. */
  async tell(name: StagedStateName, counts: StagedCounts): Promise<void> {
    const before = this.#name;
    // What has ended says so only once all of it stands there.
    await this.#write(counts, name);
    if (name === before) return;
    try {
      await rename(this.#path(before), this.#path(name));
    } catch (error) {
      throw storageError(error, "the status of a staged export cannot be told");
    }
    this.#name = name;
  }

  #path(name: StagedStateName): string {
    return join(this.#folder, `${this.#id}.${name}`);
  }

  #write({ files, bytes, message }: StagedCounts, state: StagedStateName = this.#name): Promise<void> {
    const lines = {
      EXPORT_MB: Math.ceil(bytes / MEGABYTE),
      EXPORT_FILES: files,
      EXPORT_MSG: lineText(message),
      EXPORT_STATE: state,
    };
    const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`);
    return replaceFile(this.#path(this.#name), text.join(""));
  }
}

function isTarOf(id: string, name: string): boolean {
  const tar = /^\.(.*)\.part$/.exec(name)?.[1] ?? name;
  return tar.startsWith(`${id}_`) && /^_\d{4}\.tar$/.test(tar.slice(id.length));
}

/** The name of a tar that is being written: nobody sees half of one under its own. */
export function comingTarName(name: string): string {
  return `.${name}.part`;
}

/** The name of the n-th tar of a staged export, from 0. */
export function stagedTarName(id: string, n: number): string {
  return `${id}_${String(n).padStart(4, "0")}.tar`;
}
