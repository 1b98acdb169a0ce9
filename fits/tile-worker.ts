import { serveJobs } from "./thread-work.js";
import { type DecodeJob, decodeTiles, type EncodeJob, encodeTiles } from "./tile-codec.js";

// A thread of the pool: a job in, its pixels or bytes out, moved rather than copied.

/** What the pool asks for. */
export type TileJob = { readonly decode: DecodeJob } | { readonly encode: EncodeJob };

/** The pixels, or the bytes of each tile. */
export type TileResult =
  | { readonly pixels: ReturnType<typeof decodeTiles> }
  | { readonly tiles: Uint8Array[] };

serveJobs<TileJob, TileResult>((job) => {
  if ("decode" in job) {
    const pixels = decodeTiles(job.decode);
    return { result: { pixels }, moved: [pixels.buffer] };
  }
  const tiles = encodeTiles(job.encode);
  return { result: { tiles }, moved: [...new Set(tiles.map(({ buffer }) => buffer as ArrayBuffer))] };
});
