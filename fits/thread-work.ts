import { parentPort } from "node:worker_threads";
import { DasError } from "../errors/das-error.js";

/** What a pool sends to a thread. */
export interface ThreadRequest<Job> {
  readonly number: number;
  readonly job: Job;
}

/** What a thread answers; an error as its code and message, for its class does not survive the way. */
export type ThreadReply<Result> =
  | { readonly number: number; readonly result: Result }
  | { readonly number: number; readonly failure: { readonly code: string; readonly message: string } };

/** A result, and buffers of it that go over to who asked. */
export interface JobDone<Result> {
  readonly result: Result;
  readonly moved: readonly ArrayBuffer[];
}

/**
 * Makes a thread of a `ThreadPool` of this one: does jobs one after the other, in the order in which they come; so memory is that of one
 * job.
 */
export function serveJobs<Job, Result>(work: (job: Job) => JobDone<Result> | Promise<JobDone<Result>>): void {
  let before: Promise<void> = Promise.resolve();
  parentPort?.on("message", (request: ThreadRequest<Job>) => {
    before = before.then(() => answer(request, work));
  });
}

async function answer<Job, Result>(
  { number, job }: ThreadRequest<Job>,
  work: (job: Job) => JobDone<Result> | Promise<JobDone<Result>>,
): Promise<void> {
  try {
    const { result, moved } = await work(job);
    const reply: ThreadReply<Result> = { number, result };
    parentPort?.postMessage(reply, [...moved]);
  } catch (error) {
    const code = error instanceof DasError ? error.code : "INTERNAL";
    const message = error instanceof Error ? error.message : "";
    const reply: ThreadReply<Result> = { number, failure: { code, message } };
    parentPort?.postMessage(reply);
  }
}
