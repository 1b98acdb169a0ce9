import type { Stage } from "../dsdf/stage.js";
import { DasError, OUTCOME } from "../errors/das-error.js";
import type { FailureReason, Outcome, StageStatus, StreamFacts } from "./outcome.js";

/** A failure of the pipeline as a whole, or of the bytes that a stage wrote. */
export interface Failure {
  readonly reason: FailureReason;
  readonly error: DasError;
  readonly stage?: number;
}

/** Status with which a shell reports that its program died of a closed pipe. */
const SHELL_SIGPIPE = 128 + 13;

/**
 * The failure of one stage, judged by how it ended.
 *
 * Not a failure: a program whose output was not wanted any more, and SIGPIPE of any stage but the last, for
 * then the stage after it has closed its input, and it is that stage's status that tells whether it was right to.
 * Source: das2-server 15.7, 20.2 (17).
 */
export function stageFailure(
  stages: readonly Stage[],
  statuses: readonly StageStatus[],
  index: number,
): Failure | undefined {
  const stage = stages[index];
  const status = statuses[index];
  if (stage === undefined || status === undefined || status.kind === "running") return undefined;
  if (status.kind === "built in") {
    return status.error === undefined ? undefined : { reason: "stage", error: status.error, stage: index };
  }
  if (status.unwanted || status.code === 0) return undefined;
  const lostReader = status.signal === "SIGPIPE" || status.code === SHELL_SIGPIPE;
  if (lostReader && index < stages.length - 1) return undefined;
  const how = status.signal === null ? `ended with status ${status.code}` : `was ended by ${status.signal}`;
  return {
    reason: "status",
    error: new DasError("READER_FAILED", `the ${stage.role} program ${how}`, {
      argv: stage.argv,
      stage: index,
      code: status.code,
      signal: status.signal,
    }),
    stage: index,
  };
}

/** The failure furthest upstream among the stages before `end`; the others are mostly its consequences. */
export function firstStageFailure(
  stages: readonly Stage[],
  statuses: readonly StageStatus[],
  end: number = stages.length,
): Failure | undefined {
  for (let index = 0; index < end; index++) {
    const failure = stageFailure(stages, statuses, index);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** That nothing at all was written, while no stage says why. */
export function emptyResponse(): Failure {
  return { reason: "empty", error: new DasError("READER_FAILED", "the reader wrote nothing"), stage: 0 };
}

/**
 * How the whole ended.
 *
 * @param failure a limit that was passed, a stage that did not start, or bytes that are no stream; the last is
 *   blamed on the stage that wrote them, and that stage's own status, where bad, comes before it
 */
export function judge(
  stages: readonly Stage[],
  statuses: readonly StageStatus[],
  facts: StreamFacts,
  failure: Failure | undefined,
  cancelled: boolean,
): Outcome {
  if (cancelled) return { kind: "cancelled" };
  const failed = worstFailure(stages, statuses, failure);
  if (failed !== undefined) return { kind: "failed", ...failed };
  const { exception } = facts;
  if (exception !== undefined && exception.type !== OUTCOME.NO_DATA.exception) {
    const error = new DasError("READER_FAILED", exception.message, { exception: exception.type });
    return { kind: "failed", reason: "exception", error };
  }
  if (exception === undefined && facts.bytes === 0)
    return facts.mayBeEmpty ? { kind: "no data" } : { kind: "failed", ...emptyResponse() };
  return facts.packets === 0 ? { kind: "no data" } : { kind: "complete" };
}

function worstFailure(
  stages: readonly Stage[],
  statuses: readonly StageStatus[],
  failure: Failure | undefined,
): Failure | undefined {
  if (failure !== undefined && failure.reason !== "bad stream") return failure;
  const byStatus = firstStageFailure(stages, statuses);
  const badStreamFirst =
    failure !== undefined && (byStatus === undefined || (failure.stage ?? 0) < (byStatus.stage ?? 0));
  if (badStreamFirst) return failure;
  return byStatus === undefined ? failure : byStatus;
}
