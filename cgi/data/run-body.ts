import type { Stage } from "../../dsdf/stage.js";
import { isDasError } from "../../errors/das-error.js";
import type { Outcome, StageStatus, StageTime } from "../../pipeline/outcome.js";
import type { PipelineRun } from "../../pipeline/run.js";
import type { StageRecord } from "../log/record.js";
import type { Trace } from "../trace.js";

/**
 * What the log keeps of a program and how it ended.
 * @param time when it began and ended
 * @param arrivalMs from when that is counted, by the same clock
 */
export function stageRecord(
  stage: Stage,
  status: StageStatus | undefined,
  time: StageTime = {},
  arrivalMs = 0,
): StageRecord {
  const { beginMs, endMs } = time;
  const base = {
    role: stage.role,
    argv: stage.argv,
    ...(beginMs === undefined ? {} : { beginMs: tenths(beginMs - arrivalMs) }),
    ...(endMs === undefined ? {} : { endMs: tenths(endMs - arrivalMs) }),
  };
  if (status?.kind === "built in")
    return { ...base, builtIn: true, status: status.error === undefined ? 0 : 1 };
  if (status?.kind !== "exited") return { ...base, builtIn: false };
  return {
    ...base,
    builtIn: false,
    ...(status.code === null ? {} : { status: status.code }),
    ...(status.signal === null ? {} : { signal: status.signal }),
  };
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** Notes how a pipeline ended. */
export function noteOutcome(
  trace: Trace,
  stages: readonly Stage[],
  run: PipelineRun,
  outcome: Outcome,
): void {
  trace.stages = stages.map((stage, index) =>
    stageRecord(stage, run.statuses[index], run.times[index], trace.startMs),
  );
  trace.outcome = outcome.kind;
  if (outcome.kind === "failed") trace.error = outcome.error;
}

/**
 * The bytes of a pipeline as the body of an answer. Its end, and leaving it early, wait until nothing of the pipeline is left and
 * note how it ended.
 */
export function runBody(run: PipelineRun, stages: readonly Stage[], trace: Trace): AsyncIterable<Uint8Array> {
  const source = run.bytes[Symbol.asyncIterator]();
  const ended = async () => noteOutcome(trace, stages, run, await run.outcome);
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      try {
        const piece = await source.next();
        if (piece.done === true) await ended();
        return piece;
      } catch (error) {
        await ended();
        throw error;
      }
    },
    async return() {
      await source.return?.();
      await ended();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** Waits for the first byte; a failure before it is noted and thrown, so that it can be answered by its status. */
export async function started(run: PipelineRun, stages: readonly Stage[], trace: Trace): Promise<void> {
  try {
    await run.started;
  } catch (error) {
    if (!isDasError(error, "OVERLOADED")) noteOutcome(trace, stages, run, await run.outcome);
    throw error;
  }
}
