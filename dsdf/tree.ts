import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { DataSource } from "./data-source.js";
import { definitionError } from "./definition-error.js";
import { loadDataSource } from "./load.js";
import { compareIds, idElements } from "./source-id.js";
import type { SubstitutionContext } from "./substitute.js";
import { type FileMark, fileMark, type Scan, TreeScanner } from "./tree-scan.js";

/** One line of a listing: a source, or a directory that holds a listed source at some depth. */
export interface TreeEntry {
  /** Without `.dsdf`; a directory ends in `/`. */
  readonly id: string;
  readonly description?: string;
  /** A source with at least one example range. */
  readonly hasExamples: boolean;
  /** A directory that is left out where people browse (`browse = no`). */
  readonly browse?: false;
}

/** A listing; the same object until something in the tree changes. */
type Entries = readonly TreeEntry[];

/** How a tree of definitions is read. */
export interface TreeOptions extends SubstitutionContext {
  /** Folders of definitions, absolute; the first that has an id wins. */
  readonly roots: readonly string[];
  /** For how long a listing is given again without looking at the disk, milliseconds; 1000 where it is missing. */
  readonly refreshMs?: number;
  /** The clock for that, milliseconds that only grow. */
  readonly now?: () => number;
  /** The clock that stamps files, milliseconds since 1970; `Date.now` where it is missing. */
  readonly wallClock?: () => number;
}

/**
 * The data sources below the roots of a server. `find` looks at one file and reads it only when it changed; `list`
 * looks at the tree at most once a second and opens only what changed. No watcher, no timer: nothing to close.
 * Source: das2-server 2.5, 20.1 (4), 20.5 (60).
 */
export class SourceTree {
  readonly #options: TreeOptions;
  readonly #scanner: TreeScanner;
  readonly #sources = new Map<string, FileMark & { readonly result: DataSource | Error }>();
  #scan: { readonly at: number; readonly result: Promise<Scan> } | undefined;
  #listed: { readonly scan: Scan; readonly streams: Entries; readonly files: Entries } | undefined;

  constructor(options: TreeOptions) {
    this.#options = options;
    this.#scanner = new TreeScanner(options.roots, options, options.wallClock ?? Date.now);
  }

