import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { accessRules } from "./access-rules.js";
import type { Definition } from "./definition.js";
import { type DirectoryInfo, directoryInfo } from "./directory-info.js";
import { isTrue } from "./fields.js";
import { parseDefinition } from "./grammar.js";
import { readDefinitionBytes } from "./load.js";
import { isName, MAX_TREE_DEPTH } from "./source-id.js";
import { type SubstitutionContext, substituteOne } from "./substitute.js";

/** What the listing needs to know of one definition file. */
export interface ScannedFile {
  readonly description?: string;
  /** `hidden` or renamed: not listed. */
  readonly unlisted: boolean;
  readonly hasExamples: boolean;
  /** Gives a file and not a stream (`outputType`). */
  readonly givesFile: boolean;
  /** `readAccess` or `groupAccess` names users or groups. */
  readonly asksForLogin: boolean;
  /** It has levels of a cache, declared or chosen by the server. */
  readonly keepsBlocks: boolean;
}

/** What one scan knows of a directory. */
export interface ScannedDirectory extends Partial<DirectoryInfo> {
  /** Its `_dirinfo_.dsdf`, where it has one. */
  readonly file?: string;
}

/** What one scan found: by id without `.dsdf`, and directories by id without `/`. */
export interface Scan {
  readonly files: ReadonlyMap<string, ScannedFile & { readonly file: string }>;
  /** The root itself has the empty id. */
  readonly directories: ReadonlyMap<string, ScannedDirectory>;
}

/** What a file is found to be. */
type Found =
  | { readonly kind: "source"; readonly source: ScannedFile }
  | { readonly kind: "directory"; readonly directory: ScannedDirectory };

/** Name of the file about a directory, without `.dsdf`. */
const DIRECTORY_INFO = "_dirinfo_";
/** Most files below a root: an endless tree of links ends here. */
const MAX_FILES = 100_000;
/** Time stamps may be as coarse as two seconds: what changed just before it was read is read again. */
const UNSETTLED_MS = 2500;

/** What tells whether a file is still the one that was read. */
export interface FileMark {
  readonly mark: string;
  /** The file was so young when it was read that a further change might leave the mark as it is. */
  readonly unsettled: boolean;
}

/**
 * The mark of a file or directory as `stat` shows it, taken before it is read.
 * @param now the time by the clock that stamps files, milliseconds since 1970
 */
export function fileMark(stats: Stats, now: number): FileMark {
  const { dev, ino, size, mtimeMs, ctimeMs } = stats;
  return {
    mark: `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`,
    unsettled: now - Math.max(mtimeMs, ctimeMs) < UNSETTLED_MS,
  };
}

/**
 * Walks over the trees of definitions and remembers what it read: a further scan lists only directories and opens
 * only files that changed since. Symbolic links are followed; a directory inside itself is not entered again.
 */
export class TreeScanner {
  readonly #roots: readonly string[];
  readonly #context: SubstitutionContext;
  readonly #wallClock: () => number;
  #directories = new Map<string, FileMark & { readonly names: readonly string[] }>();
  #files = new Map<string, FileMark & { readonly found: Found }>();
  #scan: Scan | undefined;

  constructor(roots: readonly string[], context: SubstitutionContext, wallClock: () => number) {
    this.#roots = roots;
    this.#context = context;
    this.#wallClock = wallClock;
  }

