import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { definitionError } from "../definition-error.js";
import { compareIds, idElements, isName, MAX_TREE_DEPTH } from "../source-id.js";
import type { FlexSource } from "./flex-source.js";
import { parseInternalJson } from "./internal-json.js";
import { isObject } from "./json.js";
import { OTHER_VIEW_NAMES, type OtherView } from "./other-views.js";

/** Largest file of a definition, bytes. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Sources of one tree: an endless tree of links ends here. */
const MOST_SOURCES = 20_000;
/** For how long a listing, or a source, is given again without a look at the disk, ms. */
const FRESH_MS = 1000;
const INTERNAL = "internal.json";

/**
 * The sources of a tree that dasFlex has made: `root/ID/internal.json` below its folder, the public half in `flex.json` beside it.
 * Looks at the disk at most once a second for a source, and reads what changed. Source: das2-server 8.3.
 */
export class FlexTree {
  readonly #root: string;
  readonly #now: () => number;
  readonly #sources = new Map<
    string,
    { readonly mark: string; readonly atMs: number; readonly source: FlexSource }
  >();
  #listed: { readonly atMs: number; readonly ids: Promise<readonly string[]> } | undefined;

  /**
   * @param folder `DATASRC_ROOT`
   * @param now milliseconds that only grow
   */
  constructor(folder: string, now: () => number = () => performance.now()) {
    this.#root = join(folder, "root");
    this.#now = now;
  }

  /** The source of an id, exact case first, then in lower case, as such trees have them. Errors: BAD_DEFINITION. */
  async find(id: string): Promise<FlexSource | undefined> {
    const elements = idElements(id);
    if (elements === undefined) return undefined;
    const exact = elements.join("/");
    return (await this.#find(exact)) ?? (await this.#find(exact.toLowerCase()));
  }

  /** Ids of all sources, sorted; the same object for as long as nobody looked anew and found others. */
  async ids(): Promise<readonly string[]> {
    const now = this.#now();
    const before = this.#listed;
    if (before !== undefined && now - before.atMs < FRESH_MS) return await before.ids;
    const ids = this.#scan().then(async (found) => {
      const old = await before?.ids;
      return old !== undefined && old.length === found.length && old.every((id, at) => id === found[at])
        ? old
        : found;
    });
    this.#listed = { atMs: now, ids };
    return await ids;
  }

  async #find(id: string): Promise<FlexSource | undefined> {
    const now = this.#now();
    const known = this.#sources.get(id);
    if (known !== undefined && now - known.atMs < FRESH_MS) return known.source;
    const folder = join(this.#root, id);
    const marks = await Promise.all(
      [INTERNAL, "flex.json", "flexRT.json", ...OTHER_VIEW_NAMES].map((name) => fileMark(join(folder, name))),
    );
    if (marks[0] === undefined) {
      this.#sources.delete(id);
      return undefined;
    }
    const mark = marks.join(" ");
    const others = OTHER_VIEW_NAMES.filter((_, at) => marks[3 + at] !== undefined);
    const source = known?.mark === mark ? known.source : await readSource(id, folder, others);
    if (this.#sources.size >= MOST_SOURCES) this.#sources.clear();
    this.#sources.set(id, { mark, atMs: now, source });
    return source;
  }

  async #scan(): Promise<readonly string[]> {
    const found: string[] = [];
    const walk = async (id: string, depth: number): Promise<void> => {
      if (depth > MAX_TREE_DEPTH || found.length >= MOST_SOURCES) return;
      const entries = await readdir(join(this.#root, id), { withFileTypes: true }).catch(() => []);
      if (id !== "" && entries.some((entry) => entry.name === INTERNAL)) found.push(id);
      for (const entry of entries)
        if ((entry.isDirectory() || entry.isSymbolicLink()) && isName(entry.name))
          await walk(id === "" ? entry.name : `${id}/${entry.name}`, depth + 1);
    };
    await walk("", 0);
    return found.sort(compareIds);
  }
}

/** What changes with the file; `undefined` where there is none. */
async function fileMark(file: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeMs, ctimeMs, isFile } = await stat(file).then((stats) => ({
      ...stats,
      isFile: stats.isFile(),
    }));
    return isFile ? `${ino}:${size}:${mtimeMs}:${ctimeMs}` : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A description of a source for another interface, as it stands in the tree; `undefined` where there is none.
 * Errors: BAD_DEFINITION for one that is too long.
 */
export async function otherView(source: FlexSource, name: OtherView): Promise<string | undefined> {
  if (source.others?.includes(name) !== true) return undefined;
  const file = join(dirname(source.file), name);
  return (await fileMark(file)) === undefined ? undefined : await boundedText(file);
}

async function readSource(id: string, folder: string, others: readonly OtherView[]): Promise<FlexSource> {
  const file = join(folder, INTERNAL);
  const definition = parseInternalJson(await boundedText(file), file);
  const [flex, flexRT] = await Promise.all([
    publicHalf(join(folder, "flex.json")),
    publicHalf(join(folder, "flexRT.json")),
  ]);
  return {
    id,
    file,
    definition,
    ...(flex === undefined ? {} : { flex }),
    ...(flexRT === undefined ? {} : { flexRT }),
    ...(others.length === 0 ? {} : { others }),
  };
}

async function publicHalf(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  if ((await fileMark(file)) === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(await boundedText(file));
  } catch (cause) {
    throw definitionError("it is not JSON", { file }, cause);
  }
  if (!isObject(value)) throw definitionError("it is not an object", { file });
  return value;
}

async function boundedText(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > MOST_BYTES) throw definitionError(`${size} bytes`, { file, expected: `at most ${MOST_BYTES}` });
  return await readFile(file, "utf8");
}
