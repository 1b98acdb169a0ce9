import { type BlockSpan, blockBegin, blocksOf } from "../../cache/block-number.js";
import type { BlockRun } from "../../cache/block-state.js";
import type { Coverage, Moment } from "../../cache/index/block-index.js";
import { type Level, levelName } from "../../cache/level.js";
import { isPinned } from "../../cache/store/pins.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { compareTimes, makeTime, type Time, type TimeRange } from "../../stream/time.js";
import { publicError } from "../error-response.js";
import type { CacheAccess } from "./access.js";
import { chosenBlocks, gapsOf, spanText, timeText } from "./block-runs.js";
import { countBlocks, drawnRuns } from "./drawn-runs.js";
import type { Patience } from "./patience.js";
import { blockPlace } from "./time-scale.js";
import {
  type BarPiece,
  type CoverageView,
  isUnknown,
  type LevelView,
  type SourceView,
  type Unknown,
} from "./view.js";

/** How much of a source is looked at. */
export interface Detail {
  readonly columns: number;
  readonly levels: number;
  /** Gaps that are listed for each level; 0 for no list. */
  readonly gaps: number;
  /** Blocks of each level whose bytes are asked for. */
  readonly sized: number;
}

/** Where blocks are looked for when nothing tells where they may be. */
const ALL_TIME: TimeRange = { begin: makeTime(1900, 1, 1), end: makeTime(2200, 1, 1) };

/** Why there is nothing to be drawn. */
const NO_RANGE: Unknown = { unknown: "nothing on record, and the definition has no validRange" };
const TO_COME: Unknown = { unknown: "all of the range is still to come" };

/** One level and what the index said of it. */
interface Answer {
  readonly level: Level;
  readonly coverage: Coverage | Unknown;
}

/** The part of a range that is over: what is still to come is not missing. `undefined` where none of it is. */
function untilNow(
  { begin, end }: { readonly begin: Time; readonly end: Time | "now" },
  now: Time,
): TimeRange | undefined {
  const last = end === "now" || compareTimes(now, end) < 0 ? now : end;
  return compareTimes(begin, last) < 0 ? { begin, end: last } : undefined;
}

/** From the first to the last block on record of all levels; `undefined` where there is none. */
function recordedRange(answers: readonly Answer[]): TimeRange | undefined {
  let range: TimeRange | undefined;
  for (const { level, coverage } of answers) {
    if (isUnknown(coverage)) continue;
    const kept = coverage.runs.filter(({ state }) => state !== "absent");
    const [first, last] = [kept[0], kept.at(-1)];
    if (first === undefined || last === undefined) continue;
    const begin = blockBegin(first.first, level.period);
    const end = blockBegin(last.end, level.period);
    range = {
      begin: range === undefined || compareTimes(begin, range.begin) < 0 ? begin : range.begin,
      end: range === undefined || compareTimes(end, range.end) > 0 ? end : range.end,
    };
  }
  return range;
}

/** The parts of runs inside a span. */
function runsWithin(runs: readonly BlockRun[], { first, end }: BlockSpan): BlockRun[] {
  return runs
    .filter((run) => run.end > first && run.first < end)
    .map(({ state, ...run }) => ({ state, first: Math.max(run.first, first), end: Math.min(run.end, end) }));
}

async function bytesOf(
  level: Level,
  runs: readonly BlockRun[],
  access: CacheAccess,
  detail: Detail,
): Promise<CoverageView["bytes"]> {
  const numbers = chosenBlocks(runs, detail.sized);
  if (numbers.length === 0) return { value: 0, isEstimate: false };
  const found = (await access.index.details(level, numbers)).filter((one) => one !== undefined);
  const sum = found.reduce((bytes, one) => bytes + one.bytes, 0);
  const counts = countBlocks(runs);
  const kept = counts.present + counts.empty + counts.stale;
  const isEstimate = kept > numbers.length;
  return { value: isEstimate ? Math.round((sum / numbers.length) * kept) : sum, isEstimate };
}

