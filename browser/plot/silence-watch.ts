import type { Clock } from "./clock.js";

/** So long may a server that computes be silent before it is asked whether it is there, ms. */
export const SILENT_MS = 2500;
/** So long may it take to say that it is, ms. */
export const PROBE_MS = 2500;

/** What a watch needs. */
export interface WatchHost {
  readonly clock: Clock;
  /** Asks a server for the least that it can say; false where nothing comes, also when the signal ends the question. */
  readonly isThere: (signal: AbortSignal) => Promise<boolean>;
  /** The server does not answer. Told once. */
  readonly gone: () => void;
}

/**
 * Watches a request that is on its way. A server may take its time to compute, so silence alone says nothing: it is asked whether it is there,
 * again and again while the silence lasts.
 */
export class SilenceWatch {
  readonly #host: WatchHost;
  #undo: () => void;
  #isOver = false;
  #words = 0;

  constructor(host: WatchHost) {
    this.#host = host;
    this.#undo = host.clock.after(SILENT_MS, () => void this.#probe());
  }

  /** Something has come. */
  heard(): void {
    this.#words++;
    if (this.#isOver) return;
    this.#undo();
    this.#undo = this.#host.clock.after(SILENT_MS, () => void this.#probe());
  }

  /** The request has ended. */
  stop(): void {
    this.#isOver = true;
    this.#undo();
  }

  async #probe(): Promise<void> {
    const words = this.#words;
    const isThere = await isThereSoon(this.#host);
    if (this.#isOver || words !== this.#words) return;
    if (isThere) {
      this.heard();
      return;
    }
    this.stop();
    this.#host.gone();
  }
}

/** Whether a server answers within {@link PROBE_MS}. */
export async function isThereSoon({ clock, isThere }: Omit<WatchHost, "gone">): Promise<boolean> {
  const stop = new AbortController();
  const undo = clock.after(PROBE_MS, () => stop.abort());
  try {
    return await isThere(stop.signal);
  } finally {
    undo();
  }
}
