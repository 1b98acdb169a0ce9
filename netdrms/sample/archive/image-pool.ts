import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { packageRoot } from "../../../config/package-root.js";
import { DasError, type ErrorCode } from "../../../errors/das-error.js";
import { type ImageJob, type MadeRecord, makeImages } from "./image-job.js";
import type { ImageReply, ImageRequest } from "./image-worker.js";
import { sharedSun } from "./shared-sun.js";

/** Who makes images: threads, or this one. */
export interface ImagePool {
  /** Errors: those of {@link makeImages}; CANCELLED after the end. */
  make(job: ImageJob): Promise<readonly MadeRecord[]>;
  /** Jobs worth having under way at once. */
  readonly parallel: number;
  /** Ends the threads; work under way fails with CANCELLED. */
  close(): Promise<void>;
}

interface Waiting {
  readonly job: ImageJob;
  resolve(records: readonly MadeRecord[]): void;
  reject(error: unknown): void;
}

/** The built thread file: beside this one, or in `dist` for sources under test. */
function workerFile(): string | undefined {
  return [import.meta.dirname, join(packageRoot(), "dist/netdrms/sample/archive")]
    .map((folder) => join(folder, "image-worker.js"))
    .find((file) => existsSync(file));
}

/**
 * A pool of threads, one a processor by default, each with a Sun of its own; jobs go to whoever is free, in their order. Where the
 * built thread file is not there the work is done in place.
 */
export function imagePool(threads: number = availableParallelism(), file = workerFile()): ImagePool {
  return file === undefined || threads < 1 ? imagesHere() : new ThreadPool(threads, file);
}

/** Works in the calling thread. */
function imagesHere(): ImagePool {
  let before: Promise<unknown> = Promise.resolve();
  return {
    parallel: 1,
    make(job) {
      const made = before.then(() => makeImages(sharedSun(), job));
      before = made.catch(() => undefined);
      return made;
    },
    close: async () => undefined,
  };
}

class ThreadPool implements ImagePool {
  readonly parallel: number;
  readonly #idle: Worker[] = [];
  readonly #workers: Worker[] = [];
  readonly #busy = new Map<Worker, Waiting>();
  readonly #queue: Waiting[] = [];
  #failure: DasError | undefined;
  #number = 0;

  constructor(threads: number, file: string) {
    // One job in work and one waiting for each thread.
    this.parallel = 2 * threads;
    for (let n = 0; n < threads; n++) this.#start(new Worker(file));
  }

  make(job: ImageJob): Promise<readonly MadeRecord[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject });
      this.#handOut();
    });
  }

  async close(): Promise<void> {
    this.#end(new DasError("CANCELLED", "the making of images was ended"));
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #start(worker: Worker): void {
    this.#workers.push(worker);
    this.#idle.push(worker);
    worker.on("message", (reply: ImageReply) => {
      const waiting = this.#busy.get(worker);
      this.#busy.delete(worker);
      this.#idle.push(worker);
      if ("records" in reply) waiting?.resolve(reply.records);
      // Codes come from the same table in the thread.
      else waiting?.reject(new DasError(reply.failure.code as ErrorCode, reply.failure.message));
      this.#handOut();
    });
    worker.on("error", (error) =>
      this.#end(new DasError("INTERNAL", "a thread for images failed", {}, error)),
    );
    worker.on("exit", () => this.#end(new DasError("CANCELLED", "the making of images was ended")));
  }

  #handOut(): void {
    while (this.#queue.length > 0) {
      if (this.#failure !== undefined) {
        this.#queue.shift()!.reject(this.#failure);
        continue;
      }
      const worker = this.#idle.shift();
      if (worker === undefined) return;
      const waiting = this.#queue.shift()!;
      this.#busy.set(worker, waiting);
      const request: ImageRequest = { number: ++this.#number, job: waiting.job };
      worker.postMessage(request);
    }
  }

  /** The first reason counts. */
  #end(reason: DasError): void {
    this.#failure ??= reason;
    for (const { reject } of this.#busy.values()) reject(this.#failure);
    this.#busy.clear();
    this.#handOut();
  }
}
