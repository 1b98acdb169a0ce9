import { asDasError, DasError } from "../errors/das-error.js";
import { ItemChain } from "./item-chain.js";
import type { ItemSource, StreamItem, StreamTransform } from "./model.js";
import { Portion } from "./portion.js";

/** What the surroundings want to know of a stream that they pass on. */
export interface FailureOptions {
  /**
   * Called once, before the exception item is given, with what went wrong: the code tells the exit status
   * (`OUTCOME`), `where` and `cause` are for the log. Not called for an exception item that the source itself
   * holds, nor for NO_DATA: these were delivered well.
   */
  readonly onFailure?: ((error: DasError) => void) | undefined;
}

/**
 * The items of `source` as the transforms change them, one after the other; none at all only puts failures in band.
 * What fails becomes, after what was emitted before, an exception item, as {@link ItemChain} says; the result itself
 * never throws. After an exception of the source the rest of it is read and dropped, so that its writer can end in
 * its own way.
 *
 * Leaving early ends the source. Batches last as long as those of the source.
 * Source: das2-stream A13, reducers 1.3, 14.3.
 */
export async function* applyTransform(
  source: ItemSource,
  transforms: StreamTransform | readonly StreamTransform[],
  options: FailureOptions = {},
): AsyncGenerator<readonly StreamItem[], void, undefined> {
  const output = new Portion();
  const chain = new ItemChain("end" in transforms ? [transforms] : transforms, output.add);
  const iterator = source[Symbol.asyncIterator]();
  let open = true;
  let told = false;
  let reported = false;
  try {
    while (open && (told || !chain.closed)) {
      const step = await iterator.next().catch((error: unknown) => asDasError(error, "the source"));
      output.current = undefined;
      if (step instanceof DasError) {
        open = false;
        chain.fail(step);
      } else if (step.done) {
        open = false;
        chain.end();
      } else
        for (const item of step.value) {
          if (!chain.closed) told ||= item.kind === "exception";
          output.current = item.kind === "data" ? item.batch : undefined;
          chain.push(item);
        }
      if (chain.failure !== undefined && !reported) {
        reported = true;
        options.onFailure?.(chain.failure.error);
      }
      const items = output.take();
      if (items.length > 0) yield items;
    }
  } finally {
    if (open) await iterator.return?.();
  }
}
