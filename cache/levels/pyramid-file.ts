import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { link, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheLevel } from "../../dsdf/cache-levels.js";
import type { CacheLevel } from "../../dsdf/data-source.js";
import { inFolder, replaceFile, syncFolder, writeSynced } from "../store/durable-file.js";
import { storeError, systemCode } from "../store/store-error.js";
import { endWriting, temporaryPath } from "../store/temporary-name.js";
import type { Measurement } from "./measurement.js";

/** The levels of a source as they were chosen once, and from what. */
export interface Pyramid {
  readonly measurement: Measurement;
  /** When it was measured, ISO-8601. */
  readonly measuredAt: string;
  /** Finest first, numbered from 0; none where the source is not worth any. */
  readonly levels: readonly CacheLevel[];
}

/** Far above any: twenty levels are some 2 kB. */
const MOST_BYTES = 64 * 1024;
const MOST_LEVELS = 32;
const FORMAT = 1;

/** Where the levels of a source are kept, so that all processes of all hosts agree on them. */
export function pyramidPath(cacheRoot: string, sourceId: string): string {
  return pyramidIn(join(cacheRoot, "data", sourceId));
}

/** The same for the folder of a source, `CACHE_ROOT/data/ID`. */
export function pyramidIn(sourceFolder: string): string {
  return join(sourceFolder, "_noparam", "levels.json");
}

/**
 * The pyramid at a path; `undefined` where there is none, and for anything that is not one, which the next measuring puts right. Who
 * passes what it got last time gets the same object as long as the file is the same.
 */
export class KnownPyramid {
  #identity = "";
  #pyramid: Pyramid | undefined;

  get(path: string): Pyramid | undefined {
    const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
    const identity =
      stats === undefined ? "" : `${path} ${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs}`;
    if (identity !== this.#identity) {
      this.#identity = identity;
      this.#pyramid = stats === undefined ? undefined : readPyramid(path);
    }
    return this.#pyramid;
  }
}

/** The pyramid at a path, read anew; as {@link KnownPyramid}. */
export function readPyramid(path: string): Pyramid | undefined {
  const text = readSmallFile(path);
  return text === undefined ? undefined : parsePyramid(text);
}

/** Reads what {@link printPyramid} writes; `undefined` for anything else. */
export function parsePyramid(text: string): Pyramid | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value.v !== FORMAT || !Array.isArray(value.levels)) return undefined;
  const { measurement, measuredAt, levels } = value;
  if (!isMeasurement(measurement) || typeof measuredAt !== "string" || levels.length > MOST_LEVELS)
    return undefined;
  const known: CacheLevel[] = [];
  for (const [number, line] of levels.entries()) {
    const level = typeof line === "string" ? cacheLevel(number, line) : undefined;
    if (level === undefined || level.params !== "") return undefined;
    known.push(level);
  }
  return { measurement, measuredAt, levels: known };
}

/** Lines of `levels` are those of a `cacheLevel_NN`, so that who wants to fix them can copy them into the definition. */
export function printPyramid({ measurement, measuredAt, levels }: Pyramid): string {
  const lines = levels.map(({ seconds, period }) => `${resolutionText(seconds)} | ${period}`);
  return `${JSON.stringify({ v: FORMAT, measuredAt, measurement, levels: lines }, undefined, 2)}\n`;
}

/** A width the way it is written in a definition: `intrinsic`, `60 s`, `100 ms`. */
export function resolutionText(seconds: number): string {
  if (seconds === 0) return "intrinsic";
  return seconds < 1 ? `${Number((seconds * 1000).toPrecision(12))} ms` : `${seconds} s`;
}

/**
 * Keeps a pyramid, unless another process was faster: then that one's counts.
 * @param replace put it in the place of what is there
 * @returns the pyramid that is kept now
 * Errors: DISK_FULL, BUILD_FAILED.
 */
export async function keepPyramid(path: string, pyramid: Pyramid, replace: boolean): Promise<Pyramid> {
  const folder = dirname(path);
  const aside = temporaryPath(path);
  try {
    if (replace || readPyramid(path) === undefined) {
      const text = printPyramid(pyramid);
      await inFolder(folder, () =>
        replace || isThere(path) ? replaceFile(path, text, aside) : createFile(path, text, aside),
      );
      await syncFolder(folder);
    }
    return readPyramid(path) ?? pyramid;
  } catch (error) {
    throw storeError(error, "the levels of a source cannot be kept", { path });
  } finally {
    endWriting(aside);
  }
}

/** Makes a file that is whole from its first moment on, if there is none of that name. */
async function createFile(path: string, text: string, aside: string): Promise<void> {
  await writeSynced(aside, text);
  try {
    await link(aside, path);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function readSmallFile(path: string): string | undefined {
  let handle: number | undefined;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(handle);
    if (!stats.isFile() || stats.size > MOST_BYTES) return undefined;
    const bytes = Buffer.alloc(stats.size);
    return readSync(handle, bytes, 0, bytes.length, 0) === bytes.length ? bytes.toString("utf8") : undefined;
  } catch {
    return undefined;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const MEASURED = ["cadence", "channels", "recordBytes", "bytesPerSecond", "packets", "spanSeconds"] as const;

function isMeasurement(value: unknown): value is Measurement {
  return (
    isRecord(value) &&
    MEASURED.every((name) => {
      const number = value[name];
      return typeof number === "number" && Number.isFinite(number) && number >= 0;
    })
  );
}
