import type { Stage } from "../dsdf/stage.js";
import { asDasError, DasError } from "../errors/das-error.js";
import { cutRange } from "../reducers/range-cut.js";
import type { ItemSource, StreamItem } from "../stream/model.js";
import type { Program } from "../stream/program.js";
import { assemble, assembleItems } from "./assemble.js";
import { deliver, Given } from "./deliver.js";
import { deliverItems } from "./deliver-items.js";
import { childEnvironment } from "./environment.js";
import { DEFAULT_LIMITS, type PipelineLimits } from "./limits.js";
import type { AssembleOptions } from "./open-links.js";
import type { Grants, PipelineOptions } from "./options.js";
import type { FailureReason, Outcome, StageStatus, StageTime, StreamFacts } from "./outcome.js";
import { checkFormat } from "./plan.js";
import { Supervisor } from "./supervisor.js";

/** A pipeline at work, whatever is taken of it. */
interface Run {
  /** Resolves when the first bytes are there (or a well ended answer without any); rejects if it failed before. */
  readonly started: Promise<void>;
  /** Resolves, never rejects, when nothing of the pipeline is left. */
  readonly outcome: Promise<Outcome>;
  /** How each stage ended; complete once `outcome` has resolved. */
  readonly statuses: readonly StageStatus[];
  /** When each stage began and ended; complete once `outcome` has resolved. */
  readonly times: readonly StageTime[];
  /** What was given out; complete once `outcome` has resolved. */
  readonly facts: StreamFacts;
  /** Ends everything at once, as the signal does. */
  cancel(): void;
}

/** A pipeline at work whose bytes are taken. */
export interface PipelineRun extends Run {
  /**
   * What it writes, once, as fast as it is taken; see {@link deliver} for how it ends. Leaving early ends all
   * stages. Throws CANCELLED when the signal was aborted; see {@link PipelineOptions.signal} for its reason.
   */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** A pipeline at work whose items are taken. */
export interface PipelineItemsRun extends Run {
  /** The items of its stream, as `bytes` of a {@link PipelineRun}; a portion lasts until the next one is asked for. */
  readonly items: ItemSource;
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
  const { rewriteHeader, mayBeEmpty = false, format = "das2" } = options;
  const { output: bytes, ...run } = startRun(
    stages,
    options,
    async function* ({ supervisor, programs, assembling, limits, given }) {
      checkFormat(stages, programs, format);
      const assembled = await assemble(supervisor, programs, assembling);
      const delivery = { format, mayBeEmpty, maxBytes: limits.maxBytes, rewriteHeader };
      yield* deliver(supervisor, assembled, delivery, given);
    },
  );
  return { bytes, ...run };
}

/**
 * As {@link runPipeline} for a chain that makes a das2 stream, for whoever works on its items: what a built-in program
 * made last is neither written nor read again. A failure after the first item is an exception item, the last; `format` means
 * nothing here.
 *
 * Errors: as there; BAD_DEFINITION where the last program makes no das2 stream.
 */
export function runPipelineItems(stages: readonly Stage[], options: PipelineOptions): PipelineItemsRun {
  const { mayBeEmpty = false } = options;
  const { output: items, ...run } = startRun<readonly StreamItem[]>(
    stages,
    options,
    async function* ({ supervisor, programs, assembling, limits, given }) {
      const assembled = await assembleItems(supervisor, programs, assembling);
      yield* deliverItems(supervisor, assembled, { mayBeEmpty, maxBytes: limits.maxBytes }, given);
    },
  );
  return { items, ...run };
}

/** What the output of a run is made with. */
interface RunParts {
  readonly supervisor: Supervisor;
  readonly programs: readonly (Program | undefined)[];
  readonly assembling: AssembleOptions;
  readonly limits: PipelineLimits;
  readonly given: Given;
}

/** Starts a run: `produce` makes its output once there is room for it and its programs are known. */
function startRun<T>(
  stages: readonly Stage[],
  options: PipelineOptions,
  produce: (parts: RunParts) => AsyncGenerator<T, void, undefined>,
): Run & { readonly output: AsyncIterable<T> } {
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

  async function* work(): AsyncGenerator<T, void, undefined> {
    try {
      if (options.slots !== undefined) release = await options.slots.acquire(options.signal);
      const programs = await Promise.all(stages.map((stage) => options.programs(stage.argv[0])));
      const { cut, rewriteHeader } = options;
      const makeCut = cut === undefined ? undefined : () => cutRange(cut);
      const openWith = openedBy(supervisor, stages, { env, grants, onStderr });
      const assembling = { openWith, makeCut, rewriteHeader };
      yield* produce({ supervisor, programs, assembling, limits, given });
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
  // Who is not interested in the start still gets the error from the output.
  started.catch(() => undefined);
  return {
    output: singlePass(iterator, first, () => supervisor.cancel()),
    started,
    outcome,
    statuses: supervisor.statuses,
    times: supervisor.times,
    facts: given,
    cancel: () => supervisor.cancel(),
  };
}

const NO_GRANTS: Grants = () => ({});

/** What a built-in program is opened with: its arguments, its settings, and the signal by which its run stops. */
function openedBy(
  supervisor: Supervisor,
  stages: readonly Stage[],
  {
    env,
    grants,
    onStderr,
  }: {
    readonly env: NonNullable<PipelineOptions["env"]>;
    readonly grants: Grants;
    readonly onStderr: NonNullable<PipelineOptions["onStderr"]>;
  },
): AssembleOptions["openWith"] {
  return (index) => {
    const stage = stages[index];
    supervisor.began(index);
    return {
      args: stage?.argv.slice(1) ?? [],
      context: {
        signal: supervisor.stop,
        log: (line) => onStderr(index, line),
        env: { ...env, ...grants(stage?.argv[0] ?? "", true), ...stage?.env },
      },
    };
  };
}

/** What a failure outside of the stages is called. */
function reasonOf(error: DasError): FailureReason {
  if (error.code === "OVERLOADED") return "overloaded";
  return error.code === "NO_SUCH_PROGRAM" ? "start" : "stage";
}

/** An iterable over a generator whose first result is under way; leaving it stops the work at once. */
function singlePass<T>(
  iterator: AsyncGenerator<T, void, undefined>,
  first: Promise<IteratorResult<T, void>>,
  onLeave: () => void,
): AsyncIterable<T> {
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
