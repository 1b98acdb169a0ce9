import { setImmediate as nextTurn } from "node:timers/promises";
import { asDasError, type DasError } from "../errors/das-error.js";

/** How long one link may compute before it lets the rest of the server run, ms. */
export const TURN_MS = 10;

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
