import type { Environment } from "../../config/config.js";
import type { SourceTree } from "../../dsdf/tree.js";
import { DasError } from "../../errors/das-error.js";
import { Bell } from "../../netdrms/changes/bell.js";
import { type FollowOptions, followChanges } from "../../netdrms/changes/follow-changes.js";
import type { ChangeBatch } from "../../netdrms/changes/read-round.js";
import { seriesKey } from "../../netdrms/changes/record-change.js";
import type { BlockIndex } from "../index/block-index.js";
import type { LevelSetting } from "../levels/level-setting.js";
import type { BuildQueue } from "../queue/build-queue.js";
import { Archives } from "./archives.js";
import { type MarkReport, markChanges } from "./change-marker.js";
import { SAY_EVERY_MS, sayFollowing } from "./followed.js";
import { isSamePlan, type WatchPlan, WatchPlanner } from "./watch-plan.js";
import { WatchFolder } from "./watch-state.js";
import { seriesOf, type WatchedReading } from "./watched-reading.js";

/** What the watch on records needs of the process that it runs in. */
export interface FreshnessOptions {
  readonly tree: Pick<SourceTree, "files" | "find">;
  readonly setting: LevelSetting;
  /** With the settings of the archive, as readers have them (`archiveEnvironment`). */
  readonly env: Environment;
  readonly index: Pick<BlockIndex, "markChanged">;
  /** Missing: blocks are built when they are asked for. */
  readonly queue?: Pick<BuildQueue, "add">;
  /** Is told of what went wrong; the watch goes on by itself. */
  readonly onError: (error: unknown) => void;
  /** Is told what changes came to, also where they came to nothing: after the first look and after each later one. */
  readonly onMarked?: (report: MarkReport) => void;
  /** Milliseconds since 1970; `Date.now` where it is missing. */
  readonly now?: () => number;
  /** How often definitions are looked at, ms. */
  readonly refreshMs?: number;
  /** Times of followers. */
  readonly follow?: Pick<FollowOptions, "intervalMs" | "turnMs" | "retryMs">;
}

/** A watch that runs. */
export interface FreshnessWatch {
  /** Lets go of connections; what was marked is kept. */
  close(): Promise<void>;
}

const REFRESH_MS = 10_000;
/** How often a position without changes is kept, ms. */
const SAVE_EVERY_MS = 60_000;

/**
 * Watches the series that sources with cache levels read: a record that comes, changes or goes marks the blocks that it touches as stale, at every
 * level, and has them built anew. Goes on where the last watch on this cache was; with several processes on one cache one of them does it, and another
 * when that one ends. Without such sources no connection is made. Returns at once; never fails.
 *
 * Source: das2-server 15.8.
 */
export function startFreshness(options: FreshnessOptions): FreshnessWatch {
  const stop = new AbortController();
  const archives = new Archives(stop.signal);
  const { cacheRoot } = options.setting;
  const say = (): void => void sayFollowing(cacheRoot, (options.now ?? Date.now)());
  say();
  const saying = setInterval(say, SAY_EVERY_MS);
  saying.unref();
  const running = watch(options, archives, stop.signal)
    .catch(options.onError)
    .finally(() => archives.close());
  return {
    async close() {
      clearInterval(saying);
      stop.abort();
      await running;
    },
  };
}

async function watch(options: FreshnessOptions, archives: Archives, signal: AbortSignal): Promise<void> {
  const { setting, onError, refreshMs = REFRESH_MS } = options;
  const planner = new WatchPlanner({ ...options, archives, now: () => performance.now() });
  const folder = new WatchFolder(setting.cacheRoot);
  const bell = new Bell();
  while (!signal.aborted) {
    try {
      const plan = await planner.plan();
      if (signal.aborted) return;
      const ended = new AbortController();
      const both = AbortSignal.any([signal, ended.signal]);
      /** Ends the followers of this plan where there is another one. */
      const isOld = async (): Promise<boolean> => {
        if (isSamePlan(plan, await planner.plan())) return false;
        ended.abort();
        return true;
      };
      const turn = plan.size === 0 ? 0n : await folder.turn();
      const followers = follow(plan, turn, options, archives, folder, isOld, both);
      try {
        do await bell.wait(refreshMs, both);
        while (!both.aborted && !(await isOld()));
      } finally {
        ended.abort();
        await followers;
      }
    } catch (error) {
      if (!signal.aborted) onError(error);
      await bell.wait(refreshMs, signal);
    }
  }
}

async function follow(
  plan: WatchPlan,
  turn: bigint,
  options: FreshnessOptions,
  archives: Archives,
  folder: WatchFolder,
  isOld: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    [...plan].map(([url, readings]) => {
      const marking = new Marking(url, readings, options, archives, folder, isOld, signal);
      return followChanges({
        ...options.follow,
        url,
        series: [...new Map(readings.flatMap(seriesOf).map((one) => [seriesKey(one), one])).values()],
        load: (server) => marking.load(server),
        onChange: (batch) => marking.onChange(batch),
        onError: options.onError,
        turn,
        signal,
      });
    }),
  );
}

/** Marks for the readings of one database, and keeps how far. */
class Marking {
  #server = "";
  /** Readings of which it is not known what has changed. */
  #unknown: ReadonlySet<WatchedReading> = new Set();
  #savedAt = Number.NEGATIVE_INFINITY;

  readonly #url: string;
  readonly #readings: readonly WatchedReading[];
  readonly #options: FreshnessOptions;
  readonly #archives: Archives;
  readonly #folder: WatchFolder;
  readonly #isOld: () => Promise<boolean>;
  readonly #signal: AbortSignal;

  constructor(
    url: string,
    readings: readonly WatchedReading[],
    options: FreshnessOptions,
    archives: Archives,
    folder: WatchFolder,
    isOld: () => Promise<boolean>,
    signal: AbortSignal,
  ) {
    this.#url = url;
    this.#readings = readings;
    this.#options = options;
    this.#archives = archives;
    this.#folder = folder;
    this.#isOld = isOld;
    this.#signal = signal;
  }

  async load(server: string): Promise<ChangeBatch["position"] | undefined> {
    const state = await this.#folder.load(server);
    this.#server = server;
    this.#savedAt = Number.NEGATIVE_INFINITY;
    this.#unknown = new Set(
      this.#readings.filter(
        ({ sourceId, signature }) => state?.sources.get(sourceId)?.includes(signature) !== true,
      ),
    );
    return state?.position;
  }

  async onChange(batch: ChangeBatch): Promise<void> {
    const { changes, lost, position } = batch;
    const isNews = changes.length > 0 || lost.length > 0 || this.#unknown.size > 0;
    // A definition that was just edited may read other series, or have other levels.
    if (isNews && (await this.#isOld()))
      throw new DasError("CANCELLED", "The changes are marked for definitions as they are now");
    const { now = Date.now, onMarked } = this.#options;
    const report = await markChanges(
      batch,
      this.#readings,
      this.#unknown,
      (work) => this.#archives.ask(this.#url, work),
      { ...this.#options, now, signal: this.#signal },
    );
    this.#unknown = new Set();
    if (isNews || performance.now() - this.#savedAt >= SAVE_EVERY_MS) {
      await this.#folder.save(this.#server, { position, sources: this.#sources() });
      this.#savedAt = performance.now();
    }
    onMarked?.(report);
  }

  #sources(): ReadonlyMap<string, readonly string[]> {
    const sources = new Map<string, string[]>();
    for (const { sourceId, signature } of this.#readings)
      sources.set(sourceId, [...(sources.get(sourceId) ?? []), signature]);
    return sources;
  }
}
