import { asDasError } from "../../errors/das-error.js";
import type { BuildQueue } from "../queue/build-queue.js";
import type { Wishes } from "../queue/wishes.js";
import { Repeated } from "./repeated.js";

/** How often it is looked for wishes, ms. */
const LOOK_MS = 1000;
/** Wishes that are taken at once. */
const AT_ONCE = 500;

/**
 * Brings what programs of one request wish for to the queue, until it is stopped. A queue that is away loses the wishes that were taken at
 * that moment: whoever needs them wishes again.
 * @param log takes a line on what goes wrong, each once in turn
 * @param lookMs how often it is looked for wishes, ms
 */
export function relayWishes(
  wishes: Wishes,
  queue: Pick<BuildQueue, "add">,
  log: (line: string) => void,
  lookMs = LOOK_MS,
): Repeated {
  let last = "";
  return new Repeated(lookMs, async () => {
    try {
      for (;;) {
        const jobs = await wishes.take(AT_ONCE);
        if (jobs.length > 0) await queue.add(jobs);
        if (jobs.length < AT_ONCE) break;
      }
      last = "";
    } catch (error) {
      const { message } = asDasError(error, "the taking of wishes");
      if (message !== last) log(`wishes for builds: ${message}`);
      last = message;
    }
  });
}