async function coverageView(
  { level, coverage }: Answer & { readonly coverage: Coverage },
  range: TimeRange,
  access: CacheAccess,
  detail: Detail,
): Promise<CoverageView> {
  const { period } = level;
  const runs = runsWithin(coverage.runs, blocksOf(range, period));
  const gaps = gapsOf(runs, period, detail.gaps);
  const bar = drawnRuns(runs, detail.columns, blockPlace(range, period, detail.columns));
  return {
    counts: countBlocks(runs),
    bytes: await bytesOf(level, runs, access, detail),
    ...(coverage.newestMs > 0 ? { newest: new Date(coverage.newestMs).toISOString() } : {}),
    gaps: gaps.count,
    bar: bar.map(
      ({ first, end, from, to, state, counts }): BarPiece => ({
        from,
        to,
        state,
        ...spanText({ first, end }, period),
        counts,
      }),
    ),
    ...(detail.gaps > 0 ? { gapList: gaps.list } : {}),
  };
}

async function levelView(
  answer: Answer,
  range: TimeRange | Unknown,
  access: CacheAccess,
  patience: Patience,
  detail: Detail,
): Promise<LevelView> {
  const { level, coverage } = answer;
  const { number, seconds, period, params } = level;
  const known = isUnknown(coverage)
    ? coverage
    : isUnknown(range)
      ? range
      : await patience.ask(() => coverageView({ level, coverage }, range, access, detail));
  const pinned = (await isPinned(level.folder)) ? ({ pinned: true } as const) : {};
  return { name: levelName(level), number, seconds, period, params, ...pinned, coverage: known };
}

async function askIndex(
  level: Level,
  range: TimeRange,
  moment: Moment,
  access: CacheAccess,
  patience: Patience,
): Promise<Answer> {
  const span = blocksOf(range, level.period);
  return { level, coverage: await patience.ask(() => access.index.coverage(level, span, moment)) };
}

/**
 * What is on record of the levels of one source. A definition that cannot be read has a `fault` instead.
 * @param asked the range to show; missing: `validRange`, else from the first to the last block on record. What of it lies behind `now`
 *   is left out.
 */
export async function sourceView(
  id: string,
  find: (id: string) => Promise<DataSource | undefined>,
  access: CacheAccess,
  patience: Patience,
  options: { readonly asked?: TimeRange | undefined; readonly now: Time; readonly detail: Detail },
): Promise<SourceView> {
  const { asked, now, detail } = options;
  let source: DataSource | undefined;
  let all: readonly Level[];
  let moment: Moment;
  try {
    source = await find(id);
    if (source === undefined) return { id, levels: [], moreLevels: 0, fault: "The definition is gone" };
    [all, moment] = await Promise.all([access.levelsOf(source), access.momentOf(source)]);
  } catch (error) {
    return { id, levels: [], moreLevels: 0, fault: publicError(error).message };
  }
  const levels = all.slice(0, detail.levels);
  const whole = asked ?? source.validRange;
  const wanted = whole === undefined ? undefined : untilNow(whole, now);
  const answers = await Promise.all(
    levels.map((level) => askIndex(level, wanted ?? ALL_TIME, moment, access, patience)),
  );
  const range = whole === undefined ? recordedRange(answers) : wanted;
  const from = asked !== undefined ? "question" : whole !== undefined ? "definition" : "blocks";
  const noRange = whole === undefined ? NO_RANGE : TO_COME;
  return {
    id,
    description: source.description,
    ...(range === undefined
      ? {}
      : { range: { begin: timeText(range.begin), end: timeText(range.end), from } as const }),
    levels: await Promise.all(
      answers.map((answer) => levelView(answer, range ?? noRange, access, patience, detail)),
    ),
    moreLevels: all.length - levels.length,
  };
}
