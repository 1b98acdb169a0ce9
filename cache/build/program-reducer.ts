import type { Stage } from "../../dsdf/stage.js";
import { DasError } from "../../errors/das-error.js";
import type { ProgramLookup } from "../../pipeline/options.js";
import { runPipelineItems } from "../../pipeline/run.js";
import { cutRange } from "../../reducers/range-cut.js";
import type { ItemSource, StreamItem } from "../../stream/model.js";
import type { ReaderProgram } from "../../stream/program.js";
import { type BlockReducer, records } from "./block-reducer.js";
import type { EmitLevel } from "./level-item.js";
import type { BlockUs } from "./open-blocks.js";
import type { BuildSurroundings } from "./surroundings.js";

/** What stands for the packets of a block in the pipeline of its reducer; no program that is spawned can have the name. */
const FEED = "\0block";

/** Bytes that may wait for a program before the reader has to. */
const MOST_WAITING_BYTES = 1 << 20;

/**
 * A reducer that is a program of its own, or several: a pipeline for each block, fed with its packets. Its records are given
 * as they come, those with x outside of the block left out.
 */
export function programReducer(
  stages: readonly Stage[],
  us: BlockUs,
  around: BuildSurroundings,
  signal: AbortSignal,
  emit: EmitLevel,
): BlockReducer {
  return new PipelineReducer(stages, us, around, signal, emit);
}

class PipelineReducer implements BlockReducer {
  readonly #feed = new Feed();
  readonly #done: Promise<void>;
  readonly #stop = new AbortController();
  #failure: { readonly error: unknown } | undefined;

  constructor(
    stages: readonly Stage[],
    us: BlockUs,
    { pipelineOptions: { slots: _, ...options } }: BuildSurroundings,
    signal: AbortSignal,
    emit: EmitLevel,
  ) {
    const reader: ReaderProgram = { kind: "reader", name: FEED, help: "", open: () => this.#feed.items() };
    const programs: ProgramLookup = (name) =>
      name === FEED ? Promise.resolve(reader) : options.programs(name);
    const feeding: Stage = { role: "reader", argv: [FEED], env: {} };
    const run = runPipelineItems([feeding, ...stages], {
      ...options,
      programs,
      signal: AbortSignal.any([signal, this.#stop.signal]),
    });
    const cut = cutRange(us);
    const take = records(emit);
    this.#done = (async () => {
      for await (const items of run.items) for (const item of items) cut.push(item, take);
      const outcome = await run.outcome;
      if (outcome.kind === "failed") throw outcome.error;
      if (outcome.kind === "cancelled") throw new DasError("CANCELLED", "the making of a block was given up");
    })();
    this.#done.catch((error: unknown) => {
      this.#failure = { error };
      this.#feed.close();
    });
  }

  get busy(): Promise<void> | undefined {
    return this.#failure === undefined ? this.#feed.busy : undefined;
  }

  push(item: StreamItem): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#feed.push(item);
  }

  end(): Promise<void> {
    this.#feed.end();
    return this.#done;
  }

  abandon(): void {
    this.#stop.abort();
    this.#feed.close();
  }
}

/** Items that wait to be taken. */
class Feed {
  #items: StreamItem[] = [];
  #bytes = 0;
  #isEnded = false;
  #wake: (() => void) | undefined;
  #drained: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  /** Resolves when enough has been taken. */
  get busy(): Promise<void> | undefined {
    return this.#drained?.promise;
  }

  push(item: StreamItem): void {
    if (this.#isEnded) return;
    if (item.kind === "data") {
      const bytes = new Uint8Array(item.batch.bytes);
      this.#items.push({ kind: "data", batch: { ...item.batch, bytes } });
      this.#bytes += bytes.length;
      if (this.#bytes > MOST_WAITING_BYTES) this.#drained ??= resolvable();
    } else this.#items.push(item);
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  /** Nobody takes anything any more. */
  close(): void {
    this.#items = [];
    this.end();
    this.#drained?.resolve();
    this.#drained = undefined;
  }

  async *items(): ItemSource {
    for (;;) {
      if (this.#items.length > 0) {
        const items = this.#items;
        this.#items = [];
        this.#bytes = 0;
        this.#drained?.resolve();
        this.#drained = undefined;
        yield items;
      } else if (this.#isEnded) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

function resolvable(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
