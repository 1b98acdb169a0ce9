import { basename, resolve } from "node:path";
import type { DataQuery } from "../dsdf/data-query.js";
import type { DataSource } from "../dsdf/data-source.js";
import { dataSource, readDefinitionBytes } from "../dsdf/load.js";
import type { Stage } from "../dsdf/stage.js";
import { planStages } from "../dsdf/stages.js";
import { DasError } from "../errors/das-error.js";
import { das1ToDas2 } from "../formats/das1/from-das1.js";
import type { ItemSource } from "../stream/model.js";
import type { ProgramContext, ReaderProgram } from "../stream/program.js";
import { compareTimes, parseTime, type TimeRange } from "../stream/time.js";
import { runPipeline } from "./run.js";

const NAME = "das2_from_das1";

const HELP = `Usage: ${NAME} DSDF_FILE START END [PARAM]...
       ${NAME} DSDF_FILE INTERVAL START END [PARAM]...   (a definition that asks for an interval)

Runs the reader of a das1 source, as its definition names it, and writes what it gives as a das2 stream.
`;

/** Serves das1 sources: runs the reader that a definition names and converts its records. Source: reducers 13. */
export const fromDas1: ReaderProgram = {
  kind: "reader",
  name: NAME,
  help: HELP,
  open: (args, context) => {
    const { stages, keywords, range } = plan(args);
    return convert(stages, keywords, range, context);
  },
};

interface Das1Plan {
  readonly stages: readonly Stage[];
  readonly keywords: ReadonlyMap<string, string>;
  readonly range: TimeRange;
}

/** Errors: USAGE, BAD_TIME, BAD_PARAMETER, BAD_DEFINITION. */
function plan(args: readonly string[]): Das1Plan {
  const [file, ...words] = args;
  if (file === undefined || file.startsWith("-"))
    throw new DasError("USAGE", `expected ${NAME} DSDF_FILE [INTERVAL] START END [PARAM]...`);
  const source = definitionOf(file);
  const interval = source.requiresInterval ? positiveNumber(words.shift()) : undefined;
  const [begin, end, ...params] = words;
  if (begin === undefined || end === undefined)
    throw new DasError(
      "USAGE",
      `${args.length} arguments, expected DSDF_FILE [INTERVAL] START END [PARAM]...`,
    );
  const range = { begin: parseTime(begin), end: parseTime(end) };
  if (compareTimes(range.begin, range.end) >= 0)
    throw new DasError("BAD_TIME", `${begin} to ${end}, expected a begin before the end`);
  const query: DataQuery = {
    sourceId: source.id,
    ...range,
    requested: range,
    params,
    output: "stream",
    ...(interval === undefined ? {} : { interval }),
  };
  // Planned as if the reader wrote das2: what is wanted here are the stages of the reader itself.
  const stages = planStages({ ...source, form: "das2", fileType: undefined, preReduced: true }, query, {});
  return { stages, keywords: source.keywords, range };
}

function definitionOf(file: string): DataSource {
  const path = resolve(file);
  const id = basename(path).replace(/\.dsdf$/, "");
  return dataSource(id, path, readDefinitionBytes(path), { substitutions: new Map() });
}

function positiveNumber(word: string | undefined): number {
  const value = Number(word);
  if (word === undefined || !(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new DasError("USAGE", `interval "${(word ?? "").slice(0, 40)}", expected seconds above 0`);
  return value;
}

/** The records of the reader as they come; that the reader failed is told after them. */
async function* convert(
  stages: readonly Stage[],
  keywords: ReadonlyMap<string, string>,
  range: TimeRange,
  context: ProgramContext,
): ItemSource {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(context.env)) if (value !== undefined) env[name] = value;
  const run = runPipeline(stages, {
    programs: () => undefined,
    format: "other",
    signal: context.signal,
    env,
    onStderr: (_stage, line) => context.log(line),
    // Whoever runs this program sets the limits; a reader that finds nothing writes nothing.
    limits: { wallMs: Number.POSITIVE_INFINITY, idleMs: Number.POSITIVE_INFINITY },
    mayBeEmpty: true,
  });
  yield* das1ToDas2(keywords, range, run.bytes);
}
