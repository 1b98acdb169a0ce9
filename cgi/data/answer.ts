import { withCacheTags } from "../../dsdf/client-cache.js";
import type { DataQuery, OutputForm } from "../../dsdf/data-query.js";
import { withProvenance } from "../../dsdf/provenance.js";
import type { Stage } from "../../dsdf/stage.js";
import { DasError } from "../../errors/das-error.js";
import { type PipelineRun, runPipeline } from "../../pipeline/run.js";
import { BY_BROWSER, isBrowser } from "../browser.js";
import { das3ExceptionStream, errorResponse, exceptionStream } from "../error-response.js";
import type { Body, HeaderLine, Response } from "../http.js";
import { EMPTY_BODY, isWholeBody } from "../http.js";
import type { QueryContext } from "../query.js";
import type { Trace } from "../trace.js";
import { type DataRun, dataRun } from "./data-run.js";
import type { DataWords } from "./data-words.js";
import { EMPTY_READER, emptyReader } from "./empty-reader.js";
import { dataFileName } from "./file-name.js";
import { MadeFile } from "./made-file.js";
import { type OutputType, outputType } from "./output-type.js";
import { pipelineOptions } from "./pipeline-options.js";
import { type PreparedData, pipelineFormat } from "./prepare.js";
import { provenanceHeaders } from "./provenance.js";
import { noteOutcome, runBody, started } from "./run-body.js";
import { wholeIfShort } from "./whole-body.js";
import { isMadeWhole, wholeFile, wholeFileResponse } from "./whole-file.js";

/** How an interface wants its answers labelled, where it differs from das2-server 3.1. */
export interface AnswerLabel {
  readonly contentType?: string;
  readonly fileName?: string;
}

/** What an answer has that not everybody gets. */
export function byLogin({ access }: Pick<PreparedData["source"], "access">): readonly HeaderLine[] {
  return access.length > 0 ? [["Vary", "Authorization"]] : [];
}

/** Status 200 and the headers that name type and file. */
function dataHeaders(
  type: OutputType,
  { words, source }: PreparedData,
  context: QueryContext,
  label: AnswerLabel,
): HeaderLine[] {
  const fileName = label.fileName ?? dataFileName(words.id, words.beginText, words.endText, type.extension);
  context.trace.fileName = fileName;
  return [
    ["Content-Type", label.contentType ?? type.contentType],
    ["Content-Disposition", `${type.disposition}; filename="${fileName}"`],
    // Streams of text have another type in a browser.
    ...(type.text && label.contentType === undefined ? [BY_BROWSER] : []),
    ...byLogin(source),
  ];
}

function noDataMessage({ words }: PreparedData): string {
  return `No data found between ${words.beginText} and ${words.endText}`;
}

/** What is said where nothing of the request is in the valid range: a form without exceptions says it by being empty. */
function nothingValid(prepared: PreparedData, type: OutputType): Uint8Array {
  if (!type.inBandErrors) return EMPTY_BODY;
  const stream =
    pipelineFormat(prepared.source, prepared.words.output) === "das3" ? das3ExceptionStream : exceptionStream;
  return stream("NoDataInInterval", noDataMessage(prepared));
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

/** Forms of which no file without records can be made where not even the columns are known. */
const FILES_OF_RECORDS: ReadonlySet<OutputForm> = new Set(["arrow", "parquet", "fits", "das3doc"]);

/** A plot of a range where nothing can be. */
async function emptyPlot(words: DataWords, context: QueryContext): Promise<Body> {
  const stages: Stage[] = [
    { role: "reader", argv: [EMPTY_READER], env: {} },
    { role: "converter", argv: ["das2_png", ...(words.formatArgs ?? [])], env: {} },
  ];
  const options = pipelineOptions(context);
  const run = runPipeline(stages, {
    ...options,
    programs: (name) => (name === EMPTY_READER ? Promise.resolve(emptyReader) : options.programs(name)),
    format: "other",
  });
  await started(run, stages, context.trace);
  return runBody(run, stages, context.trace);
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
  const { request } = context;
  const type = outputType(source, words.output, isBrowser(request.headers["user-agent"]), words.serial);
  if (query === undefined) return await answerNothing(prepared, context, type, label);
  const planned = await dataRun(source, query, context);
  const { validators, making } = planned;
  const headers = [
    ...dataHeaders(type, prepared, context, label),
    ...validators,
    ...provenanceHeaders(source, making, context),
  ];
  if (planned.isUnchanged)
    return {
      status: 304,
      headers: [...validators, ...headers.filter(([name]) => name === "Vary")],
      body: EMPTY_BODY,
    };
  if (request.method === "HEAD") return { status: 200, headers, body: EMPTY_BODY };
  const ready = planned.fromMemory?.();
  if (ready !== undefined) return { status: 200, headers, body: ready };
  const run = (): Promise<Body | undefined> => runPlanned(prepared, query, planned, context);
  if (!isMadeWhole(source)) {
    const body = await run();
    return body === undefined ? nothingToSave(prepared, context) : { status: 200, headers, body };
  }
  const held = await wholeFile(context, planned.stages, async () => {
    const body = await run();
    return body === undefined ? undefined : await MadeFile.of(body);
  });
  return held === undefined
    ? nothingToSave(prepared, context)
    : wholeFileResponse(request, held, headers, source.access.length === 0);
}

/** The answer where nothing of what was asked for is in the valid range. */
async function answerNothing(
  prepared: PreparedData,
  context: QueryContext,
  type: OutputType,
  label: AnswerLabel,
): Promise<Response> {
  const { words, source } = prepared;
  if (source.form === "file" || FILES_OF_RECORDS.has(words.output)) return nothingToSave(prepared, context);
  const headers = dataHeaders(type, prepared, context, label);
  context.trace.outcome = "no data";
  if (context.request.method === "HEAD") return { status: 200, headers, body: EMPTY_BODY };
  const body = words.output === "png" ? await emptyPlot(words, context) : nothingValid(prepared, type);
  return { status: 200, headers, body };
}

/** What the pipeline of an answer writes, from its first byte on; `undefined` where a form that cannot be empty has no byte. */
async function runPlanned(
  { words, source }: PreparedData,
  query: DataQuery,
  planned: DataRun,
  { trace }: QueryContext,
): Promise<Body | undefined> {
  const { stages, making } = planned;
  const { provenance, binSeconds } = making;
  const isTable = source.form === "file" || FILES_OF_RECORDS.has(words.output);
  const run = runPipeline(stages, {
    ...planned.options(),
    format: pipelineFormat(source, words.output),
    // Records alone, without a header: that there are none is said by giving none.
    mayBeEmpty: isTable || words.output === "hapi",
    ...(source.form !== "file" && source.form !== "qstream"
      ? {
          rewriteHeader: (header) =>
            withProvenance(withCacheTags(header, query.requested, binSeconds ?? query.interval), provenance),
        }
      : {}),
  });
  void run.outcome.then(planned.onEnd);
  await started(run, stages, trace);
  if (isTable && run.facts.bytes === 0) {
    noteOutcome(trace, stages, run, await run.outcome);
    return undefined;
  }
  return await bodyOf(planned, run, trace);
}

async function bodyOf({ isAtHand, stages, keep }: DataRun, run: PipelineRun, trace: Trace): Promise<Body> {
  const body = runBody(run, stages, trace);
  // What is computed goes out as it comes.
  if (!isAtHand) return body;
  const short = await wholeIfShort(body);
  if (isWholeBody(short)) keep?.(short);
  return short;
}
