import type { Environment } from "../../config/config.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { sortedWords } from "../../dsdf/normalise-params.js";
import type { SourceTree } from "../../dsdf/tree.js";
import { asDasError, DasError, isDasError } from "../../errors/das-error.js";
import { seriesCatalog } from "../../netdrms/series/series-cache.js";
import type { LevelSetting } from "../levels/level-setting.js";
import { allLevels, readerWords } from "../levels/levels-of.js";
import type { Archives } from "./archives.js";
import { type SourceReading, sourceReading, type WatchedReading, watched } from "./watched-reading.js";

/** Where definitions are, and what they are read with. */
export interface PlanOptions {
  readonly tree: Pick<SourceTree, "files" | "find">;
  readonly setting: LevelSetting;
  /** With the settings of the archive. */
  readonly env: Environment;
  readonly archives: Archives;
  /** Is told once of each source that cannot be watched. */
  readonly onError: (error: unknown) => void;
  /** A clock, milliseconds that only grow. */
  readonly now: () => number;
}

/** The readings of all sources with cache levels, by the database that they read. */
export type WatchPlan = ReadonlyMap<string, readonly WatchedReading[]>;

/** As long as readers keep the description of a series, ms. */
const DESCRIPTION_MS = 600_000;

interface Known {
  readonly reading: WatchedReading;
  readonly at: number;
}

/** Works out again and again what is to be watched; what has not changed is not asked for anew. */
export class WatchPlanner {
  readonly #options: PlanOptions;
  /** By source and words. */
  #known = new Map<string, Known>();
  /** What was told of a source last. */
  readonly #told = new Map<string, string>();

  constructor(options: PlanOptions) {
    this.#options = options;
  }

  /**
   * The plan for the definitions as they are now. A source whose definition is wrong is not in it, for it gives nothing; one whose series cannot be
   * asked for stays as it was.
   */
  async plan(): Promise<WatchPlan> {
    const known = new Map<string, Known>();
    for (const id of (await this.#options.tree.files()).keys()) {
      const source = await this.#find(id);
      if (source === undefined || source.cacheLevels.length === 0) continue;
      for (const words of this.#wordsOf(source)) {
        const key = `${id} ${JSON.stringify(words)}`;
        const found = await this.#reading(source, words, this.#known.get(key));
        if (found !== undefined) known.set(key, found);
      }
    }
    this.#known = known;
    const plan = new Map<string, WatchedReading[]>();
    for (const { reading } of known.values()) {
      const { url } = reading.reading;
      plan.set(url, [...(plan.get(url) ?? []), reading]);
    }
    return plan;
  }

  async #find(id: string): Promise<DataSource | undefined> {
    try {
      return await this.#options.tree.find(id);
    } catch {
      // Whoever asks for the source is told what is wrong with it.
      return undefined;
    }
  }

  /** Words for the reader, of all levels; levels that are yet to be chosen have none. */
  #wordsOf(source: DataSource): readonly (readonly string[])[] {
    if (source.cacheLevels === "auto") return [[]];
    const all = allLevels(source, this.#options.setting).map((level) => readerWords(source, level));
    return [...new Map(all.map((words) => [JSON.stringify(words), words])).values()];
  }

  async #reading(
    source: DataSource,
    words: readonly string[],
    before: Known | undefined,
  ): Promise<Known | undefined> {
    const { setting, env, archives, now } = this.#options;
    let reading: SourceReading | undefined;
    try {
      const found = sourceReading(source, words, setting.tools, env);
      if (found === undefined) return undefined;
      reading = found;
      const isSame =
        before?.reading.commands === found.commands && before.reading.reading.url === found.reading.url;
      if (isSame && now() - before.at < DESCRIPTION_MS) return before;
      const at = now();
      const records = await archives.ask(found.reading.url, (database) =>
        found.reading.records(seriesCatalog(database)),
      );
      this.#told.delete(source.id);
      const made = watched(found, records);
      return { reading: isSame && made.signature === before.reading.signature ? before.reading : made, at };
    } catch (error) {
      this.#tell(source.id, error);
      const isPassing = isDasError(error, "ARCHIVE_AWAY") || isDasError(error, "TIME_LIMIT");
      return isPassing && before?.reading.commands === reading?.commands ? before : undefined;
    }
  }

  #tell(id: string, error: unknown): void {
    const problem = asDasError(error, `the watch on ${id}`);
    if (this.#told.get(id) === problem.message) return;
    this.#told.set(id, problem.message);
    this.#options.onError(new DasError(problem.code, `${id}: ${problem.message}`));
  }
}

/** Whether two plans watch the same in the same way. */
export function isSamePlan(one: WatchPlan, other: WatchPlan): boolean {
  const textOf = (plan: WatchPlan) =>
    JSON.stringify(
      [...plan].map(([url, readings]) => [
        url,
        readings.map(({ sourceId, words, signature }) => [sourceId, words, signature]),
      ]),
    );
  return textOf(one) === textOf(other);
}

/** The words as levels have them. */
export function levelWords({ words }: Pick<WatchedReading, "words">): readonly string[] {
  return sortedWords(words);
}
