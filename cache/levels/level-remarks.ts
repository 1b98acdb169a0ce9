import type { CacheLevel, DataSource } from "../../dsdf/data-source.js";
import { normaliseParams, paramsDirectory, paramWords } from "../../dsdf/normalise-params.js";
import { checkParamWords } from "../../dsdf/param-words.js";
import type { PipelineTools } from "../../dsdf/tools.js";
import { isDasError } from "../../errors/das-error.js";
import { dividesPeriod, fewestBins, shortestBlock } from "../plan/block-bins.js";
import { whyNoBins, whyNotCached } from "./cacheable.js";
import { reorderedLevel } from "./levels-of.js";

/** Something odd about the levels of a definition. */
export interface LevelRemark {
  /** An `error`: the level is without effect, or its blocks would be mixed up. Data are there all the same. */
  readonly level: "error" | "warning";
  /** NN of the level; missing: all of them, or `auto`. */
  readonly number?: number;
  readonly message: string;
}

/** What is wrong or unwise about the cache levels of a definition, for operators; empty where it has none. */
export function levelRemarks(source: DataSource, tools: PipelineTools): readonly LevelRemark[] {
  if (source.cacheLevels.length === 0) return [];
  const reason = whyNotCached(source, tools);
  if (reason !== undefined)
    return [{ level: "warning", message: `blocks of this source cannot be kept: ${reason}` }];
  return [...rangeRemarks(source), ...declaredRemarks(source, tools)];
}

/** Without a range, whoever asks for data of other times fills the cache with blocks that have none. */
function rangeRemarks({ validRange }: DataSource): readonly LevelRemark[] {
  if (validRange !== undefined) return [];
  return [
    {
      level: "warning",
      message: "no validRange: blocks without data are kept of all times that are asked for",
    },
  ];
}

function declaredRemarks(source: DataSource, tools: PipelineTools): readonly LevelRemark[] {
  const noBins = whyNoBins(source, tools);
  if (source.cacheLevels === "auto")
    return noBins === undefined
      ? []
      : [{ level: "warning", message: `there will be no levels with bins: ${noBins}` }];
  return source.cacheLevels.flatMap((level, index, all) => {
    const { number } = level;
    const found = remarksOf(source, level, noBins);
    const other = reorderedLevel(level, all.slice(0, index));
    if (other !== undefined)
      found.push({
        level: "error",
        message: `its parameters are those of level ${other.number} in another order`,
      });
    const twin = all.slice(0, index).find((earlier) => sharesFolder(earlier, level));
    if (twin !== undefined)
      found.push({ level: "error", message: `its blocks would lie where those of level ${twin.number} lie` });
    return found.map((remark) => ({ ...remark, number }));
  });
}

function remarksOf(source: DataSource, level: CacheLevel, noBins: string | undefined): LevelRemark[] {
  const remarks: LevelRemark[] = [];
  const words = paramWords(level.params);
  const wrong = wrongWords(words, source.paramChars);
  if (wrong !== undefined) remarks.push({ level: "error", message: wrong });
  if (source.dropParams && words.length > 0)
    remarks.push({ level: "warning", message: "parameters of a level never reach the reader (dropParams)" });
  if (level.seconds === 0) return remarks;
  if (noBins !== undefined)
    remarks.push({ level: "error", message: `no bins can be kept of this source: ${noBins}` });
  else if (fewestBins(level) === 0)
    remarks.push({
      level: "error",
      message: `bins of ${level.seconds} s have no centre in blocks of ${shortestBlock(level.period)} s`,
    });
  else if (!dividesPeriod(level))
    remarks.push({
      level: "warning",
      message: `blocks (${level.period}) are not whole bins of ${level.seconds} s: bins begin anew at each block, and records behind the last one are in none`,
    });
  return remarks;
}

/** What is wrong with the words for the reader, as a request with them would be told. */
function wrongWords(words: readonly string[], moreChars: string | undefined): string | undefined {
  try {
    checkParamWords(words, moreChars);
    return undefined;
  } catch (error) {
    if (!isDasError(error, "BAD_PARAMETER")) throw error;
    return error.message;
  }
}

function sharesFolder(a: CacheLevel, b: CacheLevel): boolean {
  const place = ({ folder, period, params }: CacheLevel) =>
    [folder, period, paramsDirectory(normaliseParams(params))].join("|");
  return place(a) === place(b);
}
