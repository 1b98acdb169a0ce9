import { parentPort } from "node:worker_threads";
import { DasError } from "../errors/das-error.js";
import { type DecodeJob, decodeTiles, type EncodeJob, encodeTiles } from "./tile-codec.js";

// A thread of the pool: a job in, its pixels or bytes out, moved rather than copied.

/** What the pool sends. */
export type TileRequest =
  | { readonly number: number; readonly decode: DecodeJob }
  | { readonly number: number; readonly encode: EncodeJob };

/** What a thread answers; an error as its code and message, for its class does not survive the way. */
export type TileReply =
  | { readonly number: number; readonly pixels: ReturnType<typeof decodeTiles> }
  | { readonly number: number; readonly tiles: Uint8Array[] }
  | { readonly number: number; readonly failure: { readonly code: string; readonly message: string } };

parentPort?.on("message", (request: TileRequest) => {
  const { number } = request;
  try {
    if ("decode" in request) {
      const pixels = decodeTiles(request.decode);
      reply({ number, pixels }, [pixels.buffer]);
    } else {
      const tiles = encodeTiles(request.encode);
      reply({ number, tiles }, [...new Set(tiles.map(({ buffer }) => buffer as ArrayBuffer))]);
    }
  } catch (error) {
    const code = error instanceof DasError ? error.code : "INTERNAL";
    reply({ number, failure: { code, message: error instanceof Error ? error.message : "" } }, []);
  }
});

function reply(message: TileReply, moved: ArrayBuffer[]): void {
  parentPort?.postMessage(message, moved);
}
