import type { DataSource } from "../../dsdf/data-source.js";
import { asDasError, DasError } from "../../errors/das-error.js";
import { Bell } from "../../netdrms/changes/bell.js";
import { retryDelay } from "../../netdrms/changes/follow-changes.js";
import { type PipelineItemsRun, runPipelineItems } from "../../pipeline/run.js";
import type { PacketBatch, StreamItem } from "../../stream/model.js";
import type { Site } from "../site.js";
import type { ClientQueue } from "./client-queue.js";
import { HeaderMemory } from "./header-memory.js";
import { type LiveSubject, livingOptions, nowUs, planFollowing, planReading } from "./live-reading.js";
import { OpenBins } from "./open-bins.js";
import type { Position } from "./position.js";

/** Somebody who gets what is new. */
export interface Subscriber {
  /** How far it has been given the stream; it moves with what is queued. */
  readonly position: Position;
  readonly queue: ClientQueue;
  /** Whether it wants to know where the stream stands behind each portion. */
  readonly marked: boolean;
}

/** Readings that may fail one after the other before clients are told; with the waits between them about a minute. */
const MOST_FAILURES = 8;

/**
 * Reads what is new of one source, with one set of parameters, for all clients that follow it: again and again from the last x on, or by a
 * reader that goes on by itself. Each client gets what is after its own position. Who joins at a position from which more is new than for
 * the others makes the next reading begin there. The last to leave ends it.
 */
export class Follower {
  readonly #subject: LiveSubject;
  readonly #site: Site;
  readonly #pollMs: number;
  readonly #members = new Set<Subscriber>();
  /** They are members from the next reading on, which gives all that is new to them. */
  readonly #joining = new Set<Subscriber>();
  readonly #headers = new HeaderMemory();
  readonly #bell = new Bell();
  readonly #stop = new AbortController();
  #position: Position | undefined;
  /** Ends the reading at hand, where it does not end by itself. */
  #restart = new AbortController();
  #work: Promise<void> | undefined;

  /** @param pollMs how often it is asked for what is new, if nothing rings before */
  constructor(subject: LiveSubject, site: Site, pollMs: number) {
    this.#subject = subject;
    this.#site = site;
    this.#pollMs = pollMs;
  }

  get source(): DataSource {
    return this.#subject.source;
  }

  /** Whether it follows no more: everybody has left, or it has failed. */
  get isOver(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Gives a client from now on all that is new to it. */
  join(subscriber: Subscriber): void {
    const position = this.#position;
    if (position !== undefined && subscriber.position.covers(position)) this.#admit(subscriber, position);
    else {
      this.#joining.add(subscriber);
      this.ring();
      if (this.#follows) this.#restart.abort();
    }
    this.#work ??= this.#run();
  }

  /** Resolves when the client gets nothing more, and, where it was the last one, nothing is left of what was run for it. */
  async leave(subscriber: Subscriber): Promise<void> {
    this.#members.delete(subscriber);
    this.#joining.delete(subscriber);
    if (this.#members.size + this.#joining.size > 0) return;
    this.#stop.abort();
    await this.#work;
  }

  /** There may be something new. */
  ring(): void {
    this.#bell.ring();
  }

  /** Ends all clients. */
  end(error?: DasError): void {
    this.#stop.abort();
    for (const { queue } of [...this.#members, ...this.#joining]) queue.end(error);
  }

  get #follows(): boolean {
    return this.#subject.source.liveReader !== undefined;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.isOver) {
      this.#restart = new AbortController();
      const signal = AbortSignal.any([this.#stop.signal, this.#restart.signal]);
      let waitMs = this.#pollMs;
      try {
        await this.#read(this.#begin(), signal);
        failures = 0;
      } catch (error) {
        if (this.isOver) return;
        if (this.#restart.signal.aborted) continue;
        if (++failures >= MOST_FAILURES) {
          this.end(asDasError(error, "the live stream"));
          return;
        }
        waitMs = Math.min(waitMs, retryDelay(failures));
      }
      await this.#bell.wait(waitMs, this.#stop.signal);
    }
  }

  /** Where the next reading begins: where all is new that is new to anybody. */
  #begin(): Position {
    let position = this.#position;
    for (const one of this.#joining) {
      if (position === undefined) position = one.position.clone();
      else position.lower(one.position);
    }
    if (position === undefined) throw new DasError("INTERNAL", "a live stream without clients");
    this.#position = position;
    position.expect();
    for (const { position: own } of this.#members) own.expect(position);
    for (const one of this.#joining) this.#admit(one, position);
    this.#joining.clear();
    return position;
  }

  #admit(subscriber: Subscriber, position: Position): void {
    subscriber.position.expect(position);
    this.#members.add(subscriber);
    const items = this.#headers.all();
    if (items.length > 0) subscriber.queue.push({ items });
  }

  async #read(position: Position, signal: AbortSignal): Promise<void> {
    const { source, binUs } = this.#subject;
    // Times of programs are exact to the nanosecond only, and x is not to be cut off by that; computed points begin at the begin.
    const begin = source.requiresInterval || binUs !== undefined ? position.from : position.from - 1;
    const end = nowUs(this.#site);
    if (!this.#follows && end <= begin) return;
    const { stages, cut } = this.#follows
      ? planFollowing(this.#subject, begin, this.#site)
      : planReading(this.#subject, { begin, end }, this.#site);
    const options = livingOptions(this.#site, signal, this.#follows);
    const run = runPipelineItems(stages, { ...options, ...(cut === undefined ? {} : { cut }) });
    let isWhole = this.#follows;
    try {
      await this.#pass(run, position);
      isWhole = true;
    } finally {
      // What goes on by itself is in order of time: wherever it ends, all up to there has been given.
      if (isWhole) for (const own of [position, ...this.#positions()]) own.complete();
      run.cancel();
      await run.outcome;
    }
  }

  *#positions(): Iterable<Position> {
    for (const { position } of this.#members) yield position;
  }

  async #pass({ items }: PipelineItemsRun, position: Position): Promise<void> {
    const { binUs } = this.#subject;
    const bins = binUs === undefined ? undefined : new OpenBins(binUs);
    const give = (item: StreamItem): void => this.#give(item, position);
    for await (const portion of items)
      for (const item of portion)
        if (bins === undefined) give(item);
        else bins.push(item, give);
    bins?.end(give);
  }

  #give(item: StreamItem, position: Position): void {
    switch (item.kind) {
      case "stream":
      case "packet":
        if (this.#headers.isNew(item)) for (const { queue } of this.#members) queue.push({ items: [item] });
        break;
      case "data": {
        const taken = position.take(item.batch);
        if (taken !== undefined) this.#handOut(lasting(taken));
        break;
      }
      case "exception":
        if (item.exception.type !== "NoDataInInterval")
          throw new DasError("READER_FAILED", item.exception.message);
        break;
      case "comment":
        break;
      default:
        item satisfies never;
    }
  }

  #handOut(batch: PacketBatch): void {
    for (const { position, queue, marked } of this.#members) {
      const own = position.take(batch);
      if (own === undefined) continue;
      const items: readonly StreamItem[] = [{ kind: "data", batch: own }];
      queue.push(marked ? { items, mark: position.toText() } : { items });
    }
  }
}

/** The batch in memory that is used for nothing else. */
function lasting(batch: PacketBatch): PacketBatch {
  return batch.lasts === true ? batch : { ...batch, bytes: new Uint8Array(batch.bytes), lasts: true };
}
