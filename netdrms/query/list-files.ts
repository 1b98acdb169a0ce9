import type { DasError } from "../../errors/das-error.js";
import { type QueryText, type QueryWarning, queryError, queryWarning } from "./query-text.js";
import { type ListReference, type SetText, splitQuery } from "./split-query.js";

/** A list file as it was read. */
export interface ListFile {
  /** The same for every name of the same file, by which circles are noticed: a real path. */
  readonly identity: string;
  readonly text: string;
}

/**
 * Reads the file that `@name` names; `undefined` where it cannot be opened. No more than `maxBytes` and one are read.
 * Errors: its own.
 */
export type ReadListFile = (name: string, maxBytes: number) => Promise<ListFile | undefined>;

/** The sets of a query with those of the list files that it names. */
export interface SplitSets {
  /** In order; duplicates are kept. */
  readonly sets: readonly SetText[];
  readonly warnings: readonly QueryWarning[];
}

/** Sets of one query: each is a statement of its own. */
export const MAX_SETS = 10_000;
/** Characters of one list file: some 10,000 sets. */
export const MAX_LIST_LENGTH = 1024 * 1024;
/** List files that a query reads in all, so that files that name files do not multiply. */
const MAX_LISTS = 256;
/** Files within files, as for parameter files (netdrms 7.1). */
const MAX_DEPTH = 10;

/**
 * Splits a query and reads the list files that it names: each line that is not empty is itself a query, whose sets are spliced
 * in. A file that cannot be opened is a warning.
 *
 * @param read absent: `@file` is refused, as the web must
 * Errors: BAD_QUERY as {@link splitQuery}; for `@file` without `read`, a circle of files, too many or too long files, or more
 * than {@link MAX_SETS} sets; those of `read`.
 * Source: netdrms 4.1.
 */
export async function gatherSets(text: string, read?: ReadListFile): Promise<SplitSets> {
  const gathering = new Gathering(read);
  await gathering.add({ text }, []);
  return gathering;
}

class Gathering implements SplitSets {
  readonly sets: SetText[] = [];
  readonly warnings: QueryWarning[] = [];
  readonly #read: ReadListFile | undefined;
  #lists = 0;

  constructor(read: ReadListFile | undefined) {
    this.#read = read;
  }

  /** @param within identities of the files that led here */
  async add(source: QueryText, within: readonly string[]): Promise<void> {
    for (const part of splitQuery(source)) {
      if (part.kind === "list") await this.#addList(part, within);
      else if (this.sets.length === MAX_SETS)
        throw queryError(source, part.span, `a query of more than ${MAX_SETS} record sets`);
      else this.sets.push(part);
    }
  }

  async #addList(reference: ListReference, within: readonly string[]): Promise<void> {
    const { source, span, name } = reference;
    const fail = (what: string): DasError => queryError(source, span, what);
    if (this.#read === undefined)
      throw fail("lists of record sets in files are not read here, expected the sets themselves");
    if (within.length === MAX_DEPTH) throw fail(`list files nested more than ${MAX_DEPTH} deep`);
    if (this.#lists++ === MAX_LISTS) throw fail(`more than ${MAX_LISTS} list files`);
    const file = await this.#read(name, MAX_LIST_LENGTH);
    if (file === undefined) {
      this.warnings.push(queryWarning(source, span, `the list file ${name} cannot be read and is left out`));
      return;
    }
    if (file.text.length > MAX_LIST_LENGTH)
      throw fail(`the list file ${name} has more than ${MAX_LIST_LENGTH} characters`);
    if (within.includes(file.identity)) throw fail(`the list file ${name} leads back to itself`);
    for (const [n, text] of file.text.split("\n").entries())
      if (text.trim() !== "")
        await this.add({ text, list: { name, line: n + 1 } }, [...within, file.identity]);
  }
}
