import { setImmediate as nextTurn } from "node:timers/promises";
import { asDasError, type DasError } from "../errors/das-error.js";
import { clockMs } from "./clock.js";

/** How long one link may compute before it lets the rest of the server run, ms. */
export const TURN_MS = 10;

/** The turn of the event loop in which a link computes. */
export class Turn {
  #began = clockMs();

  /** Whether it is time for others. */
  get isOver(): boolean {
    return clockMs() - this.#began > TURN_MS;
  }

  /** Resolves when others have had theirs. */
  async next(): Promise<void> {
    await nextTurn();
    this.#began = clockMs();
  }
}

/**
 * Resolves after one whole turn of the event loop: a source that has given nothing by then makes a pause. The first turn may
 * already be over its reading of sockets and pipes; the second one reads them.
 */
export async function wholeTurn(): Promise<"turn"> {
  await nextTurn();
  await nextTurn();
  return "turn";
}

/**
 * A promise of the next portion of a reader that also resolves when `signal` is aborted; its failure is a value. Holds on to one
 * portion at most.
 */
export function whenAborted(signal: AbortSignal): {
  or: <T>(promise: Promise<T>) => Promise<T | DasError | "stopped">;
  forget: () => void;
} {
  // Not Promise.race with one promise for all portions: that would keep a reaction for each of them.
  let wake = (): void => undefined;
  const onAbort = (): void => wake();
  signal.addEventListener("abort", onAbort);
  return {
    or: (promise) =>
      new Promise((resolve) => {
        wake = () => resolve("stopped");
        if (signal.aborted) wake();
        promise.then(resolve, (error) => resolve(asDasError(error, "a reader")));
      }),
    forget: () => signal.removeEventListener("abort", onAbort),
  };
}
