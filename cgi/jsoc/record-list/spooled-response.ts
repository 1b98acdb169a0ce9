import type { Response } from "../../http.js";
import { JSON_TYPE, type JsonValue, jsonPieces, jsonText } from "../json.js";
import type { ColumnSpool } from "./column-spool.js";

/** An answer of less is one piece with its length. */
const WHOLE_LENGTH = 1 << 20;

/**
 * The answer of a spool as an object.
 * @param members the members before those of `end`, each followed by a comma
 * Errors: those of the file system.
 */
export function spooledObject(
  spool: ColumnSpool,
  members: AsyncIterable<string | Uint8Array>,
  end: { readonly [name: string]: JsonValue },
): Promise<Response> {
  return spooledResponse(spool, wholeObject(members, jsonText(end)), JSON_TYPE);
}

/** The answer of a spool, which is closed when it was sent, or when nobody wants it. Errors: those of the file system. */
export async function spooledResponse(
  spool: ColumnSpool,
  parts: AsyncIterable<string | Uint8Array>,
  type: string,
): Promise<Response> {
  const pieces = jsonPieces(parts);
  const headers = [["Content-Type", type]] as const;
  if (spool.length > WHOLE_LENGTH)
    return { status: 200, headers, body: closing(pieces, () => spool.close()) };
  const whole: Uint8Array[] = [];
  for await (const piece of pieces) whole.push(piece);
  await spool.close();
  return { status: 200, headers, body: Buffer.concat(whole) };
}

/** @param end an object of its own, whose members are the last ones */
async function* wholeObject(
  members: AsyncIterable<string | Uint8Array>,
  end: string,
): AsyncGenerator<string | Uint8Array> {
  yield "{";
  yield* members;
  yield `${end.slice(1)}\n`;
}

/** A body that lets go of something at its end, also where not one piece was asked for: a generator that has not begun has no end. */
function closing(body: AsyncGenerator<Uint8Array>, close: () => Promise<void>): AsyncIterable<Uint8Array> {
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      try {
        const step = await body.next();
        if (step.done === true) await close();
        return step;
      } catch (error) {
        await close();
        throw error;
      }
    },
    async return() {
      await body.return(undefined);
      await close();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
