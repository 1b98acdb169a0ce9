import { parseCommand } from "../../dsdf/command.js";
import { expandCommand } from "../../dsdf/expand-command.js";
import { onlyAsFile } from "../../dsdf/file-type.js";
import type { Stage } from "../../dsdf/stage.js";
import { timeText } from "../../dsdf/stages.js";
import { runPipeline } from "../../pipeline/run.js";
import { answerData, byLogin } from "../data/answer.js";
import { dataRun } from "../data/data-run.js";
import { type DataWords, readDataWords } from "../data/data-words.js";
import { EMPTY_READER, emptyReader } from "../data/empty-reader.js";
import { dataFileName } from "../data/file-name.js";
import { pictureArguments } from "../data/format-words.js";
import { limited, pipelineOptions } from "../data/pipeline-options.js";
import { type PreparedData, prepareData } from "../data/prepare.js";
import { provenanceHeaders } from "../data/provenance.js";
import { runBody, started } from "../data/run-body.js";
import { EMPTY_BODY, type HeaderLine, type Response } from "../http.js";
import type { Query, QueryContext } from "../query.js";

/** The plot program as the last stage; `in_fmt` says what it reads, das1 sources having become das2. */
function plotStages(text: string, prepared: PreparedData): Stage[] {
  const { source, words } = prepared;
  const form = source.form === "das1" ? "das2" : source.form;
  const programs = expandCommand(parseCommand(text), {});
  return programs.map(({ argv: [program, ...args], env }, index) => {
    const last = index === programs.length - 1;
    const added = [`in_fmt=${form}`, `time.min=${timeText(words.begin)}`, `time.max=${timeText(words.end)}`];
    return { role: "converter", argv: [program, ...args, ...(last ? added : [])], env };
  });
}

async function plot(prepared: PreparedData, pngMaker: string, context: QueryContext): Promise<Response> {
  const { words, source, query } = prepared;
  const fileName = dataFileName(words.id, words.beginText, words.endText, "png");
  context.trace.fileName = fileName;
  const planned =
    query === undefined ? undefined : await dataRun(source, { ...query, output: "stream" }, context);
  const headers: HeaderLine[] = [
    ["Content-Type", "image/png"],
    ["Content-Disposition", `inline; filename="${fileName}"`],
    ...byLogin(source),
    ...(planned === undefined ? [] : provenanceHeaders(source, planned.making, context)),
  ];
  if (context.request.method === "HEAD") return { status: 200, headers, body: EMPTY_BODY };
  const stages: Stage[] = [
    ...(planned?.stages ?? [{ role: "reader", argv: [EMPTY_READER], env: {} } satisfies Stage]),
    ...plotStages(pngMaker, prepared),
  ];
  const options =
    planned === undefined ? pipelineOptions(context) : limited(planned.options(), stages, context);
  const run = runPipeline(stages, {
    ...options,
    programs: (name) => (name === EMPTY_READER ? Promise.resolve(emptyReader) : options.programs(name)),
    format: "other",
  });
  if (planned !== undefined) void run.outcome.then(planned.onEnd);
  await started(run, stages, context.trace);
  return { status: 200, headers, body: runBody(run, stages, context.trace) };
}

/**
 * `server=image`: a plot, made by the configured program from the stream on its standard input, or by the one that ships. An empty range
 * gives an empty plot.
 * Errors: BAD_PARAMETER for a source that gives a file, or a size that no picture has. Source: das2-server 2.8.
 */
export const image: Query = async (context) => {
  const { pngMaker } = context.site.config;
  const prepared = await prepareData(context, pngMaker === undefined ? pictureWords(context) : undefined);
  if ("elsewhere" in prepared) return prepared.elsewhere;
  const { source } = prepared;
  if (source.form === "file") throw onlyAsFile(source.fileType, "server=image");
  return pngMaker === undefined ? answerData(prepared, context) : plot(prepared, pngMaker, context);
};

/** The words of a data request whose answer is a picture, whatever else they ask for. */
function pictureWords({ words }: QueryContext): DataWords {
  const { serial: _serial, unknownFormat: _unknown, ...data } = readDataWords(words);
  return { ...data, output: "png", formatArgs: pictureArguments(words, data) };
}
