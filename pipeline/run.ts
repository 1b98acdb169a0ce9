import type { Stage } from "../dsdf/stage.js";
import { asDasError, DasError } from "../errors/das-error.js";
import { cutRange } from "../reducers/range-cut.js";
import { assemble } from "./assemble.js";
import { deliver, Given } from "./deliver.js";
import { childEnvironment } from "./environment.js";
import { DEFAULT_LIMITS } from "./limits.js";
import type { Grants, PipelineOptions } from "./options.js";
import type { FailureReason, Outcome, StageStatus, StreamFacts } from "./outcome.js";
import { checkFormat } from "./plan.js";
import { Supervisor } from "./supervisor.js";

/** A pipeline at work. */
export interface PipelineRun {
  /**
   * What it writes, once, as fast as it is taken; see {@link deliver} for how it ends. Leaving early ends all
   * stages. Throws CANCELLED when the signal was aborted; see {@link PipelineOptions.signal} for its reason.
   */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Resolves when the first bytes are there (or a well ended answer without any); rejects if it failed before. */
  readonly started: Promise<void>;
  /** Resolves, never rejects, when nothing of the pipeline is left. */
  readonly outcome: Promise<Outcome>;
  /** How each stage ended; complete once `outcome` has resolved. */
  readonly statuses: readonly StageStatus[];
  /** What was given out; complete once `outcome` has resolved. */
  readonly facts: StreamFacts;
  /** Ends everything at once, as the signal does. */
  cancel(): void;
}

/**
 * Starts a chain of programs: those that ship here run in this process, the others as processes of their own,
 * each in its own process group. Nothing is read faster than `bytes` is taken.
 *
 * Errors of `started` and `bytes`: BAD_DEFINITION, NO_SUCH_PROGRAM, OVERLOADED, READER_FAILED, TIME_LIMIT,
 * OUTPUT_LIMIT, CANCELLED, those of broken streams, and those of the built-in programs.
 * Source: das2-server 3.2, 3.3, 13.2, 13.3, 15.7.
 */
export function runPipeline(stages: readonly Stage[], options: PipelineOptions): PipelineRun {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const env = options.env ?? childEnvironment();
  const onStderr = options.onStderr ?? ((): void => undefined);
  const grants = options.grants ?? NO_GRANTS;
  const supervisor = new Supervisor(stages, { limits, env, grants, cwd: options.cwd ?? "/", onStderr });
  const given = new Given();
  const onAbort = (): void => {
    const reason: unknown = options.signal?.reason;
    supervisor.cancel(reason instanceof DasError ? reason : undefined);
  };
  let release = (): void => undefined;
  let concluded: Promise<void> | undefined;
  let settle: (outcome: Outcome) => void = () => undefined;
  const outcome = new Promise<Outcome>((resolve) => {
    settle = resolve;
  });

  // By the generator's end, or by a stop while nobody takes anything; whichever comes first.
  const conclude = (): Promise<void> => {
    concluded ??= supervisor
      .conclude(() => given)
      .then((ended) => {
        options.signal?.removeEventListener("abort", onAbort);
        release();
        settle(ended);
      });
    return concluded;
  };

  async function* work(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      if (options.slots !== undefined) release = await options.slots.acquire(options.signal);
      const programs = await Promise.all(stages.map((stage) => options.programs(stage.argv[0])));
      const openWith = (index: number) => ({
        args: stages[index]?.argv.slice(1) ?? [],
        context: {
          signal: supervisor.stop,
          log: (line: string) => onStderr(index, line),
          env: { ...env, ...grants(stages[index]?.argv[0] ?? "", true), ...stages[index]?.env },
        },
      });
      const { cut, rewriteHeader, mayBeEmpty = false, format = "das2" } = options;
      checkFormat(stages, programs, format);
      const makeCut = cut === undefined ? undefined : () => cutRange(cut);
      const assembled = await assemble(supervisor, programs, { openWith, makeCut, rewriteHeader });
      yield* deliver(
        supervisor,
        assembled,
        { format, mayBeEmpty, maxBytes: limits.maxBytes, rewriteHeader },
        given,
      );
    } catch (error) {
      const known = asDasError(error, "the pipeline");
      // A failure that was found by judging the stages is on record already.
      if (supervisor.failure?.error !== known) supervisor.fail({ reason: reasonOf(known), error: known });
      throw supervisor.cancellation ?? known;
    } finally {
      void conclude();
    }
  }

  options.signal?.addEventListener("abort", onAbort);
  supervisor.stop.addEventListener("abort", () => void conclude());
  if (options.signal?.aborted === true) onAbort();
  const iterator = work();
  const first = iterator.next();
  const started = first.then(() => undefined);
  // Who is not interested in the start still gets the error from `bytes`.
  started.catch(() => undefined);
  return {
    bytes: singlePass(iterator, first, () => supervisor.cancel()),
    started,
    outcome,
    statuses: supervisor.statuses,
    facts: given,
    cancel: () => supervisor.cancel(),
  };
}

const NO_GRANTS: Grants = () => ({});

/** What a failure outside of the stages is called. */
function reasonOf(error: DasError): FailureReason {
  if (error.code === "OVERLOADED") return "overloaded";
  return error.code === "NO_SUCH_PROGRAM" ? "start" : "stage";
}

/** An iterable over a generator whose first result is under way; leaving it stops the work at once. */
function singlePass(
  iterator: AsyncGenerator<Uint8Array, void, undefined>,
  first: Promise<IteratorResult<Uint8Array, void>>,
  onLeave: () => void,
): AsyncIterable<Uint8Array> {
  let begun = false;
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        if (begun) return iterator.next();
        begun = true;
        return first;
      },
      return: async () => {
        onLeave();
        await iterator.return(undefined);
        return { done: true, value: undefined };
      },
    }),
  };
}