  /**
   * Scans all roots; of two files with one id the one of the earlier root counts. A missing root is empty. The same object as before where
   * nothing has changed.
   */
  async scan(): Promise<Scan> {
    const walk = new Walk(this.#context, this.#wallClock(), this.#directories, this.#files);
    for (const root of this.#roots) await walk.directory(root, "", []);
    const isSame =
      haveSameKeys(this.#directories, walk.directoriesRead) &&
      haveSameKeys(this.#files, walk.filesRead) &&
      [...walk.filesRead].every(([path, { found }]) => this.#files.get(path)?.found === found);
    this.#directories = walk.directoriesRead;
    this.#files = walk.filesRead;
    if (!isSame || this.#scan === undefined)
      this.#scan = { files: walk.files, directories: walk.directories };
    return this.#scan;
  }
}

function haveSameKeys(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  return a.size === b.size && [...a.keys()].every((key) => b.has(key));
}

/** One scan; knows what the one before it read. */
class Walk {
  readonly files = new Map<string, ScannedFile & { readonly file: string }>();
  readonly directories = new Map<string, ScannedDirectory>();
  readonly directoriesRead = new Map<string, FileMark & { readonly names: readonly string[] }>();
  readonly filesRead = new Map<string, FileMark & { readonly found: Found }>();
  readonly #context: SubstitutionContext;
  readonly #now: number;
  readonly #directoriesBefore: Walk["directoriesRead"];
  readonly #filesBefore: Walk["filesRead"];

  constructor(
    context: SubstitutionContext,
    now: number,
    directoriesBefore: Walk["directoriesRead"],
    filesBefore: Walk["filesRead"],
  ) {
    this.#context = context;
    this.#now = now;
    this.#directoriesBefore = directoriesBefore;
    this.#filesBefore = filesBefore;
  }

  /**
   * @param id id of the directory, empty for the root
   * @param above device and inode of the directories on the way here
   */
  async directory(path: string, id: string, above: readonly string[]): Promise<void> {
    const stats = await statOrNothing(path);
    if (stats === undefined || !stats.isDirectory() || above.length > MAX_TREE_DEPTH) return;
    const self = `${stats.dev}:${stats.ino}`;
    if (above.includes(self)) return;
    if (!this.directories.has(id)) this.directories.set(id, {});
    for (const name of await this.#names(path, stats)) {
      if (this.filesRead.size >= MAX_FILES) return;
      await this.#entry(join(path, name), id === "" ? name : `${id}/${name}`, [...above, self]);
    }
  }

  async #entry(path: string, id: string, above: readonly string[]): Promise<void> {
    if (!id.endsWith(".dsdf")) return this.directory(path, id, above);
    const stats = await statOrNothing(path);
    if (stats === undefined) return;
    if (stats.isDirectory()) return this.directory(path, id, above);
    if (!stats.isFile()) return;
    const sourceId = id.slice(0, -".dsdf".length);
    const isInfo = sourceId.slice(sourceId.lastIndexOf("/") + 1) === DIRECTORY_INFO;
    const found = this.#file(path, stats, isInfo ? scanDirectoryInfo : scanFile);
    if (found.kind === "source") {
      if (!this.files.has(sourceId)) this.files.set(sourceId, { ...found.source, file: path });
    } else {
      const directory = sourceId.slice(0, -DIRECTORY_INFO.length).replace(/\/$/, "");
      if (this.directories.get(directory)?.description === undefined)
        this.directories.set(directory, { ...found.directory, file: path });
    }
  }

  /** What may be a definition or a directory, by name. */
  async #names(path: string, stats: Stats): Promise<readonly string[]> {
    const { mark, unsettled } = fileMark(stats, this.#now);
    const before = this.#directoriesBefore.get(path);
    const fresh = before !== undefined && !before.unsettled && before.mark === mark;
    const names = fresh ? before.names : await directoryNames(path);
    this.directoriesRead.set(path, { mark, unsettled, names });
    return names;
  }

  #file(path: string, stats: Stats, read: (path: string, context: SubstitutionContext) => Found): Found {
    const { mark, unsettled } = fileMark(stats, this.#now);
    const before = this.#filesBefore.get(path);
    const fresh = before !== undefined && !before.unsettled && before.mark === mark;
    const found = fresh ? before.found : read(path, this.#context);
    this.filesRead.set(path, { mark, unsettled, found });
    return found;
  }
}

async function statOrNothing(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch {
    return undefined; // a dangling link, a file that went away, or one that may not be seen: not there
  }
}

async function directoryNames(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries
      .filter((entry) => isName(entry.name))
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink() || entry.name.endsWith(".dsdf"))
      .map((entry) => entry.name);
  } catch {
    return []; // a directory that may not be read has no sources
  }
}

const BROKEN: ScannedFile = {
  unlisted: false,
  hasExamples: false,
  givesFile: false,
  asksForLogin: false,
  keepsBlocks: false,
};

/** A file that cannot be read or parsed is listed without description: asking for it tells what is wrong. */
function scanFile(path: string, context: SubstitutionContext): Found {
  try {
    const definition = parseDefinition(readDefinitionBytes(path), path);
    const keywords = [...definition.assignments.keys()];
    const value = (keyword: string) => substituteOne(definition, keyword, context)?.trim() ?? "";
    const description = value("description");
    const source = {
      ...(description === "" ? {} : { description }),
      unlisted: isTrue(value("hidden")) || definition.assignments.has("rename"),
      hasExamples: keywords.some((keyword) => keyword.startsWith("exampleRange")),
      givesFile: value("outputType") !== "",
      asksForLogin: asksForLogin(definition, context),
      keepsBlocks:
        !definition.assignments.has("rename") &&
        (value("cacheLevels") !== "" || keywords.some((keyword) => /^cacheLevel(?:_\d+)?$/.test(keyword))),
    };
    return { kind: "source", source };
  } catch {
    return { kind: "source", source: BROKEN };
  }
}

/** Rules of age alone are no matter of a password. */
function asksForLogin(definition: Definition, context: SubstitutionContext): boolean {
  try {
    const rules = substituteOne(definition, "readAccess", context);
    if (rules !== undefined) return accessRules(rules)?.some(({ method }) => method !== "age") ?? false;
    return (substituteOne(definition, "groupAccess", context)?.trim() ?? "") !== "";
  } catch {
    return false; // nobody gets as far as a login
  }
}

/** A file about a directory; one that cannot be read says nothing. */
function scanDirectoryInfo(path: string, context: SubstitutionContext): Found {
  try {
    const definition = parseDefinition(readDefinitionBytes(path), path);
    return { kind: "directory", directory: directoryInfo(definition, context) };
  } catch {
    return { kind: "directory", directory: {} };
  }
}
