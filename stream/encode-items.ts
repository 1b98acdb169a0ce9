import { Gather } from "./gather.js";
import type { ItemSource, StreamEncoder, StreamItem } from "./model.js";

/**
 * The bytes that `encoder` makes of `source`, in pieces of at least 64 KiB; what has been gathered is given
 * earlier with the first portion and whenever the source has nothing more ready. Each piece ends where a write
 * of the encoder ended (for das2 that is the end of a packet) and belongs to the consumer for good. Leaving
 * early ends the source.
 * Errors: those of the source and the encoder, after the bytes of what came before.
 */
export async function* encodeItems(
  source: ItemSource,
  encoder: StreamEncoder,
): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces = new Gather();
  const flush = () => {
    encoder.flush?.(pieces.write);
    return pieces.takeAll();
  };
  const iterator = source[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<readonly StreamItem[], unknown>> | undefined;
  let state: "first" | "gathering" | "flushed" | "done" = "first";
  try {
    for (;;) {
      next = iterator.next();
      if (state === "gathering" && (await pauses(next))) {
        state = "flushed";
        yield* flush();
      }
      const step = await next;
      next = undefined;
      if (step.done) break;
      for (const item of step.value) encoder.push(item, pieces.write);
      yield* state === "first" ? flush() : pieces.takeFull();
      state = "gathering";
    }
    state = "done";
    encoder.end(pieces.write);
    yield* pieces.takeAll();
    if (encoder.rest !== undefined) yield* encoder.rest();
  } catch (error) {
    // A source that throws has ended.
    if (next !== undefined) state = "done";
    yield* flush();
    throw error;
  } finally {
    encoder.close?.();
    if (state !== "done") {
      const closed = iterator.return?.();
      // A generator that waits for its own input closes only after that: nobody waits for it here.
      if (next === undefined) await closed;
      else {
        next.catch(() => {});
        closed?.catch(() => {});
      }
    }
  }
}

/** Whether a source lets its consumer wait: what is at hand settles within one turn of the event loop. */
async function pauses(next: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  next.then(settle, settle);
  // A chain of generators whose input is there needs some steps, but no turn.
  for (let i = 0; i < 8 && !settled; i++) await undefined;
  if (settled) return false;
  await new Promise<void>((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
  return !settled;
}
