import { type Level, levelName } from "../../cache/level.js";
import { allLevels } from "../../cache/levels/levels-of.js";
import { type BuildSite, currentLevels } from "../../cache/work/do-build.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { sortedWords } from "../../dsdf/normalise-params.js";
import { DasError } from "../../errors/das-error.js";
import { compareTimes, parseTime, type TimeRange } from "../../stream/time.js";

/** Options that name levels of a source; for `parseArgs`. */
export const LEVEL_OPTIONS = { level: { type: "string" }, params: { type: "string" } } as const;
/** The option that names a configuration. */
export const CONFIG_OPTION = { config: { type: "string", short: "c" } } as const;

/** What was given for {@link LEVEL_OPTIONS}. */
export interface LevelWords {
  readonly level?: string | undefined;
  readonly params?: string | undefined;
}

/** The source of an argument. Errors: BAD_PARAMETER where none is given; NO_SUCH_SOURCE, BAD_DEFINITION. */
export async function givenSource(
  id: string | undefined,
  site: Pick<BuildSite, "findSource">,
): Promise<DataSource> {
  if (id === undefined) throw new DasError("BAD_PARAMETER", "no source given, expected its id");
  const source = await site.findSource(id);
  if (source === undefined) throw new DasError("NO_SUCH_SOURCE", `there is no source ${JSON.stringify(id)}`);
  return source;
}

/**
 * The levels that were meant: those for the words of `--params`, without it those without words, and of these the one of `--level`. Levels
 * that are to be chosen by itself are chosen now.
 * Errors: BAD_PARAMETER where there is none; those of {@link currentLevels}.
 */
export async function givenLevels(
  source: DataSource,
  { level, params }: LevelWords,
  site: Pick<BuildSite, "setting" | "pipelineOptions" | "now">,
): Promise<readonly Level[]> {
  const levels = await currentLevels(source, sortedWords(params ?? ""), site);
  if (levels.length === 0) throw noLevels(source, params, site);
  return chosenLevels(levels, level);
}

/**
 * All levels of a source that are known, whatever their words; with `--params` those of these words, with `--level` those of that name.
 * Errors: BAD_PARAMETER where there is none.
 */
export function knownLevels(
  source: DataSource,
  { level, params }: LevelWords,
  site: Pick<BuildSite, "setting">,
): readonly Level[] {
  const words = params === undefined ? undefined : sortedWords(params).join(" ");
  const levels = allLevels(source, site.setting).filter(
    (one) => words === undefined || one.params.join(" ") === words,
  );
  if (levels.length === 0) throw noLevels(source, params, site);
  return chosenLevels(levels, level);
}

function chosenLevels(levels: readonly Level[], wanted: string | undefined): readonly Level[] {
  if (wanted === undefined) return levels;
  const chosen = levels.filter(
    (level) =>
      wanted === level.resolutionName ||
      wanted === levelName(level) ||
      (/^\d{1,2}$/.test(wanted) && Number(wanted) === level.number),
  );
  if (chosen.length > 0) return chosen;
  const names = [...new Set(levels.map((level) => `${level.number} (${levelName(level)})`))];
  throw new DasError("BAD_PARAMETER", `--level ${wanted}, expected one of ${names.join(", ")}`);
}

function noLevels(
  source: DataSource,
  params: string | undefined,
  { setting }: Pick<BuildSite, "setting">,
): DasError {
  const others = [
    ...new Set(allLevels(source, setting).map((level) => JSON.stringify(level.params.join(" ")))),
  ];
  const which = params === undefined ? "without reader parameters" : `for ${JSON.stringify(params)}`;
  const hint = others.length === 0 ? "it has no levels" : `expected --params of ${others.join(" or ")}`;
  return new DasError("BAD_PARAMETER", `${source.id} keeps no blocks ${which}: ${hint}`);
}

/** The range of two arguments. Errors: BAD_TIME; BAD_PARAMETER where one is missing or they are not in order. */
export function givenRange(begin: string | undefined, end: string | undefined): TimeRange {
  if (begin === undefined || end === undefined) {
    const missing = begin === undefined ? "no range given" : `no end given behind begin ${begin}`;
    throw new DasError("BAD_PARAMETER", `${missing}, expected begin and end, such as 2021-06-01 2021-07-01`);
  }
  const range = {
    begin: parseTime(begin, { bareYear: true }),
    end: parseTime(end, { bareYear: true }),
  };
  if (compareTimes(range.begin, range.end) >= 0)
    throw new DasError("BAD_PARAMETER", `begin ${begin} is not before end ${end}`);
  return range;
}

/** Errors: BAD_PARAMETER for more arguments than a command takes. */
export function noMoreThan(most: number, given: readonly string[]): void {
  const extra = given[most];
  if (extra !== undefined)
    throw new DasError("BAD_PARAMETER", `one argument too many: ${JSON.stringify(extra)}`);
}
