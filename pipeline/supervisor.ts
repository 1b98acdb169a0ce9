import type { Stage } from "../dsdf/stage.js";
import { DasError } from "../errors/das-error.js";
import type { Child, ChildSurroundings } from "./child.js";
import { ChildOutput } from "./child-output.js";
import { clockMs } from "./clock.js";
import { type Failure, judge } from "./judge.js";
import { PipelineClock, type PipelineLimits } from "./limits.js";
import type { Grants } from "./options.js";
import type { Outcome, StageStatus, StageTime, StreamFacts } from "./outcome.js";
import { within } from "./within.js";

/**
 * How long a program may go on after all that follow it have ended, ms: enough to clean up and report its status,
 * short enough for a client that waits for the end of its answer.
 */
const LINGER_MS = 5000;

/**
 * How long what a program has left running may go on after its own end, ms. It may hold the output open, and then the
 * answer waits for it; but the program has said by its end that the work is done.
 */
const LEFT_OVER_MS = 1000;

/** Why a built-in program shall make nothing more. One for all: an error made anew for each costs more than the rest of the end. */
const OVER = new DasError("CANCELLED", "the pipeline is over");

/** What a supervisor needs to know; the same names as in the options of a pipeline. */
export interface Surroundings {
  readonly limits: PipelineLimits;
  readonly env: Readonly<Record<string, string>>;
  readonly grants: Grants;
  readonly cwd: string;
  readonly onStderr: (stage: number, line: string) => void;
}

/**
 * Keeps the children of one pipeline, its clock, and what went wrong; nothing of it is left when
 * {@link Supervisor.conclude} has resolved.
 */
export class Supervisor {
  readonly stages: readonly Stage[];
  readonly clock: PipelineClock;
  readonly #around: Surroundings;
  readonly #children = new Map<number, Child>();
  readonly #unwanted = new Set<number>();
  readonly #statuses: StageStatus[];
  readonly #times: StageTime[];
  readonly #finishing: Promise<void>[] = [];
  readonly #leftOver = new Set<NodeJS.Timeout>();
  #concluding = false;
  readonly #stop = new AbortController();
  #failure: Failure | undefined;
  #cancellation: DasError | undefined;

  constructor(stages: readonly Stage[], around: Surroundings) {
    this.stages = stages;
    this.#around = around;
    this.#statuses = stages.map(() => ({ kind: "running" }));
    this.#times = stages.map(() => ({}));
    this.clock = new PipelineClock(around.limits, (error) => this.fail({ reason: "time limit", error }));
  }

  /** Aborted as soon as nothing more shall be made: by a limit, a failed start or the client's leaving. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** What went wrong with the pipeline as a whole; the first counts. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Why nobody wants the output any more; `undefined` while somebody does. */
  get cancellation(): DasError | undefined {
    return this.#cancellation;
  }

  get statuses(): readonly StageStatus[] {
    return this.#statuses;
  }

  /** When each stage began and ended. */
  get times(): readonly StageTime[] {
    return this.#times;
  }

  /** A stage begins; the first word counts. */
  began(index: number): void {
    const time = this.#times[index];
    if (time !== undefined && time.beginMs === undefined) this.#times[index] = { beginMs: clockMs() };
  }

