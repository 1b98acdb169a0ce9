import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DataSource } from "../../dsdf/data-source.js";
import { clockMs } from "../../pipeline/clock.js";
import { inFolder, replaceFile, syncFolder } from "../store/durable-file.js";
import { readSmallFile } from "../store/small-file.js";
import { storeError, systemCode } from "../store/store-error.js";
import { endWriting, temporaryPath } from "../store/temporary-name.js";
import { pastTime } from "./past-time.js";
import { newestFileMs } from "./source-glob.js";

/** What decides on it besides the files: the folder of the cache, and for how long a look at files is good. */
export interface NotBeforeOptions {
  /** Absolute. */
  readonly cacheRoot: string;
  /** Milliseconds; 2000 where it is missing. A look that begins later than this after the last one looks anew. */
  readonly keepMs?: number;
  /** A clock for that, milliseconds that only grow. */
  readonly now?: () => number;
}

const KEEP_MS = 2000;
/** Sources whose looks are kept. */
const MAX_KEPT = 1000;

interface Look {
  readonly at: number;
  readonly result: Promise<number | undefined>;
}

/** By pattern; several sources may share one. */
const looks = new Map<string, Look>();

/**
 * Blocks of a source that were built before this are stale, milliseconds since 1970: when the newest of its `sourceGlob` changed, and
 * when it was said last that any of its data may have changed ({@link setChangedBefore}). `undefined` where neither is so. This is
 * what `Moment.notBefore` wants; cheap enough for every request.
 *
 * Errors: BAD_DEFINITION for a pattern that names too many files.
 * Source: das2-server 15.8.
 */
export async function sourceNotBefore(
  source: Pick<DataSource, "id" | "freshness">,
  options: NotBeforeOptions,
): Promise<number | undefined> {
  const { sourceGlob } = source.freshness;
  const [files, all] = await Promise.all([
    sourceGlob === undefined ? undefined : newestKept(sourceGlob, options),
    readChangedBefore(options.cacheRoot, source.id),
  ]);
  return files === undefined || all === undefined ? (files ?? all) : Math.max(files, all);
}

function newestKept(
  pattern: string,
  { keepMs = KEEP_MS, now }: NotBeforeOptions,
): Promise<number | undefined> {
  const at = (now ?? clockMs)();
  const kept = looks.get(pattern);
  if (kept !== undefined && at - kept.at < keepMs) return kept.result;
  const look = { at, result: newestFileMs(pattern) };
  looks.delete(pattern);
  looks.set(pattern, look);
  for (const oldest of looks.keys()) {
    if (looks.size <= MAX_KEPT) break;
    looks.delete(oldest);
  }
  return look.result;
}

/** Longest file that is read, bytes. */
const MAX_BYTES = 1000;

/**
 * When any data of a source were last said to may have changed; `undefined`: never. Of a file that says nothing of use, its own time
 * counts: that is when it was said, or when it was spoilt.
 */
async function readChangedBefore(cacheRoot: string, sourceId: string): Promise<number | undefined> {
  const path = changedBeforePath(cacheRoot, sourceId);
  try {
    // Asked for each request, and there is hardly ever one.
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    const text = (await readSmallFile(path, MAX_BYTES))?.toString("utf8") ?? "";
    const now = Date.now();
    return pastTime([Date.parse(text.trim()), found.mtimeMs, found.ctimeMs], now) ?? now;
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw storeError(error, "the state of a source cannot be read", { sourceId });
  }
}

/**
 * Says that any data of a source may have changed: all blocks that were built before are stale, at whatever level, without a look at them.
 * It outlasts an index that is lost.
 *
 * @param ms milliseconds since 1970
 * Errors: DISK_FULL, BUILD_FAILED.
 */
export async function setChangedBefore(cacheRoot: string, sourceId: string, ms: number): Promise<void> {
  const path = changedBeforePath(cacheRoot, sourceId);
  const aside = temporaryPath(path);
  try {
    await inFolder(dirname(path), () => replaceFile(path, `${new Date(ms).toISOString()}\n`, aside));
    await syncFolder(dirname(path));
  } catch (error) {
    throw storeError(error, "a source cannot be marked as out of date", { sourceId });
  } finally {
    endWriting(aside);
  }
}

/** An id has no element that leads out of the folder. */
function changedBeforePath(cacheRoot: string, sourceId: string): string {
  return join(cacheRoot, "freshness", "sources", `${sourceId}.changed`);
}
