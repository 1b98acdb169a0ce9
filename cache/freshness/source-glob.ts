import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { definitionError } from "../../dsdf/definition-error.js";
import type { DasError } from "../../errors/das-error.js";
import { pastTime } from "./past-time.js";

/** Most files that are looked at for one source. */
const MAX_WATCHED_FILES = 100_000;
/** Files whose times are asked for at the same time. */
const AT_ONCE = 32;

/** How far files are looked at. */
export interface GlobOptions {
  /** Entries of folders besides; 100,000 where it is missing. */
  readonly maxFiles?: number;
  /** Milliseconds since 1970; default `Date.now()`. */
  readonly now?: number;
}

/**
 * When the newest of the files changed that a pattern names, milliseconds since 1970; `undefined` where it names none.
 *
 * `*`, `?` and `[...]` (`[!...]`) stand for characters within one name, `**` as a whole name for any number of folders; a leading dot has to
 * be written. Links to files are followed, below `**` no links to folders. What cannot be read, or goes at that moment, is not there.
 *
 * A file whose time lies in the future counts from when its entry was made or changed, by the clock of the disk; one for which that is
 * in the future as well, when that has come: else all blocks would be stale, however new they are.
 *
 * @param pattern an absolute path
 * Errors: BAD_DEFINITION where more than so many entries would have to be looked at, and for more than one `**`.
 * Source: das2-server 12.3, 15.8.
 */
export async function newestFileMs(pattern: string, options: GlobOptions = {}): Promise<number | undefined> {
  const names = pattern.split("/").filter((name) => name !== "");
  if (names.filter((name) => name === "**").length > 1) throw globError("** twice", "** once at most");
  const search = new Search(options.maxFiles ?? MAX_WATCHED_FILES, options.now ?? Date.now());
  await search.below("/", names);
  return search.newest();
}

class Search {
  readonly #most: number;
  readonly #now: number;
  #seen = 0;
  #pending: string[] = [];
  #newest: number | undefined;

  constructor(most: number, now: number) {
    this.#most = most;
    this.#now = now;
  }

  async newest(): Promise<number | undefined> {
    await this.#look();
    return this.#newest;
  }

  async below(folder: string, names: readonly string[]): Promise<void> {
    const [name, ...rest] = names;
    if (name === undefined) return;
    if (name === "**") {
      await this.below(folder, rest.length === 0 ? ["*"] : rest);
      for (const entry of await this.#entries(folder))
        if (entry.isDirectory() && !entry.name.startsWith("."))
          await this.below(join(folder, entry.name), names);
      return;
    }
    if (!/[*?[]/.test(name)) {
      this.#count();
      await this.#found(join(folder, name), rest);
      return;
    }
    const matches = namePattern(name);
    for (const entry of await this.#entries(folder))
      if (matches.test(entry.name)) await this.#found(join(folder, entry.name), rest);
  }

  async #found(path: string, rest: readonly string[]): Promise<void> {
    if (rest.length > 0) {
      await this.below(path, rest);
      return;
    }
    this.#pending.push(path);
    if (this.#pending.length >= AT_ONCE) await this.#look();
  }

  async #entries(folder: string) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const _ of entries) this.#count();
    return entries;
  }

  #count(): void {
    if (++this.#seen > this.#most)
      throw globError(`more than ${this.#most} files to look at`, "a pattern that names fewer");
  }

  async #look(): Promise<void> {
    const paths = this.#pending;
    this.#pending = [];
    const times = await Promise.all(paths.map(async (path) => await modifiedMs(path, this.#now)));
    for (const time of times)
      if (time !== undefined && !(this.#newest !== undefined && time <= this.#newest)) this.#newest = time;
  }
}

async function modifiedMs(path: string, now: number): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? pastTime([found.mtimeMs, found.ctimeMs], now) : undefined;
}

/** The pattern of one name as an expression; a `[` without its `]` is a character. */
function namePattern(pattern: string): RegExp {
  let text = pattern.startsWith(".") ? "" : "(?!\\.)";
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    // In a set a `]` at the begin is a character of it.
    const set = character === "[" ? /^\[(!|\^)?(\]?[^\]]*)\]/.exec(pattern.slice(at)) : null;
    if (set !== null) {
      text += `[${set[1] === undefined ? "" : "^"}${set[2]!.replaceAll(/[\\\][^]/g, "\\$&")}]`;
      at += set[0].length - 1;
    } else if (character === "*") text += "[^/]*";
    else if (character === "?") text += "[^/]";
    else text += character.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  }
  try {
    return new RegExp(`^${text}$`, "su");
  } catch (cause) {
    throw globError("a range of characters that is none", "[a-z], the first before the last", cause);
  }
}

function globError(what: string, expected: string, cause?: unknown): DasError {
  return definitionError(what, { keyword: "sourceGlob", expected }, cause);
}
