import { availableParallelism } from "node:os";
import { DasError } from "../errors/das-error.js";
import { threadFile, threadPool } from "./thread-pool.js";
import { type DecodeJob, TILES_HERE, type TileWorkers } from "./tile-codec.js";
import type { TileJob, TileResult } from "./tile-worker.js";

/** Threads that code tiles, for one image or several at once; to be given to {@link openImage} and {@link writeCompressedImage}. */
export interface TilePool extends TileWorkers {
  /** Ends the threads; work under way fails with CANCELLED. */
  close(): Promise<void>;
}

/**
 * A pool of threads, one a processor by default; they start with the first job and do not keep the process alive when idle. Where
 * the built thread file is not there the work is done in place.
 */
export function tilePool(
  threads: number = availableParallelism(),
  file = threadFile(import.meta.dirname, "fits", "tile-worker.js"),
): TilePool {
  if (file === undefined || threads < 1) return { ...TILES_HERE, close: async () => {} };
  const pool = threadPool<TileJob, TileResult>(threads, file);
  return {
    // One job in work and one waiting for each thread.
    parallel: 2 * threads,

    async decode(job) {
      const { tiles, buffer } = ownTiles(job);
      const result = await pool.ask({ decode: { codec: job.codec, tiles } }, [buffer]);
      if ("pixels" in result) return result.pixels;
      throw otherAnswer();
    },

    async encode(job) {
      const { pixels } = job;
      // A view of a larger buffer would take all of it along.
      const own = pixels.byteLength === pixels.buffer.byteLength ? pixels : pixels.slice();
      const result = await pool.ask({ encode: { ...job, pixels: own } });
      if ("tiles" in result) return result.tiles;
      throw otherAnswer();
    },

    close: () => pool.close(),
  };
}

/** The bytes of all tiles in one buffer that can be moved to a thread; views of a file's bytes would take all of it along. */
function ownTiles({ tiles }: DecodeJob): { tiles: DecodeJob["tiles"]; buffer: ArrayBuffer } {
  const joined = new Uint8Array(tiles.reduce((all, tile) => all + tile.bytes.length, 0));
  let at = 0;
  const own = tiles.map((tile) => {
    joined.set(tile.bytes, at);
    const bytes = joined.subarray(at, at + tile.bytes.length);
    at += tile.bytes.length;
    return { ...tile, bytes };
  });
  return { tiles: own, buffer: joined.buffer };
}

function otherAnswer(): DasError {
  return new DasError("INTERNAL", "a thread for tiles gave another answer");
}
