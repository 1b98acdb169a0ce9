import type { DataQuery } from "../dsdf/data-query.js";
import type { DataSource, Example } from "../dsdf/data-source.js";
import { splitParams } from "../dsdf/param-words.js";
import { planStages } from "../dsdf/stages.js";
import type { PipelineTools } from "../dsdf/tools.js";
import { StreamFindings } from "../stream/stream-findings.js";
import { timeToUs2000 } from "../stream/time.js";
import type { OutputFormat, PipelineOptions } from "./options.js";
import { runPipeline } from "./run.js";

/** What running an example gave. */
export interface ExampleRun {
  readonly bytes: number;
  /** Data packets; missing for forms that are not looked into. */
  readonly packets?: number;
  /** Milliseconds to the end. */
  readonly ms: number;
  /** What is wrong with the stream; empty where it is good. */
  readonly problems: readonly string[];
  /** What its programs said on standard error, at most 20 lines. */
  readonly said: readonly string[];
}

/** What the answer is followed as. */
const FORMATS = {
  das1: "das2",
  das2: "das2",
  das3: "other",
  qstream: "qstream",
  file: "other",
} as const satisfies Record<DataSource["form"], OutputFormat>;

/** Lines of standard error that are kept. */
const MAX_SAID = 20;

/**
 * Runs one example of a source as a client would ask for it and checks the stream that comes out: whole packets, every
 * program ended well, data there, times ascending where that is claimed and inside the range.
 * Source: das2-server 19.4, das2-stream A20.
 */
export async function tryExample(
  source: DataSource,
  example: Example,
  tools: PipelineTools,
  options: PipelineOptions,
): Promise<ExampleRun> {
  const began = performance.now();
  const query = exampleQuery(source, example);
  const said: string[] = [];
  const format = FORMATS[source.form];
  const run = runPipeline(planStages(source, query, tools), {
    ...options,
    format,
    mayBeEmpty: source.form === "file",
    onStderr: (_stage, line) => {
      if (said.length < MAX_SAID) said.push(line);
    },
  });
  const findings =
    format === "das2"
      ? new StreamFindings({ begin: timeToUs2000(query.begin), end: timeToUs2000(query.end) })
      : undefined;
  let bytes = 0;
  const problems: string[] = [];
  try {
    for await (const piece of run.bytes) {
      bytes += piece.length;
      findings?.push(piece);
    }
    findings?.end();
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  const outcome = await run.outcome;
  if (outcome.kind === "failed" && !problems.includes(outcome.error.message))
    problems.push(outcome.error.message);
  if (outcome.kind === "no data") problems.push("the example gives no data");
  problems.push(...(findings?.problems ?? []));
  return {
    bytes,
    ...(findings === undefined ? {} : { packets: findings.packets }),
    ms: performance.now() - began,
    problems,
    said,
  };
}

/** The request that a client makes of an example; its resolution is the one given, else a 2000th of the span, of a file none. */
function exampleQuery(source: DataSource, example: Example): DataQuery {
  const { begin, end } = example;
  const span = (timeToUs2000(end) - timeToUs2000(begin)) / 1e6;
  const resolution = source.form === "file" ? {} : { resolution: example.resolution ?? span / 2000 };
  const params = splitParams(example.params ?? "", source.paramChars);
  return {
    sourceId: source.id,
    begin,
    end,
    requested: { begin, end },
    params,
    output: "stream",
    ...(source.requiresInterval ? { interval: example.interval ?? span / 100 } : resolution),
  };
}
