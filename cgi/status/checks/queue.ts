import type { QueueStatus } from "../../../cache/queue/build-queue.js";
import { isDasError } from "../../../errors/das-error.js";
import { countText } from "../../pages/format.js";
import { type Check, type Finding, fewOf } from "../finding.js";

/** The builds of blocks: whether somebody does them, and those that failed. Source: das2-server 16. */
export const queue: Check = {
  name: "queue",
  keepMs: 5000,
  async run({ openCache }) {
    const name = "Builds";
    const access = await openCache();
    if (access === undefined)
      return [{ name, state: "off", says: "there is no cache (CACHE_ROOT is empty)" }];
    try {
      if (access.queue === undefined)
        return [
          {
            name,
            state: "off",
            says: "without Redis they wait inside the server that does them, out of sight from here",
          },
        ];
      return [judge(name, await access.queue.status())];
    } catch (error) {
      if (!isDasError(error, "QUEUE_AWAY")) throw error;
      const advice = "See what is said of Redis: the queue is there.";
      return [{ name, state: "bad", says: "the queue does not answer", advice }];
    } finally {
      await access.close();
    }
  },
};

function judge(
  name: string,
  { waiting, running, delayed, failed, workers, builtLastMinute, jobs }: QueueStatus,
): Finding {
  const figures = { waiting, running, delayed, failed, workers, built_last_minute: builtLastMinute };
  const says = `${waiting} waiting, ${running} running, ${delayed} to be tried again, ${failed} failed; ${countText(workers, "worker")}, ${countText(builtLastMinute, "build")} in the last minute`;
  if (workers === 0) {
    const isNeeded = waiting + delayed > 0;
    const advice =
      "Start heliostream worker (systemctl start heliostream-worker), or set BUILD_WORKERS to 1 or more.";
    return { name, state: isNeeded ? "bad" : "worried", says: `no worker: ${says}`, advice, figures };
  }
  if (failed > 0) {
    const reasons = jobs
      .filter(({ state }) => state === "failed")
      .map(({ job, reason }) => `${job.sourceId}: ${reason ?? "no reason told"}`);
    const advice =
      "Mend what the reasons say, then heliostream cache build SOURCE BEGIN END tries them again.";
    return { name, state: "worried", says: `${says}: ${fewOf([...new Set(reasons)], 3)}`, advice, figures };
  }
  return { name, state: "good", says, figures };
}
