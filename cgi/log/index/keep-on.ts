import type { LogFile } from "../log-files.js";
import { openLog } from "../open-log.js";
import type { LogIndexes } from "./log-indexes.js";

/** Bytes that are looked through before what was found is kept. */
const STEP_BYTES = 16 * 1024 * 1024;

/** Makes the indexes of files whole while other requests are answered, one file at a time, newest first. */
export class IndexWork {
  readonly #indexes: LogIndexes;
  /** Bytes of each file when nothing more could be done for it. */
  readonly #done = new Map<string, number>();
  #running: Promise<void> | undefined;
  #stopped = false;

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
    this.#stopped = true;
    await this.#running;
  }

  async #run(files: readonly LogFile[]): Promise<void> {
    // A file that cannot be read has no index; whoever looks at it is told.
    for (const log of files) {
      if (log.isCoded || this.#done.get(log.path) === log.bytes) continue;
      // A file that cannot be read has no index; whoever looks at it is told.
      await this.#file(log).catch(() => undefined);
      if (!this.#stopped) this.#done.set(log.path, log.bytes);
    }
    for (const path of this.#done.keys())
      if (!files.some((log) => log.path === path)) this.#done.delete(path);
  }

  async #file(log: LogFile): Promise<void> {
    const file = await openLog(log.path);
    if (file === undefined) return;
    try {
      for (let before = -1; !this.#stopped; ) {
        const known = await this.#indexes.look(log, file, STEP_BYTES);
        if (known === undefined || known.state.end === before) return;
        before = known.state.end;
      }
    } finally {
      await file.close();
    }
  }
}
