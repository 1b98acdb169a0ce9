import { packLog } from "./pack-log.js";

/** How long somebody waits for a file that is being decoded. */
export interface PackWait {
  readonly signal?: AbortSignal;
  /** Until it has turned out to decode to more than so many bytes; missing: to the end. */
  readonly mostBytes?: number;
}

/** One who waits, and how he is told to wait no longer. */
interface Waiter {
  readonly mostBytes: number;
  readonly leave: () => void;
}

/** What this process is packing, by its path: whoever comes meanwhile waits for the same. */
const running = new Map<string, SharedPack>();

/**
 * As {@link packLog}, once for all who want the same meanwhile; it stops when nobody waits any more.
 * @returns whether it was done; `false` for one that is longer than is waited for
 * Errors: those of node:fs; that of the signal.
 */
export async function packOnce(coded: string, path: string, wait: PackWait = {}): Promise<boolean> {
  wait.signal?.throwIfAborted();
  const known = running.get(path) ?? new SharedPack(coded, path);
  return known.wait(wait);
}

class SharedPack {
  readonly #path: string;
  readonly #done: Promise<void>;
  readonly #stopping = new AbortController();
  readonly #waiters = new Set<Waiter>();
  /** Bytes that were decoded. */
  #size = 0;

  /** Begins; somebody has to wait for it. */
  constructor(coded: string, path: string) {
    this.#path = path;
    running.set(path, this);
    this.#done = packLog(coded, path, this.#stopping.signal, (size) => this.#grown(size)).finally(() =>
      this.#forget(),
    );
  }

  async wait({ signal, mostBytes = Number.POSITIVE_INFINITY }: PackWait): Promise<boolean> {
    let leave = (): void => undefined;
    const left = new Promise<false>((resolve) => {
      leave = () => resolve(false);
    });
    const waiter: Waiter = { mostBytes, leave };
    this.#waiters.add(waiter);
    signal?.addEventListener("abort", leave, { once: true });
    this.#grown(this.#size);
    try {
      const isDone = await Promise.race([this.#done.then(() => true), left]);
      if (!isDone) signal?.throwIfAborted();
      return isDone;
    } finally {
      signal?.removeEventListener("abort", leave);
      this.#waiters.delete(waiter);
      if (this.#waiters.size === 0) await this.#stop();
    }
  }

  #grown(size: number): void {
    this.#size = size;
    for (const { mostBytes, leave } of this.#waiters) if (size > mostBytes) leave();
  }

  /** Ends what nobody waits for, so that nothing of it is left on the disk; whoever comes from now on begins anew. */
  async #stop(): Promise<void> {
    this.#forget();
    this.#stopping.abort();
    await this.#done.catch(() => undefined);
  }

  #forget(): void {
    if (running.get(this.#path) === this) running.delete(this.#path);
  }
}
