import { wholeNanoseconds } from "../../dsdf/nanoseconds.js";
import type { Level } from "../level.js";
import { dividesPeriod, fewestBins, joinableBins } from "./block-bins.js";

/** A level counts as no wider than what was asked for up to this factor: clients print resolutions with few digits. das2-server 15.4. */
const TOLERANCE = 1 + 1e-6;

/**
 * How wider bins come about at a source: `joined` from bins of a level (averages with counts), `made` from single records only (a
 * reducer of which nothing more is known), `by the reader`, which is told the width, or not at all (`never`: a resolution is ignored).
 */
export type BinMaking = "joined" | "made" | "by the reader" | "never";

/** What of a request decides on the level. */
export interface LevelQuery {
  /** Widest bin wanted, seconds; missing: every record. */
  readonly resolution?: number;
  readonly bins: BinMaking;
}

/**
 * A level, and how it becomes the answer: `as is`, its records, or `reduce`, wider bins of `seconds` made from them, which begin
 * where `anchor` says:
 * - `epoch`: bin n covers [2000-01-01 + n*seconds, 2000-01-01 + (n+1)*seconds), whatever the request;
 * - `block`: anew at each block, because the bins of the level do; each is whole bins of the level, and none is left over;
 * - `request`: where the bins of the same request begin without a cache (das2-server 13.2). Only for an intrinsic level.
 */
export type LevelUse =
  | { readonly level: Level; readonly use: "as is" }
  | {
      readonly level: Level;
      readonly use: "reduce";
      readonly seconds: number;
      readonly anchor: "epoch" | "block" | "request";
    };

/**
 * The level for a request: the widest that is not wider than asked for, of equal ones that with the lowest number; without a resolution
 * an intrinsic one. A level at least twice as fine is reduced, where its bins can be joined. `undefined`: no level serves this request.
 * Source: das2-server 15.4, 15.5.
 */
export function chooseLevel(levels: readonly Level[], query: LevelQuery): LevelUse | undefined {
  return levelChoices(levels, query)[0];
}

/** All levels that could serve a request, the best first: the next is for where one has too many blocks in the range. */
export function levelChoices(
  levels: readonly Level[],
  { resolution, bins }: LevelQuery,
): readonly LevelUse[] {
  if (bins === "by the reader" && resolution !== undefined) return [];
  const widest = resolution === undefined || bins === "never" ? 0 : resolution * TOLERANCE;
  return levels
    .filter((level) => level.seconds <= widest && (level.seconds === 0 || fewestBins(level) > 0))
    .sort((a, b) => b.seconds - a.seconds || a.number - b.number)
    .map((level) => useOf(level, resolution ?? 0, widest, bins));
}

function useOf(level: Level, resolution: number, widest: number, bins: BinMaking): LevelUse {
  const { seconds } = level;
  if (widest > 0 && seconds === 0) return { level, use: "reduce", seconds: resolution, anchor: "request" };
  const ratio = seconds === 0 || bins !== "joined" ? 1 : Math.floor(widest / seconds);
  if (ratio < 2) return { level, use: "as is" };
  if (dividesPeriod(level))
    return { level, use: "reduce", seconds: multiple(seconds, ratio), anchor: "epoch" };
  const joined = joinableBins(level, ratio);
  if (joined < 2) return { level, use: "as is" };
  return { level, use: "reduce", seconds: multiple(seconds, joined), anchor: "block" };
}

/** Not `seconds * count`, where 3 * 0.1 is more than 0.3. */
function multiple(seconds: number, count: number): number {
  const width = wholeNanoseconds(seconds);
  return width === undefined ? seconds * count : Number(width * BigInt(count)) / 1e9;
}
