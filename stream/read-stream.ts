import type { KnownHeaders } from "./known-headers.js";
import type { StreamLimits } from "./limits.js";
import type { StreamItem } from "./model.js";
import { StreamParser } from "./stream-parser.js";

/**
 * Bytes that are read and dropped after an exception, so that their writer can end in its own way; one that
 * goes on for longer is left.
 */
const MOST_IGNORED_BYTES = 1 << 20;

/**
 * The items of a das2 stream, one portion for each piece of `source` (more where it is compressed). A portion
 * is used up when the next one is asked for; so is the piece it came from. Errors: those of
 * {@link StreamParser}, after what was decoded before.
 *
 * @param known as {@link StreamParser} takes them
 */
export async function* readStream(
  source: AsyncIterable<Uint8Array>,
  limits?: Partial<StreamLimits>,
  known?: KnownHeaders,
): AsyncGenerator<readonly StreamItem[], void, undefined> {
  const parser = new StreamParser(limits, known);
  let ignored = 0;
  for await (const piece of source) {
    if (parser.ended) {
      ignored += piece.length;
      if (ignored > MOST_IGNORED_BYTES) return;
    } else {
      yield* parser.portions(piece);
      if (parser.failure !== undefined) throw parser.failure;
    }
  }
  const last = parser.end();
  if (last.length > 0) yield last;
}
