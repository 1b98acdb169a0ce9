import { DasError } from "../errors/das-error.js";
import { Gather, PIECE_BYTES } from "../stream/gather.js";
import { Turn, whenAborted, wholeTurn } from "./waiting.js";

/** A built-in program that gives bytes, at work. */
export interface BytesLink {
  readonly source: AsyncIterable<Uint8Array>;
  readonly stop: AbortSignal;
  /** Called when something was read. */
  readonly onProgress: () => void;
}

/**
 * Runs a built-in program that gives bytes: pieces of 64 KiB as long as they come without a pause, and what there is when they
 * pause. Long pieces are divided, not copied, so that no consumer has to take more than that at once.
 *
 * Ends well whatever happens to the program: what it gave before it failed is given out, then `done` tells of the failure. Stops
 * reading as soon as nothing more is wanted.
 *
 * @param done called once: how it ended, as {@link endOfBytes} judges it
 */
export async function* runBytes(
  { source, stop, onProgress }: BytesLink,
  done: (end: BytesEnd) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const gather = new Gather();
  const iterator = source[Symbol.asyncIterator]();
  const stopped = whenAborted(stop);
  let total = 0;
  let failure: DasError | undefined;
  let exhausted = false;
  const turn = new Turn();
  try {
    while (!stop.aborted) {
      const coming = stopped.or(iterator.next());
      if (gather.pending > 0 && (await Promise.race([coming, wholeTurn()])) === "turn")
        yield* gather.takeAll();
      const got = await coming;
      if (got === "stopped") break;
      if (got instanceof DasError || got.done === true) {
        exhausted = true;
        failure = got instanceof DasError ? got : undefined;
        break;
      }
      onProgress();
      total += got.value.length;
      if (got.value.length < PIECE_BYTES) {
        gather.write(got.value);
        yield* gather.takeFull();
      } else {
        yield* gather.takeAll();
        yield* divided(got.value);
      }
      if (turn.isOver) await turn.next();
    }
    yield* gather.takeAll();
  } finally {
    stopped.forget();
    // Not waited for: a program in the middle of something returns when it next looks at its signal.
    if (!exhausted) void iterator.return?.(undefined)?.catch(() => undefined);
    done(endOfBytes(failure, total));
  }
}

/** Views of a long piece, each at most 64 KiB. */
function* divided(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

/** How a program that gives bytes ended: well, with nothing to give, or with an error. */
export type BytesEnd =
  | { readonly kind: "ended" }
  | { readonly kind: "no data"; readonly message: string }
  | { readonly kind: "failed"; readonly error: DasError };

/**
 * Judges the end of a program that gives bytes, the same for a process and inside the server: NO_DATA before the first byte is no
 * failure. After it, it is one like any other, for half a file must not pass for a whole one.
 *
 * @param given bytes that it gave
 */
export function endOfBytes(error: DasError | undefined, given: number): BytesEnd {
  if (error === undefined) return { kind: "ended" };
  if (error.code !== "NO_DATA") return { kind: "failed", error };
  if (given === 0) return { kind: "no data", message: error.message };
  const what = "the reader found nothing more after it had begun its file";
  return { kind: "failed", error: new DasError("READER_FAILED", what, { given }, error) };
}
