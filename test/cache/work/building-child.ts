import { ioredisLink } from "../../../cache/index/ioredis-link.js";
import { RedisIndex } from "../../../cache/index/redis-index.js";
import { BullQueue } from "../../../cache/queue/bull-queue.js";
import { parseRedisAddress } from "../../../cache/redis-address.js";
import { buildsOf } from "../../../cache/work/do-build.js";
import { sampleSite } from "./sample-site.js";

/** A worker on a site as a process of its own: `ROOT ADDRESS TIMES`, the times as JSON. */
async function main(): Promise<void> {
  const [root = "", text = "", timesText = ""] = process.argv.slice(2);
  const times = JSON.parse(timesText);
  const address = parseRedisAddress(text);
  const site = sampleSite(root, () => new RedisIndex(ioredisLink(address, 5000)));
  const queue = new BullQueue({ address, timeoutMs: 5000 }, times);
  await queue.work(buildsOf({ ...site, leaseMs: times.leaseMs }), {
    concurrency: 1,
    onTry: ({ end }) => console.log(`ended ${JSON.stringify(end)}`),
    log: (line) => console.error(line),
  });
  console.log("ready");
}

await main();