  /**
   * The source of that id, exact case, with or without `.dsdf`; `undefined` where there is none.
   *
   * An id has no `..` and no hidden element, so it leads out of a root only through a symbolic link that the operator
   * put below it; such links are followed, to regular files.
   * @param options `anyCase`: where no id is equal, one that alone differs in case only (das2-server 7.1)
   * Errors: BAD_DEFINITION for a definition that is there but wrong.
   */
  async find(id: string, options: { readonly anyCase?: boolean } = {}): Promise<DataSource | undefined> {
    const elements = idElements(id);
    if (elements === undefined) return undefined;
    const exact = await this.#find(elements.join("/"));
    if (exact !== undefined || options.anyCase !== true) return exact;
    const wanted = elements.join("/").toLowerCase();
    const same = [...(await this.#scanned()).files.keys()].filter((known) => known.toLowerCase() === wanted);
    const [only] = same;
    return same.length === 1 && only !== undefined ? this.#find(only) : undefined;
  }

  /**
   * Directories and sources of streams that may be shown, sorted by the bytes of the id. A broken file has no description.
   * Sources of files are not among them: who reads a listing goes on to read a stream.
   */
  async list(): Promise<Entries> {
    return (await this.#entries()).streams;
  }

  /** The same of the sources that give files (`outputType`). */
  async listFiles(): Promise<Entries> {
    return (await this.#entries()).files;
  }

  /** Ids of the sources that keep blocks, hidden ones included, sorted by their bytes; for pages for operators. */
  async listCached(): Promise<readonly string[]> {
    const { files } = await this.#scanned();
    return [...files].flatMap(([id, { keepsBlocks }]) => (keepsBlocks ? [id] : [])).sort(compareIds);
  }

  /** Every definition file by id, hidden and renamed ones included, for checks. */
  async files(): Promise<ReadonlyMap<string, string>> {
    const { files } = await this.#scanned();
    return new Map(
      [...files].map(([id, { file }]): [string, string] => [id, file]).sort(([a], [b]) => compareIds(a, b)),
    );
  }

  /** The folders of definitions, as they were given. */
  get roots(): readonly string[] {
    return this.#options.roots;
  }

  /** The `_dirinfo_.dsdf` files by id of their directory, that of a root itself being empty; for checks. */
  async directoryFiles(): Promise<ReadonlyMap<string, string>> {
    const { directories } = await this.#scanned();
    const found: [string, string][] = [];
    for (const [id, { file }] of directories) if (file !== undefined) found.push([id, file]);
    return new Map(found.sort(([a], [b]) => compareIds(a, b)));
  }

  /** Whether a source asks for a user name and a password. */
  async asksForLogin(): Promise<boolean> {
    const { files } = await this.#scanned();
    return [...files.values()].some((file) => file.asksForLogin);
  }

  async #find(id: string): Promise<DataSource | undefined> {
    for (const root of this.#options.roots) {
      const file = join(root, `${id}.dsdf`);
      const mark = await regularFileMark(file, (this.#options.wallClock ?? Date.now)());
      if (mark === undefined) continue;
      const before = this.#sources.get(file);
      const result =
        before !== undefined && !before.unsettled && before.mark === mark.mark
          ? before.result
          : this.#load(root, id);
      this.#sources.set(file, { ...mark, result });
      if (result instanceof Error) throw result;
      return result;
    }
    return undefined;
  }

  async #entries(): Promise<{ readonly streams: Entries; readonly files: Entries }> {
    const scan = await this.#scanned();
    if (this.#listed?.scan !== scan)
      this.#listed = { scan, streams: visibleEntries(scan, false), files: visibleEntries(scan, true) };
    return this.#listed;
  }

  #load(root: string, id: string): DataSource | Error {
    try {
      return loadDataSource({ root, id }, this.#options);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** One scan at a time; those who come meanwhile get its result. */
  #scanned(): Promise<Scan> {
    const now = (this.#options.now ?? (() => performance.now()))();
    if (this.#scan !== undefined && now - this.#scan.at < (this.#options.refreshMs ?? 1000))
      return this.#scan.result;
    const result = this.#scanner.scan();
    this.#scan = { at: now, result };
    return result;
  }
}

/** The mark of a regular file below its own name; `undefined` where there is none. */
async function regularFileMark(file: string, now: number): Promise<FileMark | undefined> {
  try {
    const stats = await stat(file);
    if (!stats.isFile()) return undefined;
    // On a file system that ignores case the name asked for need not be the name that is there.
    if (process.platform !== "linux" && !(await hasExactCase(file))) return undefined;
    return fileMark(stats, now);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EACCES") throw definitionError("the definition cannot be read", { file }, error);
    return undefined;
  }
}

async function hasExactCase(file: string): Promise<boolean> {
  const real = await realpath(file);
  return real === file || real.toLowerCase() !== file.toLowerCase();
}

/**
 * The entries of a scan for sources that give files, or for the others, without hidden and renamed ones and the directories
 * that hold nothing of it.
 */
function visibleEntries(scan: Scan, wantsFiles: boolean): TreeEntry[] {
  const entries: TreeEntry[] = [];
  const directories = new Set<string>();
  for (const [id, { unlisted, description, hasExamples, givesFile }] of scan.files) {
    if (unlisted || givesFile !== wantsFiles) continue;
    entries.push({ id, hasExamples, ...(description === undefined ? {} : { description }) });
    for (let slash = id.lastIndexOf("/"); slash > 0; slash = id.lastIndexOf("/", slash - 1))
      directories.add(id.slice(0, slash));
  }
  for (const id of directories) {
    const { description, browse } = scan.directories.get(id) ?? {};
    entries.push({
      id: `${id}/`,
      hasExamples: false,
      ...(description === undefined ? {} : { description }),
      ...(browse === false ? { browse } : {}),
    });
  }
  return entries.sort((a, b) => compareIds(a.id, b.id));
}
