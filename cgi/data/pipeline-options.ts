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

/** The same for a pipeline that starts no reader, of which there may be any number. */
export function passingOptions(
  context: QueryContext,
  cut?: { readonly begin: number; readonly end: number },
): PipelineOptions {
  const { limits, env, grants } = pipelineSetting(context.site);
  const stderr: string[] = [];
  context.trace.stderr = stderr;
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
