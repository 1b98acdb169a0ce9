import { access } from "node:fs/promises";
import type { SourceTree } from "../../dsdf/tree.js";
import { type RecordChange, seriesKey } from "../../netdrms/changes/record-change.js";
import type { BlockIndex } from "../index/block-index.js";
import type { Level } from "../level.js";
import type { LevelSetting } from "../levels/level-setting.js";
import { levelsOfWords } from "../levels/levels-of.js";
import type { BuildQueue } from "../queue/build-queue.js";
import { jobsFor } from "../queue/jobs-for.js";
import { blockSpans } from "./block-spans.js";
import { type MarkedBlocks, markBlocks, markedSpans } from "./mark-blocks.js";
import { setChangedBefore } from "./not-before.js";
import { type AskArchive, touchedSpans } from "./touched-spans.js";
import { levelWords } from "./watch-plan.js";
import { seriesOf, type WatchedReading } from "./watched-reading.js";

/** Where blocks are marked, and who is to build them anew. */
export interface MarkingPlace {
  readonly tree: Pick<SourceTree, "find">;
  readonly setting: LevelSetting;
  readonly index: Pick<BlockIndex, "markChanged">;
  /** Missing: blocks are built when they are asked for. */
  readonly queue?: Pick<BuildQueue, "add">;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** What changes came to. */
export interface MarkReport {
  readonly changes: number;
  /** Blocks that became stale. */
  readonly marked: readonly MarkedBlocks[];
  /** Sources of which all blocks became stale. */
  readonly whole: readonly string[];
}

/** Spans of more blocks are not marked block by block: the whole source is stale. */
const MOST_BLOCKS = 1_000_000;
/** Builds that are asked for at once; the others are done when somebody asks for the data. */
const MOST_JOBS = 1000;

/**
 * Marks what changes touch at all levels of the readings, and has it built anew.
 *
 * @param lost series of which anything may have changed
 * @param unknown readings that were not watched all the time: anything may have changed for them
 * Errors: INDEX_AWAY, DISK_FULL, BUILD_FAILED, those of `Database`; then all is to be done again.
 */
export async function markChanges(
  { changes, lost }: { readonly changes: readonly RecordChange[]; readonly lost: readonly string[] },
  readings: readonly WatchedReading[],
  unknown: ReadonlySet<WatchedReading>,
  ask: AskArchive,
  place: MarkingPlace,
): Promise<MarkReport> {
  const whole = new Set<string>();
  const marked: MarkedBlocks[] = [];
  const changed = new Set(changes.map(({ series }) => series));
  for (const reading of readings) {
    const keys = seriesOf(reading).map(seriesKey);
    const isLost = unknown.has(reading) || keys.some((key) => lost.includes(key));
    if (!isLost && !keys.some((key) => changed.has(key))) continue;
    const levels = await levelsOf(reading, place);
    if (levels.length === 0 || whole.has(reading.sourceId)) continue;
    const stale = isLost ? "all" : await markReading(changes, reading, levels, ask, place);
    if (stale !== "all") marked.push(...stale);
    else if (await hasFolder(levels)) {
      await setChangedBefore(place.setting.cacheRoot, reading.sourceId, place.now());
      whole.add(reading.sourceId);
    }
  }
  const away = marked.find((one) => one.away !== undefined)?.away;
  if (away !== undefined) throw away;
  await buildAnew(marked, place);
  return {
    changes: changes.length,
    marked: marked.filter(({ numbers }) => numbers.length > 0),
    whole: [...whole],
  };
}

/** Its levels as they are now; a source that is gone has none. */
async function levelsOf(reading: WatchedReading, { tree, setting }: MarkingPlace): Promise<readonly Level[]> {
  const source = await tree.find(reading.sourceId).catch(() => undefined);
  return source === undefined ? [] : levelsOfWords(source, levelWords(reading), setting);
}

async function markReading(
  changes: readonly RecordChange[],
  reading: WatchedReading,
  levels: readonly Level[],
  ask: AskArchive,
  { index, signal }: MarkingPlace,
): Promise<"all" | readonly MarkedBlocks[]> {
  const periods = new Set(levels.map(({ period }) => period));
  const spans = await touchedSpans(changes, reading, periods, ask);
  if (spans === "all") return "all";
  const ofLevels = levels.map((level) => ({
    level,
    blocks: blockSpans(spans, level.period, reading.reachSeconds),
  }));
  const isWide = ofLevels.some(
    ({ blocks }) => blocks.reduce((sum, { first, end }) => sum + end - first, 0) > MOST_BLOCKS,
  );
  if (isWide) return "all";
  const marked: MarkedBlocks[] = [];
  for (const { level, blocks } of ofLevels) marked.push(await markBlocks(level, blocks, index, signal));
  return marked;
}

/** Where nothing was ever kept, nothing is stale. */
async function hasFolder(levels: readonly Level[]): Promise<boolean> {
  for (const { folder } of levels)
    if (
      await access(folder).then(
        () => true,
        () => false,
      )
    )
      return true;
  return false;
}

async function buildAnew(marked: readonly MarkedBlocks[], { queue, onError }: MarkingPlace): Promise<void> {
  if (queue === undefined) return;
  const bySource = new Map<string, MarkedBlocks[]>();
  for (const one of marked) {
    const key = JSON.stringify([one.level.sourceId, one.level.params]);
    bySource.set(key, [...(bySource.get(key) ?? []), one]);
  }
  const jobs = [...bySource.values()].flatMap((some) => jobsFor(some.flatMap(markedSpans), "prefetch"));
  try {
    if (jobs.length > 0) await queue.add(jobs.slice(0, MOST_JOBS));
  } catch (error) {
    // They are stale in any case, and built when somebody asks for them.
    onError(error);
  }
}
