import { type BigIntStats, stat, statSync } from "node:fs";

/** What tells whether a file is still the one that was looked at: another file, or a write into it, has another. */
export interface FileIdentity {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** Device, inode, length and times to the nanosecond. */
  readonly text: string;
  /** The same without the time of the change of its entry, which a rename of another file over it changes as well. */
  readonly contentText: string;
}

/** The identity of a regular file of which the system told that; `undefined` for anything else. */
export function identityOf(stats: BigIntStats): FileIdentity | undefined {
  if (!stats.isFile()) return undefined;
  const contentText = `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}`;
  return {
    size: Number(stats.size),
    mtimeMs: Number(stats.mtimeNs / 1000n) / 1000,
    ctimeMs: Number(stats.ctimeNs / 1000n) / 1000,
    text: `${contentText}:${stats.ctimeNs}`,
    contentText,
  };
}

/**
 * The identity of the regular file at a path; `undefined` where there is none, or none that can be looked at.
 *
 * @param isWarm the file was looked at before: what the system knows of it by heart takes some microseconds, where a thread would
 *   take a hundred to be asked
 */
export async function lookAt(path: string, isWarm = false): Promise<FileIdentity | undefined> {
  return isWarm ? lookAtOnce(path) : await lookAtByThread(path);
}

/** As {@link lookAt}; nothing else happens meanwhile, so it is for files of which the system knows by heart. */
export function lookAtOnce(path: string): FileIdentity | undefined {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? undefined : identityOf(stats);
  } catch {
    return undefined;
  }
}

/** With a callback: half the time of the promise of `node:fs/promises`. */
function lookAtByThread(path: string): Promise<FileIdentity | undefined> {
  return new Promise((resolve) => {
    stat(path, { bigint: true }, (error, stats) => resolve(error === null ? identityOf(stats) : undefined));
  });
}