  #over(index: number): void {
    this.#times[index] = { ...this.#times[index], endMs: clockMs() };
  }

  /** Notes a failure and stops everything. */
  fail(failure: Failure): void {
    this.note(failure);
    this.#stopAll();
  }

  /** Notes a failure; what runs may end by itself. */
  note(failure: Failure): void {
    if (this.#cancellation === undefined) this.#failure ??= failure;
  }

  /** Nobody wants the output any more, or it may not go on: ends all stages at once. The first word counts. */
  cancel(why: DasError = new DasError("CANCELLED", "the request was given up")): void {
    if (this.#failure === undefined) this.#cancellation ??= why;
    this.#stopAll();
  }

  /** Notes how a built-in stage ended; the first word counts. */
  builtInEnded(index: number, error?: DasError): void {
    if (this.#statuses[index]?.kind !== "running") return;
    this.#over(index);
    this.#statuses[index] = error === undefined ? { kind: "built in" } : { kind: "built in", error };
  }

  /**
   * Starts programs whose outputs and inputs are joined by the operating system.
   *
   * @param fed whether the first reads from here
   * @returns the input of the first, where fed, and the output of the last
   * Errors: of {@link spawnChild}; what was started before is then ended.
   */
  async start(indices: readonly number[], fed: boolean): Promise<{ first: Child; output: ChildOutput }> {
    // Loaded here: most answers of a process that lives for one request start no program.
    const { spawnChild } = await import("./child.js");
    // A stop that came before has ended what there was; what is started now would be nobody's.
    if (this.stop.aborted)
      throw (
        this.#failure?.error ?? this.#cancellation ?? new DasError("CANCELLED", "the request was given up")
      );
    const started: Child[] = [];
    // All in one turn of the event loop, so that nothing is read here from a connection that is passed on.
    for (const index of indices) {
      const stage = this.stages[index];
      if (stage === undefined) throw new RangeError(`no stage ${index}`);
      const before = started.at(-1);
      const child = spawnChild(stage, before ?? (fed ? "fed" : "none"), this.#surroundingsOf(stage, index));
      if ("failed" in child) {
        before?.stdout.destroy();
        const error = await child.failed;
        this.fail({ reason: error.code === "OVERLOADED" ? "overloaded" : "start", error, stage: index });
        throw error;
      }
      started.push(child);
      this.#adopt(index, child);
    }
    const [first] = started;
    const last = started.at(-1);
    if (first === undefined || last === undefined) throw new RangeError("no stage to start");
    return { first, output: new ChildOutput(last.stdout, this.stop) };
  }

  /** Resolves when the programs of these stages have ended (not necessarily what they started). */
  async ended(indices: readonly number[]): Promise<void> {
    await Promise.all(indices.map((index) => this.#children.get(index)?.exited));
  }

  /**
   * Resolves when all programs have ended. Once the last has, the others hear of it at their next write; one that
   * writes nothing more is ended after {@link LINGER_MS}.
   */
  async allEnded(): Promise<void> {
    if (this.#children.size === 0) return;
    const all = this.stages.map((_, index) => index);
    await this.ended(all.slice(-1));
    await within(this.ended(all), LINGER_MS);
    this.letGo(all);
    await this.ended(all);
  }

  /** The output of these stages is not wanted any more, and how they end means nothing. */
  letGo(indices: readonly number[]): void {
    for (const index of indices) {
      const child = this.#children.get(index);
      if (child === undefined || this.#statuses[index]?.kind !== "running") continue;
      this.#unwanted.add(index);
      // Before its input ends: who ends by that takes along the trace of what it has started.
      void child.end(this.#around.limits.graceMs);
      child.stdin?.destroy();
    }
  }

  /**
   * These stages have said their last word, or nobody listens: what they still write is thrown away, and after
   * the grace time they are ended. How they end within it counts.
   */
  letFinish(indices: readonly number[], output: ChildOutput): void {
    const finish = async (): Promise<void> => {
      await within(Promise.all([output.drain(), this.ended(indices)]), this.#around.limits.graceMs);
      output.close();
      this.letGo(indices);
    };
    this.#finishing.push(finish());
  }

  /** How the whole would be judged now. */
  verdict(facts: StreamFacts): Outcome {
    return judge(this.stages, this.#statuses, facts, this.#failure, this.#cancellation !== undefined);
  }

  /** Ends whatever still runs, waits for it, and says how the whole ended. */
  async conclude(facts: () => StreamFacts): Promise<Outcome> {
    this.clock.stop();
    this.#concluding = true;
    for (const timer of this.#leftOver) clearTimeout(timer);
    await Promise.all(this.#finishing);
    if (this.#children.size > 0) await this.#endChildren();
    const outcome = this.verdict(facts());
    // A built-in reader whose consumer has ended may still wait for something.
    this.#stop.abort(OVER);
    return outcome;
  }

  async #endChildren(): Promise<void> {
    const { graceMs } = this.#around.limits;
    await Promise.all(
      [...this.#children.values()].map(async (child) => {
        // What the program left in its group has nobody to work for any more.
        await child.end(graceMs);
        await within(child.stderrEnd, graceMs);
        child.closeStderr();
      }),
    );
    // Whatever the system does not let die keeps its entry among the stages, not this pipeline.
    await within(this.ended([...this.#children.keys()]), graceMs);
  }

  #adopt(index: number, child: Child): void {
    this.#children.set(index, child);
    this.began(index);
    void child.exited.then((status) => {
      this.#over(index);
      this.#statuses[index] = { kind: "exited", unwanted: this.#unwanted.has(index), ...status };
      this.#endLeftOver(child);
    });
  }

  #endLeftOver(child: Child): void {
    if (this.#concluding) return;
    this.#leftOver.add(setTimeout(() => void child.end(this.#around.limits.graceMs), LEFT_OVER_MS).unref());
  }

  #stopAll(): void {
    this.letGo([...this.#children.keys()]);
    this.#stop.abort(OVER);
  }

  #surroundingsOf(stage: Stage, index: number): ChildSurroundings {
    const { env, grants, cwd, limits, onStderr } = this.#around;
    return {
      env: { ...env, ...grants(stage.argv[0], false) },
      cwd,
      maxStderrBytes: limits.maxStderrBytes,
      onStderr: (line) => onStderr(index, line),
    };
  }
}
