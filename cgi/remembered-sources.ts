import type { DataSource } from "../dsdf/data-source.js";
import type { SourceTree } from "../dsdf/tree.js";
import { clockMs } from "../pipeline/clock.js";

/** How long a source is given again without looking at its file, milliseconds. */
const FRESH_MS = 1000;
/** Sources that are remembered; beyond it all are forgotten and looked at again. */
const MAX_REMEMBERED = 4096;

/**
 * Looks at the file of a source at most once a second, however many ask for it: a `stat` for each of thousands of
 * requests a second would cost more than their answers. Faults and absent sources are not remembered.
 */
export class RememberedSources {
  readonly #tree: SourceTree;
  readonly #now: () => number;
  readonly #known = new Map<string, { readonly source: DataSource; readonly atMs: number }>();

  /** @param now milliseconds that only grow */
  constructor(tree: SourceTree, now: () => number = clockMs) {
    this.#tree = tree;
    this.#now = now;
  }

  /** The source of an id; `undefined` where there is none. Errors: BAD_DEFINITION. */
  async find(id: string): Promise<DataSource | undefined> {
    const known = this.#known.get(id);
    if (known !== undefined && this.#now() - known.atMs < FRESH_MS) return known.source;
    const atMs = this.#now();
    this.#known.delete(id);
    const source = await this.#tree.find(id);
    if (source !== undefined) {
      if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
      this.#known.set(id, { source, atMs });
    }
    return source;
  }

  /** The same, or where no id is equal the source of one that alone differs in case only. Errors: BAD_DEFINITION. Source: das2-server 7.1. */
  async findInAnyCase(id: string): Promise<DataSource | undefined> {
    return (await this.find(id)) ?? (await this.#tree.find(id, { anyCase: true }));
  }

  /** Everything of streams that may be listed; the tree itself looks at most once a second. */
  list(): ReturnType<SourceTree["list"]> {
    return this.#tree.list();
  }

  /** Ids of all sources that keep blocks. */
  listCached(): ReturnType<SourceTree["listCached"]> {
    return this.#tree.listCached();
  }

  /** The same of the sources that give files. */
  listFiles(): ReturnType<SourceTree["listFiles"]> {
    return this.#tree.listFiles();
  }

  /** The files of all definitions by id, hidden and renamed ones too. */
  files(): ReturnType<SourceTree["files"]> {
    return this.#tree.files();
  }
}
