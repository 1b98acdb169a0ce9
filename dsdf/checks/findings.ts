import type { DataSource } from "../data-source.js";
import type { Assignment } from "../definition.js";
import type { Problem } from "../definition-problem.js";

/** One source that is looked at, and what has been found about it so far. */
export class Findings {
  readonly source: DataSource;
  readonly #lines: ReadonlyMap<string, Assignment>;
  readonly #problems: Problem[] = [];

  /** @param lines of its definition */
  constructor(source: DataSource, lines: ReadonlyMap<string, Assignment>) {
    this.source = source;
    this.#lines = lines;
  }

  /** Keywords that the file of the definition itself has. */
  get lines(): ReadonlyMap<string, Assignment> {
    return this.#lines;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** Notes what is wrong with a keyword, at its line; or with the source as a whole. */
  add(level: Problem["level"], message: string, keyword?: string): void {
    const at = keyword === undefined ? undefined : this.#lines.get(keyword)?.line;
    this.#problems.push({
      level,
      file: this.source.file,
      message,
      ...(at === undefined ? {} : { line: at }),
      ...(keyword === undefined ? {} : { keyword }),
    });
  }

  /** The keyword of that number as the definition writes it: `exampleRange`, `exampleRange_00`, `exampleRange_0`. */
  numbered(base: string, number: number): string | undefined {
    const names = [...this.source.keywords.keys()].filter((keyword) => keyword.startsWith(base));
    return names.find(
      (keyword) =>
        Number(/^_([0-9]+)$/.exec(keyword.slice(base.length))?.[1] ?? (keyword === base ? 0 : -1)) === number,
    );
  }

  /** The first keyword that begins so. */
  firstNumbered(base: string): string | undefined {
    return [...this.source.keywords.keys()].find((keyword) => keyword.startsWith(base));
  }
}
