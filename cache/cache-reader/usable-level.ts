import { join } from "node:path";
import { declaredLevels } from "../../dsdf/cache-levels.js";
import type { CacheLevel } from "../../dsdf/data-source.js";
import { parseDefinition } from "../../dsdf/grammar.js";
import { KeywordSet } from "../../dsdf/keyword-set.js";
import { readDefinitionBytes } from "../../dsdf/load.js";
import { normaliseParams, paramsDirectory, sortedWords } from "../../dsdf/normalise-params.js";
import { substituteOne } from "../../dsdf/substitute.js";
import { DasError } from "../../errors/das-error.js";
import type { Level } from "../level.js";
import { pyramidIn, readPyramid } from "../levels/pyramid-file.js";
import { chooseLevel } from "../plan/level-choice.js";
import type { Sidecar } from "../store/sidecar.js";
import { belongsTo } from "../store/sidecar-level.js";
import type { ReaderRequest } from "./reader-request.js";

/** What a definition says of the blocks of its source. */
export interface LevelDeclarations {
  readonly levels: readonly CacheLevel[] | "auto";
  readonly dataVersion: string | undefined;
}

const LEVEL_KEYWORD = /^(?:cacheLevels|cacheLevel(?:_[0-9]+)?|dataVersion)$/;

/**
 * The levels of a definition file. Nothing else of it is looked at: commands may name settings of a server, which a program that
 * was started by hand does not know. Errors: BAD_DEFINITION.
 */
export function levelDeclarations(file: string): LevelDeclarations {
  const definition = parseDefinition(readDefinitionBytes(file), file);
  const values = new Map<string, string>();
  for (const keyword of definition.assignments.keys()) {
    if (!LEVEL_KEYWORD.test(keyword)) continue;
    const value = substituteOne(definition, keyword, { substitutions: new Map() });
    if (value !== undefined) values.set(keyword, value);
  }
  const keywords = new KeywordSet(definition, values);
  return { levels: declaredLevels(keywords), dataVersion: keywords.text("dataVersion") };
}

/**
 * The level that serves a request: of those with its parameters the widest that is not wider than asked for. What blocks depend on
 * besides, the tools of the server, is not known here: {@link Level.definition} is empty, {@link isOfLevel} tells which blocks are its.
 * Errors: DOMAIN where no level is. Source: reducers 10.1, das2-server 14, 15.4.
 */
export function usableLevel(request: ReaderRequest, { levels, dataVersion }: LevelDeclarations): Level {
  const { sourceFolder, normParams, resolution } = request;
  const known = levels === "auto" ? (readPyramid(pyramidIn(sourceFolder))?.levels ?? []) : levels;
  const candidates = known
    .map((declared) => levelIn(sourceFolder, declared, dataVersion))
    .filter(({ params, paramsName }) => normaliseParams(params) === normParams || paramsName === normParams);
  if (candidates.length === 0)
    throw new DasError(
      "DOMAIN",
      `the source has no cache level for the parameters "${normParams.slice(0, 60)}"`,
    );
  // Records are passed on as they are, however wide.
  const choice = chooseLevel(candidates, { resolution, bins: "made" });
  if (choice !== undefined) return choice.level;
  const widths = candidates.map(({ seconds }) => `${seconds} s`).join(", ");
  throw new DasError("DOMAIN", `the source has no cache level of at most ${resolution} s, only ${widths}`);
}

function levelIn(sourceFolder: string, declared: CacheLevel, dataVersion: string | undefined): Level {
  const { number, seconds, period, folder, params } = declared;
  const paramsName = paramsDirectory(normaliseParams(params));
  return {
    sourceId: "",
    params: sortedWords(params),
    paramsName,
    number,
    seconds,
    period,
    resolutionName: folder,
    folder: join(sourceFolder, paramsName, folder),
    definition: "",
    ...(dataVersion === undefined ? {} : { dataVersion }),
    freshness: { liveDelaySeconds: 0, openTtlSeconds: 0 },
  };
}

/**
 * Whether a sidecar tells of a block of the level: its parameters, data version and time, and that of a source of the name that the
 * folder or the definition has. Under which tools it was built, and for which valid range, is not looked at, nor how old it is: that is for the server to judge.
 */
export function isOfLevel(sidecar: Sidecar, request: ReaderRequest, level: Level, number: number): boolean {
  const { validFrom, validTo, ...others } = sidecar;
  const { source, dsdfHash } = sidecar;
  const names = [request.sourceFolder, request.definitionFile.replace(/\.dsdf$/, "")];
  return (
    names.some((name) => name.endsWith(`/${source}`)) &&
    belongsTo(others, { ...level, sourceId: source, definition: dsdfHash }, number)
  );
}
