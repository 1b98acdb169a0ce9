import { wholeTurn } from "../../pipeline/waiting.js";
import type { Body } from "../http.js";

/** What fits into the buffers of a connection at once. */
const MOST_BYTES = 64 * 1024;

type Step = IteratorResult<Uint8Array>;

/**
 * A body as a whole where it is short and ends without a wait, so that it is sent in one piece with its length; else as it comes. A body
 * that fails is one that comes, up to there.
 */
export async function wholeIfShort(body: AsyncIterable<Uint8Array>): Promise<Body> {
  const source = body[Symbol.asyncIterator]();
  const turn = wholeTurn();
  const taken: Uint8Array[] = [];
  let bytes = 0;
  let coming: Promise<Step>;
  do {
    coming = source.next();
    const step = await Promise.race([settled(coming), turn]);
    if (step === "turn" || step === "failed") break;
    if (step.done === true)
      return taken.length === 1 && taken[0] !== undefined ? taken[0] : Buffer.concat(taken);
    taken.push(step.value);
    bytes += step.value.length;
  } while (bytes <= MOST_BYTES);
  return resumed(taken, bytes > MOST_BYTES ? undefined : coming, source);
}

function settled(coming: Promise<Step>): Promise<Step | "failed"> {
  return coming.then(
    (step) => step,
    () => "failed" as const,
  );
}

/** What was taken, then what is coming, then the rest. */
function resumed(
  taken: readonly Uint8Array[],
  coming: Promise<Step> | undefined,
  source: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  let at = 0;
  let next = coming;
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      const value = taken[at++];
      if (value !== undefined) return { done: false, value };
      const first = next ?? source.next();
      next = undefined;
      return await first;
    },
    async return() {
      return (await source.return?.()) ?? { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
