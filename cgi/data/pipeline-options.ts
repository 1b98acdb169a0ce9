import type { Stage } from "../../dsdf/stage.js";
import { builtInProgram } from "../../pipeline/built-in.js";
import type { PipelineOptions } from "../../pipeline/options.js";
import type { QueryContext } from "../query.js";
import { pipelineSetting } from "./pipeline-setting.js";
import { takeProcessSlot } from "./process-slot.js";

/** Lines of standard error that a record keeps. */
const MAX_STDERR_LINES = 200;

/**
 * The options of a pipeline for a request: limits and surroundings of the server, log of the request, cut of reduced data.
 * Errors: OVERLOADED where too many processes run pipelines.
 */
export function pipelineOptions(
  context: QueryContext,
  cut?: { readonly begin: number; readonly end: number },
): PipelineOptions {
  if (!context.site.resident) takeProcessSlot(context.site);
  const { slots } = pipelineSetting(context.site);
  return { ...passingOptions(context, cut), slots };
}

/** The same for a pipeline that starts no reader; see {@link limited}. */
export function passingOptions(
  context: QueryContext,
  cut?: { readonly begin: number; readonly end: number },
): PipelineOptions {
  const { limits, env, grants } = pipelineSetting(context.site);
  // One answer may be made by several pipelines.
  context.trace.stderr ??= [];
  const { stderr } = context.trace;
  return {
    programs: context.site.programs ?? builtInProgram,
    signal: context.request.signal,
    limits,
    env,
    grants,
    onStderr: (_stage, line) => {
      if (stderr.length < MAX_STDERR_LINES) stderr.push(line);
    },
    ...(cut === undefined ? {} : { cut }),
  };
}

/**
 * Options for a chain of programs of which some may be spawned: then they take their turn like readers. Of chains that run in this
 * process there may be any number. Errors: OVERLOADED where too many processes run pipelines.
 */
export function limited(
  options: PipelineOptions,
  stages: readonly Stage[],
  { site }: QueryContext,
): PipelineOptions {
  const isSpawned = ({ argv }: Stage) => options.programs(argv[0]) === undefined;
  if (options.slots !== undefined || !stages.some(isSpawned)) return options;
  if (!site.resident) takeProcessSlot(site);
  return { ...options, slots: pipelineSetting(site).slots };
}
