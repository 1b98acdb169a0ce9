import type { Stage } from "../../dsdf/stage.js";
import { trimToValidRange } from "../../dsdf/valid-range.js";
import { asDasError, type DasError } from "../../errors/das-error.js";
import type { Outcome, StageStatus, StageTime } from "../../pipeline/outcome.js";
import type { PipelineItemsRun } from "../../pipeline/run.js";
import { cutRange } from "../../reducers/range-cut.js";
import type { ItemSource, StreamItem } from "../../stream/model.js";
import { type TimeRange, timeToUs2000 } from "../../stream/time.js";
import { blocksOf, blocksWithin } from "../block-number.js";
import type { ClaimedLevel } from "./build-plan.js";
import { itemParts } from "./item-parts.js";
import { claimMissing, Keeping, type KeptFacts, NOTHING_KEPT } from "./keeping.js";
import { laidOut } from "./laid-out.js";
import { Leases } from "./leases.js";
import type { LevelItem } from "./level-item.js";
import type { LevelPass } from "./level-pass.js";
import { endedWell, levelsByReading, type RunLevel, startLevelRun } from "./level-run.js";
import { levelStages } from "./level-stages.js";
import { blockUs } from "./open-blocks.js";
import type { LevelReadFacts, LevelReading, LevelReadRun } from "./read-level.js";
import { RowOrder } from "./row-order.js";
import { type BuildSurroundings, LEASE_MS } from "./surroundings.js";

/** Records that wait for those of an earlier block, bytes; beyond it the earlier one is closed. */
const MOST_HELD_BYTES = 8 << 20;

/** A reading at work; see {@link readLevel}. */
export class RunningReading implements LevelReadRun {
  readonly #reading: LevelReading;
  readonly #around: BuildSurroundings;
  readonly #leases: Leases;
  readonly #keeping: Keeping;
  readonly #order = new RowOrder();
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  /** The part of the range that is read; `undefined` where none of it is valid. */
  readonly #range: TimeRange | undefined;
  #pipeline: PipelineItemsRun | undefined;
  #published: KeptFacts = NOTHING_KEPT;
  #keepFailure: DasError | undefined;
  #settle: (outcome: Outcome) => void = () => undefined;
  #concluded: Promise<void> | undefined;
  readonly outcome: Promise<Outcome>;
  readonly stages: readonly Stage[];
  readonly items: ItemSource;

  constructor(reading: LevelReading, around: BuildSurroundings) {
    const { source, level, range, keep } = reading;
    this.#reading = reading;
    this.#around = around;
    this.#signal =
      around.signal === undefined ? this.#stop.signal : AbortSignal.any([around.signal, this.#stop.signal]);
    this.#range = trimToValidRange(source.validRange, range, new Date(around.now()));
    const read = this.#range ?? range;
    this.stages = levelStages(source, level, around.tools, read, read.begin).reader;
    this.#leases = new Leases(around.index, around.leaseMs ?? LEASE_MS);
    this.#leases.add(level, keep);
    this.#keeping = new Keeping(around, this.#leases);
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const work = this.#work();
    this.items = {
      [Symbol.asyncIterator]: () => ({
        next: () => work.next(),
        return: async () => {
          this.cancel();
          await work.return(undefined);
          // Also where nobody has asked for the first portion, when the generator has not begun.
          await this.#conclude({ kind: "cancelled" });
          return { done: true, value: undefined };
        },
      }),
    };
  }

  get statuses(): readonly StageStatus[] {
    return this.#pipeline?.statuses ?? [];
  }

  /** When each of them began and ended. */
  get times(): readonly StageTime[] {
    return this.#pipeline?.times ?? [];
  }

  get facts(): LevelReadFacts {
    return {
      bytesRead: this.#pipeline?.facts.bytes ?? 0,
      published: this.#published,
      keepFailure: this.#keepFailure,
    };
  }

  cancel(): void {
    this.#stop.abort();
  }

