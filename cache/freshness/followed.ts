import { mkdir, stat, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { DataSource } from "../../dsdf/data-source.js";

/** How often a process that follows records says that it is there, ms. */
export const SAY_EVERY_MS = 60_000;
/** After so long without a word nobody is there, ms. */
const SILENCE_MS = 5 * SAY_EVERY_MS;

/** Programs that read an archive of series begin so. */
const ARCHIVE_READER = /^drms-/;

/** Says that a process follows the records of the sources of a cache. Never fails: a disk that is full keeps nobody from following. */
export async function sayFollowing(cacheRoot: string, now: number): Promise<void> {
  const path = alivePath(cacheRoot);
  try {
    await utimes(path, now / 1000, now / 1000).catch(async () => {
      await mkdir(join(path, ".."), { recursive: true });
      await writeFile(path, "");
    });
  } catch {
    // Then blocks of these sources are not used: see below.
  }
}

/**
 * Whether blocks of a source can be relied on: those of archives only while a process follows their records, whether or not the archive
 * answers just now. Where there are only programs for one request and nobody marks what changes, blocks would get old unnoticed.
 * @param now milliseconds since 1970
 */
export async function areRecordsFollowed(
  source: Pick<DataSource, "reader">,
  cacheRoot: string,
  now: number,
): Promise<boolean> {
  if (!readsArchive(source)) return true;
  try {
    const { mtimeMs } = await stat(alivePath(cacheRoot));
    return Math.abs(now - mtimeMs) <= SILENCE_MS;
  } catch {
    return false;
  }
}

/** Whether the reader of a source reads an archive of series. */
export function readsArchive({ reader }: Pick<DataSource, "reader">): boolean {
  const programs = reader?.programs ?? [];
  return programs.some(({ words: [name = []] }) => {
    const text = name.map((part) => (part.kind === "text" ? part.text : "")).join("");
    return ARCHIVE_READER.test(basename(text));
  });
}

function alivePath(cacheRoot: string): string {
  return join(cacheRoot, "freshness", "alive");
}
