import { parentPort } from "node:worker_threads";
import { asDasError } from "../../../errors/das-error.js";
import { type ImageJob, type MadeRecord, makeImages } from "./image-job.js";
import { sharedSun } from "./shared-sun.js";

// A thread of the pool: a job in, its records out, one after the other.

/** What the pool sends. */
export interface ImageRequest {
  readonly number: number;
  readonly job: ImageJob;
}

/** What a thread answers; an error as its code and message, for its class does not survive the way. */
export type ImageReply = { readonly number: number } & (
  | { readonly records: readonly MadeRecord[] }
  | { readonly failure: { readonly code: string; readonly message: string } }
);

// At once: it takes as long as the setting up of an archive.
sharedSun();

async function answer({ number, job }: ImageRequest): Promise<void> {
  try {
    reply({ number, records: await makeImages(sharedSun(), job) });
  } catch (error) {
    const { code, message } = asDasError(error, "the making of images");
    reply({ number, failure: { code, message } });
  }
}

function reply(message: ImageReply): void {
  parentPort?.postMessage(message);
}

let before = Promise.resolve();
parentPort?.on("message", (request: ImageRequest) => {
  before = before.then(() => answer(request));
});
