import { describe, expect, it } from "vitest";
import { UNKNOWN_BUILD } from "../../../cache/queue/build-job.js";
import type { BuildJob, BuildQueue, JobEnd } from "../../../cache/queue/build-queue.js";
import { LocalQueue } from "../../../cache/queue/local-queue.js";
import { waitForBuilds } from "../../../cache/work/wait-for-builds.js";
import { DasError } from "../../../errors/das-error.js";
import { dayJob, gate, REPORT } from "../queue/support.js";

const NEVER = new AbortController().signal;
const DONE: JobEnd = { kind: "done", report: REPORT };

/** Waits for builds and gives how each ended, by number. */
async function wait(
  queue: Pick<BuildQueue, "add" | "ended">,
  jobs: readonly BuildJob[],
  signal = NEVER,
  pauseMs?: number,
): Promise<Record<number, JobEnd>> {
  const ends: Record<number, JobEnd> = {};
  const news = {
    onProgress: () => {},
    onEnd: (job: BuildJob, end: JobEnd) => {
      ends[job.number] = end;
    },
  };
  await waitForBuilds(queue, jobs, news, signal, pauseMs);
  return ends;
}

/** A queue that answers each question for an end by the next of these; errors are thrown. */
function queueOf(...answers: readonly (JobEnd | Error)[]) {
  const left = [...answers];
  const added: number[] = [];
  return {
    added,
    add: async (jobs: readonly BuildJob[]) => void added.push(...jobs.map(({ number }) => number)),
    async ended(): Promise<JobEnd> {
      const answer = left.shift() ?? DONE;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

describe("waitForBuilds", () => {
  it("adds all builds, more than are waited for at once, and tells how each ended", async () => {
    const queue = new LocalQueue();
    const worker = await queue.work(
      async ({ number }) => {
        if (number === 7) throw new DasError("BAD_DEFINITION", "no reader");
        return REPORT;
      },
      { concurrency: 4 },
    );
    const jobs = Array.from({ length: 450 }, (_, number) => dayJob("A", number));
    const ends = await wait(queue, jobs);
    expect(Object.keys(ends)).toHaveLength(450);
    expect(ends[7]).toEqual({ kind: "failed", reason: "no reader" });
    expect(Object.values(ends).filter(({ kind }) => kind === "done")).toHaveLength(449);
    await worker.close();
    await queue.close();
  });

  it("adds a build again once that was lost", async () => {
    const lost = queueOf(UNKNOWN_BUILD);
    expect(await wait(lost, [dayJob("A", 1)])).toEqual({ 1: DONE });
    expect(lost.added).toEqual([1, 1]);
    const gone = queueOf(UNKNOWN_BUILD, UNKNOWN_BUILD);
    expect(await wait(gone, [dayJob("A", 1)])).toEqual({ 1: UNKNOWN_BUILD });
    expect(gone.added).toEqual([1, 1]);
  });

  it("outlives a queue that is away for a while, not for ever", async () => {
    const away = new DasError("QUEUE_AWAY", "the queue of builds does not answer");
    expect(await wait(queueOf(away, away, away), [dayJob("A", 1)], NEVER, 1)).toEqual({ 1: DONE });
    const always = { add: async () => {}, ended: () => Promise.reject(away) };
    expect(await wait(always, [dayJob("A", 1)], NEVER, 1)).toEqual({
      1: { kind: "failed", reason: "the queue of builds does not answer" },
    });
  });

  it("is given up when it is told to be, and the builds stay", async () => {
    const queue = new LocalQueue();
    const begun = gate();
    const go = gate();
    const worker = await queue.work(
      async () => {
        begun.open();
        await go.promise;
        return REPORT;
      },
      { concurrency: 1 },
    );
    const controller = new AbortController();
    const waiting = wait(queue, [dayJob("A", 1), dayJob("A", 2)], controller.signal);
    await begun.promise;
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await queue.status()).toMatchObject({ running: 1, waiting: 1 });
    go.open();
    expect(await queue.ended(dayJob("A", 2))).toEqual(DONE);
    await worker.close();
    await queue.close();
  });
});
