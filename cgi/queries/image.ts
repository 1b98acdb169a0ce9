import { parseCommand } from "../../dsdf/command.js";
import { expandCommand } from "../../dsdf/expand-command.js";
import { onlyAsFile } from "../../dsdf/file-type.js";
import type { Stage } from "../../dsdf/stage.js";
import { timeText } from "../../dsdf/stages.js";
import { DasError } from "../../errors/das-error.js";
import { runPipeline } from "../../pipeline/run.js";
import type { ReaderProgram } from "../../stream/program.js";
import { dataRun } from "../data/data-run.js";
import { dataFileName } from "../data/file-name.js";
import { limited, pipelineOptions } from "../data/pipeline-options.js";
import { type PreparedData, prepareData } from "../data/prepare.js";
import { provenanceHeaders } from "../data/provenance.js";
import { runBody, started } from "../data/run-body.js";
import { EMPTY_BODY, type HeaderLine, type Response } from "../http.js";
import type { Query, QueryContext } from "../query.js";

/** A reader that finds nothing, for plots of ranges where nothing can be: no definition can name it. */
const EMPTY_READER = "(nothing)";

const emptyReader: ReaderProgram = {
  kind: "reader",
  name: EMPTY_READER,
  help: "",
  async *open() {
    yield [
      { kind: "stream", header: { version: "2.2", properties: [] } },
      { kind: "exception", exception: { type: "NoDataInInterval", message: "No data found" } },
    ];
  },
};

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
 * `server=image`: a plot, made by the configured program from the stream on its standard input. An empty range gives an empty plot.
 * Errors: NOT_IMPLEMENTED where no program is configured, BAD_PARAMETER for a source that gives a file. Source: das2-server 2.8.
 */
export const image: Query = async (context) => {
  const { pngMaker } = context.site.config;
  if (pngMaker === undefined) throw new DasError("NOT_IMPLEMENTED", "This server makes no plots");
  const prepared = await prepareData(context);
  if ("elsewhere" in prepared) return prepared.elsewhere;
  const { source } = prepared;
  if (source.form === "file") throw onlyAsFile(source.fileType, "server=image");
  return plot(prepared, pngMaker, context);
};
