import { BullQueue } from "../../../cache/queue/bull-queue.js";
import { parseRedisAddress } from "../../../cache/redis-address.js";

/**
 * A worker as a process of its own, for tests that kill it: `ADDRESS LOCK_MS`. It says `ready`, and `begun SOURCE NUMBER` at each build, which
 * never ends unless it is told to.
 */
async function main(): Promise<void> {
  const [address = "", lockMs = ""] = process.argv.slice(2);
  const times = { lockMs: Number(lockMs), stalledMs: Number(lockMs) };
  const queue = new BullQueue({ address: parseRedisAddress(address), timeoutMs: 5000 }, times);
  const worker = await queue.work(
    ({ sourceId, number }, _, signal) =>
      new Promise((_, reject) => {
        console.log(`begun ${sourceId} ${number}`);
        signal.addEventListener("abort", () => reject(new Error("stopped")));
      }),
    { concurrency: 1 },
  );
  process.once("SIGTERM", async () => {
    await worker.close(0);
    await queue.close();
    console.log("closed");
  });
  console.log("ready");
}

await main();
