import type { Stage } from "../../dsdf/stage.js";
import { DasError } from "../../errors/das-error.js";
import { type PipelineItemsRun, runPipelineItems } from "../../pipeline/run.js";
import type { PacketBatch, StreamItem } from "../../stream/model.js";
import { us2000ToTime } from "../../stream/time.js";
import { dataRun } from "../data/data-run.js";
import { stageRecord } from "../data/run-body.js";
import type { QueryContext } from "../query.js";
import type { LivePortion } from "./client-queue.js";
import type { HeaderMemory } from "./header-memory.js";
import { binBegin, type LiveSubject, livingOptions, nowUs, planReading } from "./live-reading.js";
import { OpenBins } from "./open-bins.js";
import type { Position } from "./position.js";

/** What has been, before what comes: in up to two parts, each a run of programs. */
export interface HistoryOptions {
  readonly context: QueryContext;
  readonly subject: LiveSubject;
  /** Begin of what may be read, us2000: bins that begin before are made of what is behind it. */
  readonly notBefore: number;
  /** Moves with what is given. */
  readonly position: Position;
  readonly headers: HeaderMemory;
  readonly marked: boolean;
  /** Where the history ends, if it does so before now, us2000. */
  readonly until: number | undefined;
  /** Whether something follows, so that a bin which is still open is left to that. */
  readonly follows: boolean;
  readonly signal: AbortSignal;
}

/** A part that is being read. */
interface Part {
  readonly stages: readonly Stage[];
  readonly run: PipelineItemsRun;
  /** Whether its last bin may be open. */
  readonly isOpen: boolean;
}

/**
 * The records from the position on. What is older than `liveDelay` of the source comes as for any request, from blocks as far as there are
 * any; what is younger from the reader itself, for blocks may lack what has come since they were built.
 */
export class History {
  readonly #options: HistoryOptions;
  readonly #stages: Stage[] = [];
  /** End of what blocks may be used for, us2000. */
  readonly #settled: number;
  #first: Part | undefined;

  constructor(options: HistoryOptions) {
    const { subject, context, until } = options;
    this.#options = options;
    const { liveDelaySeconds } = subject.source.freshness;
    const settled = binBegin(subject, nowUs(context.site) - liveDelaySeconds * 1e6);
    this.#settled = until === undefined ? settled : Math.min(settled, until);
  }

  /** Starts the first part and waits for its first bytes. Errors: those of a pipeline that fails before it writes. */
  async start(): Promise<void> {
    this.#first = (await this.#older()) ?? this.#younger();
    await this.#first?.run.started;
  }

  /** All of it. Errors: those of a pipeline. */
  async *portions(): AsyncGenerator<LivePortion, void, undefined> {
    const { position, subject } = this.#options;
    position.expect();
    const first = this.#first;
    if (first !== undefined) yield* this.#read(first);
    if (first !== undefined && !first.isOpen) {
      const second = this.#younger();
      if (second !== undefined) yield* this.#read(second);
    }
    position.complete();
    // Of a source that has been silent for so long not all is to be read again and again.
    if (subject.source.freshness.liveDelaySeconds > 0) position.skipTo(this.#settled);
  }

  /** What has settled, by the way of all requests; `undefined`: there is none, or no cache that would make a difference. */
  async #older(): Promise<Part | undefined> {
    const { context, subject, position } = this.#options;
    const { site } = context;
    const { source, query } = subject;
    if (site.config.cacheRoot === undefined || source.cacheLevels.length === 0) return undefined;
    if (position.from >= this.#settled) return undefined;
    const range = { begin: us2000ToTime(position.from), end: us2000ToTime(this.#settled) };
    const reading = { begin: this.#readingBegin(), end: range.end };
    const planned = await dataRun(source, { ...query, ...range, requested: range, reading }, context);
    const run = runPipelineItems(planned.stages, { ...planned.options(), signal: this.#options.signal });
    void run.outcome.then(planned.onEnd);
    return this.#part(planned.stages, run, false);
  }

  /** Whole bins, as far as they may be read. */
  #readingBegin() {
    const { subject, position, notBefore } = this.#options;
    return us2000ToTime(Math.max(notBefore, binBegin(subject, position.from)));
  }

  /** From the end of the older part to now. */
  #younger(): Part | undefined {
    const { context, subject, position, follows, until, signal, notBefore } = this.#options;
    const { site } = context;
    const isSecond = this.#stages.length > 0;
    const begin = isSecond ? Math.max(this.#settled, position.from) : position.from;
    const now = nowUs(site);
    const end = until === undefined ? now : Math.min(now, until);
    if (end <= begin) return undefined;
    const { stages, cut } = planReading(subject, { begin, end, notBefore, isClosed: !follows }, site);
    const options = livingOptions(site, signal, false);
    const run = runPipelineItems(stages, { ...options, ...(cut === undefined ? {} : { cut }) });
    return this.#part(stages, run, true);
  }

  #part(stages: readonly Stage[], run: PipelineItemsRun, isOpen: boolean): Part {
    const at = this.#stages.length;
    this.#stages.push(...stages);
    const { trace } = this.#options.context;
    void run.outcome.then((outcome) => {
      const records = stages.map((stage, index) =>
        stageRecord(stage, run.statuses[index], run.times[index], trace.startMs),
      );
      trace.stages = [...trace.stages.slice(0, at), ...records, ...trace.stages.slice(at + stages.length)];
      if (outcome.kind === "failed") trace.error = outcome.error;
    });
    return { stages, run, isOpen };
  }

  async *#read({ run, isOpen }: Part): AsyncGenerator<LivePortion, void, undefined> {
    const { subject, follows } = this.#options;
    const bins = subject.binUs !== undefined && isOpen && follows ? new OpenBins(subject.binUs) : undefined;
    let given: StreamItem[] = [];
    const give = (item: StreamItem): void => this.#give(item, (one) => given.push(one));
    const take = (): LivePortion | undefined => {
      const items = given;
      given = [];
      if (items.length === 0) return undefined;
      return this.#options.marked ? { items, mark: this.#options.position.toText() } : { items };
    };
    for await (const portion of run.items) {
      for (const item of portion)
        if (bins === undefined) give(item);
        else bins.push(item, give);
      const some = take();
      if (some !== undefined) yield some;
    }
    bins?.end(give);
    const last = take();
    if (last !== undefined) yield last;
  }

  #give(item: StreamItem, emit: (item: StreamItem) => void): void {
    const { position, headers } = this.#options;
    switch (item.kind) {
      case "stream":
      case "packet":
        if (headers.isNew(item)) emit(item);
        break;
      case "data": {
        const batch: PacketBatch | undefined = position.take(item.batch);
        if (batch !== undefined) emit({ kind: "data", batch });
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
}
