import { commandKeys } from "../../dsdf/command.js";
import type { CommandTemplate } from "../../dsdf/command-template.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { isReducible, reducerOf } from "../../dsdf/reduction.js";
import type { PipelineTools } from "../../dsdf/tools.js";
import type { BinMaking } from "../plan/level-choice.js";

/** Request values that a block stands for: range, reader parameters, and the id; those of intervals are absent where blocks are kept. */
const BLOCK_KEYS: ReadonlySet<string> = new Set(
  (
    "read.time.min read.time.max time.min time.max start_time end_time start stop read.opts params _LOCAL_ID_ " +
    "read.time.inter interval"
  ).split(" "),
);
const WIDTH_KEYS: ReadonlySet<string> = new Set(["bin.time.max", "resolution"]);

/**
 * Why no blocks of a source can be kept, as the end of a sentence about it; `undefined` where they can.
 * Source: das2-server 15.7, 20.3 (45).
 */
export function whyNotCached(source: DataSource, tools: PipelineTools): string | undefined {
  if (source.rename !== undefined || source.server !== undefined) return "it lives elsewhere";
  if (source.reader === undefined) return "it has no reader";
  if (source.requiresInterval) return "it computes points for an interval";
  switch (source.form) {
    case "file":
      return "it gives a file";
    case "qstream":
      return "it gives a q stream";
    case "das3":
      return "it gives a das3 stream";
    case "das1":
      if (tools.das1ToDas2 === undefined) return "its das1 records cannot be converted";
      break;
    case "das2":
      break;
    default:
      return source satisfies never;
  }
  const other = foreignKey([readerCommand(source, tools), reducerOf(source, tools)]);
  return other === undefined ? undefined : `its data depend on the request's ${other} as well`;
}

/** Why no bins of a source can be kept, though its records can; `undefined` where bins can be. */
export function whyNoBins(source: DataSource, tools: PipelineTools): string | undefined {
  switch (binMaking(source, tools)) {
    case "by the reader":
      return "its reader reduces by itself";
    case "never":
      return "it has no reducer";
    default:
      return reducerOf(source, tools)?.placesValues === true
        ? "its reducer places its arguments itself and cannot be told where bins begin"
        : undefined;
  }
}

/** How wider bins come about at a source; {@link BinMaking}. */
export function binMaking(source: DataSource, tools: PipelineTools): BinMaking {
  const reader = readerCommand(source, tools);
  const readerKnowsWidth = reader !== undefined && commandKeys(reader).some((key) => WIDTH_KEYS.has(key));
  if (source.preReduced || readerKnowsWidth) return "by the reader";
  if (!isReducible(source, tools)) return "never";
  const reducer = reducerOf(source, tools);
  return reducer !== undefined && isAveraging(reducer) ? "joined" : "made";
}

/** The reducers of which blocks keep least and greatest values and counts, with the options that leave bins that can be joined. */
const AVERAGING: Readonly<Record<string, ReadonlySet<string>>> = {
  das2_bin_avgsec: new Set(["-r", "--range", "-n", "--count", "-p", "--no-progress"]),
  das2_bin_peakavgsec: new Set(["-p", "--no-progress"]),
};

function isAveraging({ programs: [program, ...more], placesValues }: CommandTemplate): boolean {
  if (more.length > 0 || placesValues) return false;
  const [name = "", ...options] = program.words.map((parts) =>
    parts.map((part) => (part.kind === "text" ? part.text : "#")).join(""),
  );
  const known = Object.hasOwn(AVERAGING, name) ? AVERAGING[name] : undefined;
  return known !== undefined && options.every((option) => known.has(option));
}

function readerCommand(source: DataSource, tools: PipelineTools): CommandTemplate | undefined {
  // The reader of a das1 source is run by the converter.
  return source.form === "das1" ? tools.das1ToDas2 : source.reader;
}

/** A request value that is asked for and that blocks know nothing of. */
function foreignKey(commands: readonly (CommandTemplate | undefined)[]): string | undefined {
  return commands
    .flatMap((command) => (command === undefined ? [] : commandKeys(command)))
    .find((key) => !BLOCK_KEYS.has(key) && !WIDTH_KEYS.has(key));
}
