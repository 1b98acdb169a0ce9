import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { blocksOf } from "../../../cache/block-number.js";
import { blockPath, blockTimeText, SIDECAR_SUFFIX } from "../../../cache/block-path.js";
import type { MarkReport } from "../../../cache/freshness/change-marker.js";
import { sourceNotBefore } from "../../../cache/freshness/not-before.js";
import { type FreshnessOptions, startFreshness } from "../../../cache/freshness/start-freshness.js";
import type { BlockIndex } from "../../../cache/index/block-index.js";
import { FileIndex } from "../../../cache/index/file-index.js";
import { type Level, levelName } from "../../../cache/level.js";
import type { LevelSetting } from "../../../cache/levels/level-setting.js";
import { allLevels } from "../../../cache/levels/levels-of.js";
import type { BuildJob } from "../../../cache/queue/build-queue.js";
import { readSidecar } from "../../../cache/store/read-sidecar.js";
import { detailsOf } from "../../../cache/store/sidecar-level.js";
import type { DataSource } from "../../../dsdf/data-source.js";
import { pipelineTools } from "../../../dsdf/tools.js";
import { SourceTree } from "../../../dsdf/tree.js";
import { parseTime } from "../../../stream/time.js";
import { emptyFolder } from "../support/level-folder.js";
import { madeBlock, publish } from "../support/made-block.js";

/** Blocks of a source by level, by their times. */
export type BlockNames = Readonly<Record<string, readonly string[]>>;

/** Three levels: hours of all records, days and months of means. */
export const LEVELS = `cacheLevel_00 = 'intrinsic | hourly'
cacheLevel_01 = '60 s | daily'
cacheLevel_02 = '1 hr | monthly'`;

/** Hours in two days of two months. */
const FILLED = [
  ["2014-01-31T11", "2014-01-31T14"],
  ["2014-01-31T23", "2014-02-01T02"],
  ["2014-02-01T05", "2014-02-01T08"],
] as const;

/** Definitions, a cache that is full, and watches on it, for one test. */
export class WatchedArchive {
  readonly reports: MarkReport[] = [];
  readonly errors: unknown[] = [];
  readonly jobs: BuildJob[] = [];
  readonly tree: SourceTree;
  readonly setting: LevelSetting;
  readonly index: BlockIndex;
  readonly #url: string;
  readonly #definitions: string;
  #waiting: { readonly isThere: () => boolean; readonly resolve: () => void }[] = [];

  private constructor(url: string, root: string) {
    this.#url = url;
    this.#definitions = join(root, "dsdf");
    this.tree = new SourceTree({ roots: [this.#definitions], substitutions: new Map(), refreshMs: 0 });
    this.setting = {
      cacheRoot: join(root, "cache"),
      tools: pipelineTools({
        d2sReducer: "das2_bin_avgsec",
        qdsReducer: undefined,
        d2sToUtf8: undefined,
        qdsToUtf8: undefined,
        d2sCsvConverter: undefined,
        das1ToDas2: undefined,
      }),
    };
    this.index = new FileIndex(this.setting.cacheRoot);
  }

  /** @param url of the database */
  static async make(url: string): Promise<WatchedArchive> {
    const made = new WatchedArchive(url, await emptyFolder());
    await mkdir(made.#definitions);
    return made;
  }

  async define(id: string, reader: string, levels = LEVELS): Promise<void> {
    const file = join(this.#definitions, `${id}.dsdf`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(
      file,
      `description = 'Example'\ndas2Stream = 1\nreader = '${reader.replaceAll("'", "''")}'\n${levels}\n`,
    );
  }

  async remove(id: string): Promise<void> {
    await rm(join(this.#definitions, `${id}.dsdf`));
  }

  async source(id: string): Promise<DataSource> {
    const source = await this.tree.find(id);
    if (source === undefined) throw new Error(`no source ${id}`);
    return source;
  }

  async levels(id: string): Promise<readonly Level[]> {
    return allLevels(await this.source(id), this.setting);
  }

  /** Builds all blocks that ranges touch. */
  async fill(id: string, ranges: readonly (readonly [string, string])[] = FILLED): Promise<void> {
    for (const level of await this.levels(id)) {
      const numbers = new Set<number>();
      for (const [begin, end] of ranges) {
        const blocks = blocksOf({ begin: parseTime(begin), end: parseTime(end) }, level.period);
        for (let number = blocks.first; number < blocks.end; number++) numbers.add(number);
      }
      for (const claim of await this.index.claim(level, [...numbers], "test", 60_000)) {
        const sidecar = await publish(level, claim.number, madeBlock(level, claim.number, 1), false);
        await this.index.publish(level, detailsOf(sidecar, claim.number), claim);
      }
    }
  }

  /** Blocks that must not be served; the index and the disk have to agree on them. */
  async stale(id: string, begin = "2014-01-01", end = "2014-03-01"): Promise<BlockNames> {
    const source = await this.source(id);
    const notBefore = await sourceNotBefore(source, { cacheRoot: this.setting.cacheRoot });
    const moment = { now: Date.now(), ...(notBefore === undefined ? {} : { notBefore }) };
    const range = { begin: parseTime(begin), end: parseTime(end) };
    const names: Record<string, readonly string[]> = {};
    for (const level of await this.levels(id)) {
      const { runs } = await this.index.coverage(level, blocksOf(range, level.period), moment);
      const numbers = runs.flatMap(({ state, first, end }) =>
        state === "stale" ? Array.from({ length: end - first }, (_, n) => first + n) : [],
      );
      for (const run of runs)
        if (notBefore === undefined && run.state !== "absent")
          for (let number = run.first; number < run.end; number++) {
            const read = await readSidecar(`${blockPath(level, number)}${SIDECAR_SUFFIX}`);
            if ((read?.sidecar.changed === true) !== (run.state === "stale"))
              throw new Error(`${levelName(level)} ${number} is ${run.state} in the index only`);
          }
      if (numbers.length > 0)
        names[levelName(level)] = numbers.map((number) => blockTimeText(number, level.period));
    }
    return names;
  }

  /** Watches until the end of the test, or until it is closed; resolves after the first look. */
  async watch(more: Partial<FreshnessOptions> = {}): Promise<{ close(): Promise<void> }> {
    const before = this.reports.length;
    const watch = startFreshness({
      tree: this.tree,
      setting: this.setting,
      env: { HELIOSTREAM_DRMS_URL: this.#url },
      index: this.index,
      queue: { add: async (jobs) => void this.jobs.push(...jobs) },
      onError: (error) => {
        this.errors.push(error);
        this.#look();
      },
      onMarked: (report) => {
        this.reports.push(report);
        this.#look();
      },
      refreshMs: 600_000,
      follow: { intervalMs: 600_000, turnMs: 5, retryMs: () => 0 },
      ...more,
    });
    onTestFinished(() => watch.close());
    await this.until(() => this.reports.length > before);
    return watch;
  }

  /** Changes that were marked so far. */
  get changes(): number {
    return this.reports.reduce((sum, { changes }) => sum + changes, 0);
  }

  /** Resolves as soon as it holds; it is looked at after each report and each error. */
  until(isThere: (of: this) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ isThere: () => isThere(this), resolve });
      this.#look();
    });
  }

  #look(): void {
    const ready = this.#waiting.filter(({ isThere }) => isThere());
    this.#waiting = this.#waiting.filter((each) => !ready.includes(each));
    for (const { resolve } of ready) resolve();
  }
}
