import type { LogFile } from "../log-files.js";
import { makeReadable, openLog } from "../open-log.js";
import type { LogIndexes } from "./log-indexes.js";

/** Bytes that are looked through before what was found is kept. */
const STEP_BYTES = 16 * 1024 * 1024;

/** Told of the bytes of a file that are known now. */
export type OnStep = (known: number) => void;

/**
 * Makes one file readable and its index whole; a file too short for an index has none.
 * Errors: those of node:fs; that of `signal`, after the step that is being done.
 */
export async function indexWhole(
  log: LogFile,
  indexes: LogIndexes,
  signal: AbortSignal,
  onStep: OnStep = () => undefined,
): Promise<void> {
  await makeReadable(log, { signal });
  const file = await openLog(log);
  if (file === undefined) return;
  try {
    for (let before = -1; ; ) {
      signal.throwIfAborted();
      const known = await indexes.look(log, file, STEP_BYTES);
      if (known === undefined) return;
      onStep(known.state.end);
      if (known.state.end === before) return;
      before = known.state.end;
    }
  } finally {
    await file.close();
  }
}

/** Makes the indexes of files whole while other requests are answered, one file at a time, newest first. */
export class IndexWork {
  readonly #indexes: LogIndexes;
  /** Bytes of each file when nothing more could be done for it. */
  readonly #done = new Map<string, number>();
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(indexes: LogIndexes) {
    this.#indexes = indexes;
  }

  /** Begins, unless it is at work. Never throws. */
  start(files: readonly LogFile[]): Promise<void> {
    this.#running ??= this.#run(files).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Stops after the step that is being done. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(files: readonly LogFile[]): Promise<void> {
    const { signal } = this.#stopping;
    for (const log of files) {
      if (this.#done.get(log.path) === log.bytes) continue;
      // A file that cannot be read has no index; whoever looks at it is told.
      await indexWhole(log, this.#indexes, signal).catch(() => undefined);
      if (signal.aborted) return;
      this.#done.set(log.path, log.bytes);
    }
    for (const path of this.#done.keys())
      if (!files.some((log) => log.path === path)) this.#done.delete(path);
  }
}
