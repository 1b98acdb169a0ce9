import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/** Files that this process is writing. */
const ours = new Set<string>();
/** The random parts of the names of builds that write many. */
const builds = new Set<string>();

/** This host in a file's name; without it two hosts on one disk would take each other's writers for their own. */
const HOST = hostname()
  .replace(/[^A-Za-z0-9]/g, "_")
  .slice(0, 60);

/**
 * A path beside `path` under which it is written until it is whole: `.FILE.<host>-<pid>-<random>.tmp`. Unique, and no name of a
 * block, so older servers do not see it. It counts as being written until {@link endWriting} has been called.
 */
export function temporaryPath(path: string): string {
  const made = aside(path, randomBytes(6).toString("hex"));
  ours.add(made);
  return made;
}

/** How one build calls the files that it writes: a name follows from that of the file, so that nothing has to be kept of each. */
export interface AsideNames {
  /** As {@link temporaryPath}; always the same for the same path. */
  pathFor(path: string): string;
  /** None of its files is being written any more. */
  end(): void;
}

/** Names for a new build; its files count as being written until {@link AsideNames.end} has been called. */
export function asideNames(): AsideNames {
  const random = randomBytes(6).toString("hex");
  builds.add(random);
  return { pathFor: (path) => aside(path, random), end: () => void builds.delete(random) };
}

function aside(path: string, random: string): string {
  return join(dirname(path), `.${basename(path)}.${HOST}-${process.pid}-${random}.tmp`);
}

/** Call it when a path of {@link temporaryPath} has been renamed or removed: it counts as being written no longer. */
export function endWriting(path: string): void {
  ours.delete(path);
}

/** Who writes a file: nobody any more, somebody, or a process of another host, of which nothing can be known here. */
export type WriterState = "dead" | "live" | "elsewhere";

/** Whose file that is by its name; `undefined` for one that is no file of {@link temporaryPath}. */
export function writerOf(path: string): WriterState | undefined {
  const [, host, pid, random] = /\.(\w+)-(\d{1,10})-([0-9a-f]{12})\.tmp$/.exec(basename(path)) ?? [];
  if (host === undefined || pid === undefined || random === undefined || !basename(path).startsWith("."))
    return undefined;
  if (host !== HOST) return "elsewhere";
  if (Number(pid) === process.pid) return ours.has(path) || builds.has(random) ? "live" : "dead";
  return isAlive(Number(pid)) ? "live" : "dead";
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and another user's.
    return error instanceof Error && "code" in error && error.code !== "ESRCH";
  }
}
