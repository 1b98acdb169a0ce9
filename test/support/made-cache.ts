import { type BlockSpan, blockNumber } from "../../cache/block-number.js";
import type { BlockDetails, BlockRun, BlockState } from "../../cache/block-state.js";
import type { BlockPeriod, Level } from "../../cache/level.js";
import type { QueueStatus } from "../../cache/queue/build-queue.js";
import type { CacheAccess } from "../../cgi/cache/access.js";
import { parseTime } from "../../stream/time.js";

/** Blocks of a level in a state, from one time to another; later ones paint over earlier ones. */
export type Painted = readonly [begin: string, end: string, state: BlockState];

/** One level of a made cache: what is on record of it. */
export interface MadeLevel {
  readonly resolutionName: string;
  readonly seconds: number;
  readonly period: BlockPeriod;
  readonly params?: readonly string[];
  readonly painted: readonly Painted[];
  readonly blockBytes?: number;
}

/** A cache that is made up, by id of source. */
export interface MadeCache {
  readonly levels: Readonly<Record<string, readonly MadeLevel[]>>;
  readonly status?: QueueStatus;
  readonly bytes?: number;
  readonly maxBytes?: number;
}

/** When every block of a made cache was built. */
export const BUILT_MS = Date.UTC(2021, 5, 30, 12, 30);

/** A queue without work. */
export const IDLE: QueueStatus = {
  waiting: 0,
  running: 0,
  delayed: 0,
  failed: 0,
  workers: 1,
  builtLastMinute: 0,
  jobs: [],
};

function levelOf(sourceId: string, made: MadeLevel, number: number): Level {
  const { resolutionName, seconds, period, params = [] } = made;
  return {
    sourceId,
    params,
    paramsName: params.length === 0 ? "_noparam" : params.join("_"),
    number,
    seconds,
    period,
    resolutionName,
    folder: `/cache/data/${sourceId}/${resolutionName}`,
    definition: "0123456789abcdef",
    freshness: { liveDelaySeconds: 0, openTtlSeconds: 3600 },
  };
}

const spansOfLevels = new WeakMap<MadeLevel, readonly BlockRun[]>();

/** What was painted, as numbers of blocks. */
function spansOf(made: MadeLevel): readonly BlockRun[] {
  const spans =
    spansOfLevels.get(made) ??
    made.painted.map(([begin, end, state]) => ({
      first: blockNumber(parseTime(begin), made.period),
      end: blockNumber(parseTime(end), made.period),
      state,
    }));
  spansOfLevels.set(made, spans);
  return spans;
}

/** The state of one block: that of the last who painted it. */
function stateOf(made: MadeLevel, number: number): BlockState {
  return spansOf(made).findLast(({ first, end }) => first <= number && end > number)?.state ?? "absent";
}

/** The runs of a span, by asking of every boundary of what was painted. */
function paintedRuns(made: MadeLevel, span: BlockSpan): BlockRun[] {
  const spans = spansOf(made);
  const cuts = [...new Set([span.first, span.end, ...spans.flatMap(({ first, end }) => [first, end])])]
    .filter((cut) => cut >= span.first && cut <= span.end)
    .sort((a, b) => a - b);
  const runs: BlockRun[] = [];
  for (const [index, first] of cuts.slice(0, -1).entries()) {
    const end = cuts[index + 1] ?? first;
    const state = stateOf(made, first);
    const last = runs.at(-1);
    if (last?.state === state) runs[runs.length - 1] = { ...last, end };
    else runs.push({ first, end, state });
  }
  return runs;
}

/** A cache as the status page sees it, and how often its index was asked. */
export function madeAccess(cache: MadeCache): CacheAccess & { readonly asked: string[]; closed: number } {
  const asked: string[] = [];
  const levels = new Map<Level, MadeLevel>();
  const made = (level: Level): MadeLevel => {
    const found = levels.get(level);
    if (found === undefined) throw new Error(`${level.resolutionName} is not a level of this cache`);
    return found;
  };
  return {
    asked,
    closed: 0,
    keptIn: "redis",
    maxBytes: cache.maxBytes ?? 0,
    index: {
      async coverage(level, span) {
        asked.push(`coverage ${level.sourceId} ${level.resolutionName}`);
        const runs = paintedRuns(made(level), span);
        const isEmpty = runs.every(({ state }) => state === "absent");
        return { runs, version: "", newestMs: isEmpty ? 0 : BUILT_MS };
      },
      async details(level, numbers) {
        asked.push(`details ${level.sourceId} ${level.resolutionName} ${numbers.length}`);
        const { blockBytes: bytes = 1000 } = made(level);
        return numbers.map((number): BlockDetails | undefined => {
          const state = stateOf(made(level), number);
          return state === "absent"
            ? undefined
            : { number, state, bytes, sha256: "00", builtMs: BUILT_MS, definition: level.definition };
        });
      },
      async usage() {
        asked.push("usage");
        return cache.bytes ?? 0;
      },
    },
    queue: { status: async () => cache.status ?? IDLE },
    async levelsOf(source) {
      return (cache.levels[source.id] ?? []).map((one, number) => {
        const level = levelOf(source.id, one, number);
        levels.set(level, one);
        return level;
      });
    },
    momentOf: async () => ({ now: Date.UTC(2021, 6, 1) }),
    async close() {
      this.closed += 1;
    },
  };
}