  async *#work(): AsyncGenerator<readonly StreamItem[], void, undefined> {
    let outcome: Outcome = { kind: "cancelled" };
    let pass: LevelPass | undefined;
    try {
      if (this.#range === undefined) {
        outcome = { kind: "no data" };
        return;
      }
      const run = startLevelRun(
        this.#reading.source,
        await this.#levels(this.#range),
        this.#range,
        this.#around,
        this.#signal,
      );
      pass = run.pass;
      this.#pipeline = run.pipeline;
      for await (const items of run.pipeline.items) {
        for (const item of items)
          for (const part of itemParts(item)) {
            pass.push(part);
            if (this.#order.heldBytes > MOST_HELD_BYTES) pass.closeBefore(0, this.#order.latest);
            const ready = this.#order.ready();
            if (ready.length > 0) yield ready;
            await pass.busy;
            await this.#keeping.room();
          }
        this.#noteFailure();
      }
      pass.end();
      while (pass.ending !== undefined) await pass.ending;
      this.#order.end();
      const last = this.#order.ready();
      if (last.length > 0) yield last;
      outcome = await run.pipeline.outcome;
      if (outcome.kind === "failed") throw outcome.error;
    } catch (error) {
      pass?.abandon();
      const known = asDasError(error, "the reading of a level");
      if (outcome.kind === "cancelled" && known.code !== "CANCELLED")
        outcome = { kind: "failed", reason: "stage", error: known };
      throw known;
    } finally {
      // Nobody waits for the disk who waits for records.
      const concluded = this.#conclude(outcome, pass);
      if (!endedWell(outcome)) await concluded;
    }
  }

  /** Publishes, or removes what there is; lets go of everything. */
  #conclude(outcome: Outcome, pass?: LevelPass): Promise<void> {
    this.#concluded ??= (async () => {
      if (endedWell(outcome) && pass !== undefined) {
        try {
          this.#published = await this.#keeping.publish(pass, this.#signal);
        } catch (error) {
          this.#keepFailure ??= asDasError(error, "the keeping of blocks");
        }
      }
      this.#stop.abort();
      await this.#keeping.abandon();
      await this.#leases.release();
      await this.#pipeline?.outcome;
      this.#settle(outcome);
    })();
    return this.#concluded;
  }

  #noteFailure(): void {
    const { failure } = this.#keeping;
    if (failure !== undefined && this.#keepFailure === undefined)
      this.#keepFailure = asDasError(failure.error, "the keeping of blocks");
  }

  /** The level whose records are given, then those that are only kept. */
  async #levels(range: TimeRange): Promise<readonly RunLevel[]> {
    const { source, level, keep, alsoLevels = [] } = this.#reading;
    const claimed: ClaimedLevel[] = [{ level, claims: keep }];
    for (const other of alsoLevels) {
      const blocks = blocksWithin(range, other.period);
      if (blocks.end <= blocks.first) continue;
      try {
        const one = await claimMissing(other, blocks, this.#leases, this.#around);
        if (one.claims.length > 0) claimed.push(one);
      } catch (error) {
        // What is kept besides is no reason for not giving what is asked for.
        this.#keepFailure ??= asDasError(error, "the keeping of blocks");
      }
    }
    const [together = []] = levelsByReading(claimed, source, range, this.#around);
    const runs: RunLevel[] = [];
    for (const one of together) runs.push(await this.#keeping.level(source, one));
    const [first, ...others] = runs;
    return first === undefined ? [] : [this.#given(first), ...others];
  }

  /** The level as it is kept, its records given as well. */
  #given(kept: RunLevel): RunLevel {
    const order = this.#order;
    const wanted = blocksOf(this.#reading.range, this.#reading.level.period);
    const emit = this.#emitter();
    // Packets that are not reduced are given in the order in which they come, whatever their block.
    const inOrder = kept.reducer.kind !== "none";
    return {
      ...kept,
      wants: (number) => number >= wanted.first && number < wanted.end,
      take: (number, item) => {
        kept.take(number, item);
        emit(number, inOrder ? number : 0, item);
      },
      closed: (number, done) => {
        kept.closed(number, done);
        if (!inOrder) return;
        if (done === undefined) order.closed(number);
        else
          done.then(
            () => order.closed(number),
            () => order.closed(number),
          );
      },
      closesEarly: inOrder,
    };
  }

  /** Puts records into the order in the layout that is wanted, those outside of the range left out. */
  #emitter(): (number: number, place: number, item: LevelItem) => void {
    const { layout, range, level } = this.#reading;
    const us = { begin: timeToUs2000(range.begin), end: timeToUs2000(range.end) };
    const order = this.#order;
    const cut = cutRange(us);
    return (number, place, item) => {
      const block = blockUs(number, level.period);
      const laid = laidOut(item, layout);
      if (block.begin >= us.begin && block.end <= us.end) order.take(place, laid);
      else cut.push(laid, (passed) => order.take(place, passed));
    };
  }
}
