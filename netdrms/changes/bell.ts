/** What ended a wait. */
export type Waking = "rung" | "time" | "stopped";

/** Wakes who waits for something to happen; what happens before the wait is not missed. */
export class Bell {
  #isRung = false;
  #wake: () => void = () => undefined;

  ring(): void {
    this.#isRung = true;
    this.#wake();
  }

  /**
   * Waits until it rings, or has rung since the last wait.
   * @param ms the longest wait
   * @param signal stops the wait
   */
  async wait(ms: number, signal: AbortSignal): Promise<Waking> {
    let timer: NodeJS.Timeout | undefined;
    let stop: () => void = () => undefined;
    try {
      if (signal.aborted) return "stopped";
      const waking = this.#isRung
        ? "rung"
        : await new Promise<Waking>((resolve) => {
            this.#wake = () => resolve("rung");
            stop = () => resolve("stopped");
            signal.addEventListener("abort", stop);
            timer = setTimeout(() => resolve("time"), ms);
          });
      if (waking === "rung") this.#isRung = false;
      return waking;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      this.#wake = () => undefined;
    }
  }
}
