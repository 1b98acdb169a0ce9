import type { Door } from "./door.js";
import type { Query } from "./query.js";
import type { QueryWords } from "./query-words.js";

/** Loads a query when it is first asked for: a process of one request pays for one. */
export type Loader = () => Promise<Query>;

/** Which query answers what. */
export interface RouteTable {
  /** By the word of `server=`, in lower case. */
  readonly words: ReadonlyMap<string, Loader>;
  /** By the whole decoded path below the mount. */
  readonly paths: ReadonlyMap<string, Loader>;
  /** By the first element of a path, for queries that answer everything below it. */
  readonly folders: ReadonlyMap<string, Loader>;
  /** Ways in for other protocols, by the first element of a path; before them no word of `server=` counts. */
  readonly doors?: ReadonlyMap<string, () => Promise<Door>>;
}

/** The first element of a path below the mount. */
export function firstElement(path: string): string {
  return path.split("/", 2)[1] ?? "";
}

/**
 * The loader for a request, with the name the log gives it; `undefined` where the table has none.
 * A word of `server=` wins over the path. Source: das2-server 2.1, 7.1.
 */
export function findRoute(
  path: string,
  words: QueryWords,
  table: RouteTable,
): { readonly name: string; readonly loader: Loader } | undefined {
  const word = words.get("server")?.toLowerCase();
  if (word !== undefined) {
    const loader = table.words.get(word);
    return loader === undefined ? undefined : { name: word, loader };
  }
  const whole = table.paths.get(path);
  if (whole !== undefined) return { name: path === "" || path === "/" ? "intro" : path, loader: whole };
  const folder = firstElement(path);
  const inFolder = table.folders.get(folder);
  return inFolder === undefined ? undefined : { name: `/${folder}`, loader: inFolder };
}
