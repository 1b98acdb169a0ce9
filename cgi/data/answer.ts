import type { DataQuery } from "../../dsdf/data-query.js";
import type { DataSource } from "../../dsdf/data-source.js";
import type { Stage } from "../../dsdf/stage.js";
import { isReducible, planStages } from "../../dsdf/stages.js";
import { DasError } from "../../errors/das-error.js";
import { builtInProgram } from "../../pipeline/built-in.js";
import type { PipelineOptions } from "../../pipeline/options.js";
import { runPipeline } from "../../pipeline/run.js";
import { timeToUs2000 } from "../../stream/time.js";
import { isBrowser } from "../browser.js";
import { errorResponse, exceptionStream } from "../error-response.js";
import type { HeaderLine, Response } from "../http.js";
import { EMPTY_BODY } from "../http.js";
import type { QueryContext } from "../query.js";
import { withCacheTags } from "./client-cache.js";
import { dataFileName } from "./file-name.js";
import { type OutputType, outputType } from "./output-type.js";
import { pipelineSetting } from "./pipeline-setting.js";
import { type PreparedData, pipelineFormat } from "./prepare.js";
import { takeProcessSlot } from "./process-slot.js";
import { noteOutcome, runBody, started } from "./run-body.js";

/** Lines of standard error that a record keeps. */
const MAX_STDERR_LINES = 200;

/** How an interface wants its answers labelled, where it differs from das2-server 3.1. */
export interface AnswerLabel {
  readonly contentType?: string;
  readonly fileName?: string;
}

/** Status 200 and the headers that name type and file. */
function dataHeaders(
  type: OutputType,
  { words }: PreparedData,
  context: QueryContext,
  label: AnswerLabel,
): HeaderLine[] {
  const fileName = label.fileName ?? dataFileName(words.id, words.beginText, words.endText, type.extension);
  context.trace.fileName = fileName;
  return [
    ["Content-Type", label.contentType ?? type.contentType],
    ["Content-Disposition", `${type.disposition}; filename="${fileName}"`],
  ];
}

function noDataMessage({ words }: PreparedData): string {
  return `No data found between ${words.beginText} and ${words.endText}`;
}

/** What is said where nothing of the request is in the valid range: a form without exceptions says it by being empty. */
function nothingValid(prepared: PreparedData, type: OutputType): Uint8Array {
  return type.inBandErrors ? exceptionStream("NoDataInInterval", noDataMessage(prepared)) : EMPTY_BODY;
}

/**
 * The answer where there is nothing to make a file of: 404 and the reason. A stream says so in band under 200 (das2-server 4.1);
 * a file of no bytes would be saved as a broken one by whoever asked for it.
 */
function nothingToSave(prepared: PreparedData, { request, trace }: QueryContext): Response {
  trace.outcome = "no data";
  trace.fileName = undefined;
  return errorResponse(request, new DasError("NOTHING_FOUND", noDataMessage(prepared)));
}

/**
 * The options of a pipeline for a request: limits and surroundings of the server, log of the request, cut of reduced data.
 * Errors: OVERLOADED where too many processes run pipelines.
 */
export function pipelineOptions(
  context: QueryContext,
  cut: { begin: number; end: number } | undefined,
): PipelineOptions {
  if (!context.site.resident) takeProcessSlot(context.site);
  const setting = pipelineSetting(context.site);
  const stderr: string[] = [];
  context.trace.stderr = stderr;
  return {
    programs: context.site.programs ?? builtInProgram,
    signal: context.request.signal,
    limits: setting.limits,
    env: setting.env,
    grants: setting.grants,
    slots: setting.slots,
    onStderr: (_stage, line) => {
      if (stderr.length < MAX_STDERR_LINES) stderr.push(line);
    },
    ...(cut === undefined ? {} : { cut }),
  };
}

/** The programs for a query, with the width of the bins they make and the cut that goes with it. */
export function plannedStages(
  source: DataSource,
  query: DataQuery,
  context: QueryContext,
): { stages: Stage[]; binSeconds: number | undefined; cut: { begin: number; end: number } | undefined } {
  const { tools } = pipelineSetting(context.site);
  const stages = planStages(source, query, tools);
  const binSeconds = isReducible(source, tools) ? query.resolution : undefined;
  // The other forms are reduced by programs of their own kind, and passed on as they come.
  const isDas2 = source.form === "das2" || source.form === "das1";
  const cut =
    binSeconds === undefined || !isDas2
      ? undefined
      : { begin: timeToUs2000(query.begin), end: timeToUs2000(query.end) };
  return { stages, binSeconds, cut };
}

/**
 * Answers a prepared request with the output of its pipeline. Status and headers go out with the first byte: what fails
 * before it is thrown, what fails after it is told in the stream, or cuts off a form that cannot tell. `HEAD` runs nothing.
 * Errors: those of {@link planStages} and of a pipeline that fails before it writes. Source: das2-server 2.7, 3.2.
 */
export async function answerData(
  prepared: PreparedData,
  context: QueryContext,
  label: AnswerLabel = {},
): Promise<Response> {
  const { words, source, query } = prepared;
  const { request, trace } = context;
  const type = outputType(source, words.output, isBrowser(request.headers["user-agent"]));
  if (query === undefined) {
    if (source.form === "file") return nothingToSave(prepared, context);
    const headers = dataHeaders(type, prepared, context, label);
    trace.outcome = "no data";
    return {
      status: 200,
      headers,
      body: request.method === "HEAD" ? EMPTY_BODY : nothingValid(prepared, type),
    };
  }
  const { stages, binSeconds, cut } = plannedStages(source, query, context);
  const headers = dataHeaders(type, prepared, context, label);
  if (request.method === "HEAD") return { status: 200, headers, body: EMPTY_BODY };
  const format = pipelineFormat(source, words.output);
  const run = runPipeline(stages, {
    ...pipelineOptions(context, cut),
    format,
    mayBeEmpty: source.form === "file",
    ...(source.form === "das2" || source.form === "das1"
      ? { rewriteHeader: (header) => withCacheTags(header, query.requested, binSeconds ?? query.interval) }
      : {}),
  });
  await started(run, stages, trace);
  if (source.form === "file" && run.facts.bytes === 0) {
    noteOutcome(trace, stages, run, await run.outcome);
    return nothingToSave(prepared, context);
  }
  return { status: 200, headers, body: runBody(run, stages, trace) };
}
