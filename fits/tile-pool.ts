import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { packageRoot } from "../config/package-root.js";
import { DasError, type ErrorCode } from "../errors/das-error.js";
import { type DecodeJob, type EncodeJob, TILES_HERE, type TileWorkers } from "./tile-codec.js";
import type { TileReply, TileRequest } from "./tile-worker.js";

/** Threads that code tiles, for one image or several at once; to be given to {@link openImage} and {@link writeCompressedImage}. */
export interface TilePool extends TileWorkers {
  /** Ends the threads; work under way fails with CANCELLED. */
  close(): Promise<void>;
}

interface Waiting {
  resolve(reply: TileReply): void;
  reject(error: unknown): void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

/** The built thread file: beside this one, or in `dist` for a bundle and for sources under test. */
function workerFile(): string | undefined {
  return [import.meta.dirname, join(packageRoot(), "dist/fits")]
    .map((folder) => join(folder, "tile-worker.js"))
    .find((file) => existsSync(file));
}

/**
 * A pool of threads, one a processor by default; they start with the first job and do not keep the process alive when idle. Where
 * the built thread file is not there the work is done in place.
 */
export function tilePool(threads: number = availableParallelism(), file = workerFile()): TilePool {
  if (file === undefined || threads < 1) return { ...TILES_HERE, close: async () => {} };
  const pool: Thread[] = [];
  let number = 0;
  let closed = false;

  const start = (): Thread => {
    const thread: Thread = { worker: new Worker(file), waiting: new Map() };
    const { worker, waiting } = thread;
    const lost = (error: unknown): void => {
      const at = pool.indexOf(thread);
      if (at >= 0) pool.splice(at, 1);
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    worker.unref();
    worker.on("message", (reply: TileReply) => {
      const caller = waiting.get(reply.number);
      waiting.delete(reply.number);
      if (waiting.size === 0) worker.unref();
      caller?.resolve(reply);
    });
    worker.on("error", (error) => lost(new DasError("INTERNAL", "a thread for tiles failed", {}, error)));
    worker.on("exit", () => lost(new DasError("CANCELLED", "the threads for tiles were ended")));
    pool.push(thread);
    return thread;
  };

  /** The thread with the least work, a new one while there may be more. */
  const choose = (): Thread => {
    const idle = pool.find(({ waiting }) => waiting.size === 0);
    if (idle !== undefined) return idle;
    if (pool.length < threads) return start();
    return pool.reduce((best, one) => (one.waiting.size < best.waiting.size ? one : best));
  };

  const ask = (
    job: { decode: DecodeJob } | { encode: EncodeJob },
    moved: ArrayBuffer[] = [],
  ): Promise<TileReply> =>
    new Promise((resolve, reject) => {
      if (closed) {
        reject(new DasError("CANCELLED", "the threads for tiles were ended"));
        return;
      }
      const thread = choose();
      const request: TileRequest = { number: ++number, ...job };
      thread.waiting.set(number, { resolve, reject });
      thread.worker.ref();
      thread.worker.postMessage(request, moved);
    });

  return {
    // One job in work and one waiting for each thread.
    parallel: 2 * threads,

    async decode(job) {
      const { tiles, buffer } = ownTiles(job);
      const reply = await ask({ decode: { codec: job.codec, tiles } }, [buffer]);
      if ("pixels" in reply) return reply.pixels;
      throw failureOf(reply);
    },

    async encode(job) {
      const { pixels } = job;
      // A view of a larger buffer would take all of it along.
      const own = pixels.byteLength === pixels.buffer.byteLength ? pixels : pixels.slice();
      const reply = await ask({ encode: { ...job, pixels: own } });
      if ("tiles" in reply) return reply.tiles;
      throw failureOf(reply);
    },

    async close() {
      closed = true;
      await Promise.all(pool.map(({ worker }) => worker.terminate()));
    },
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

function failureOf(reply: TileReply): DasError {
  if (!("failure" in reply)) return new DasError("INTERNAL", "a thread for tiles gave another answer");
  // Codes come from the same table in the thread.
  return new DasError(reply.failure.code as ErrorCode, reply.failure.message);
}
