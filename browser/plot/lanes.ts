/**
 * Requests that are on their way at once, for all sources of a page: a browser has six connections to a server, and the question whether it
 * is there at all must find one of them free.
 */
export class Lanes {
  #free: number;
  /** Those who wait, the first come first; each is told when a lane is its own. */
  readonly #waiting = new Set<() => void>();

  constructor(count = 4) {
    this.#free = count;
  }

  /** Waits for a lane; gives what leaves it again, or nothing where nobody waits any more. */
  async enter(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined;
    if (this.#free > 0) this.#free--;
    else if (!(await this.#turn(signal))) return undefined;
    let isLeft = false;
    return () => {
      if (!isLeft) this.#handOn();
      isLeft = true;
    };
  }

  #turn(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const leave = () => {
        this.#waiting.delete(take);
        resolve(false);
      };
      const take = () => {
        signal.removeEventListener("abort", leave);
        resolve(true);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.add(take);
    });
  }

  #handOn(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
