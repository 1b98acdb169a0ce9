import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Config } from "../config/config.js";
import { Flights } from "./answer/flights.js";
import type { ReadingFacts } from "./answer/gap-run.js";
import type { BlockCache } from "./block-cache.js";
import { sourceNotBefore } from "./freshness/not-before.js";
import { openIndex, openLink, usesRedis } from "./index/open-index.js";
import type { BuildJob, BuildQueue } from "./queue/build-queue.js";

/** What of a configuration decides on the cache. */
export type CacheConfig = Pick<
  Config,
  "cacheRoot" | "cacheMaxBytes" | "workQueueBroker" | "workQueueConn" | "redisTimeout"
>;

/** How a cache is opened. */
export interface OpenCacheOptions {
  /** `request`: for a program that lives for one request and loads as little as it can. */
  readonly life: "request" | "process";
  /** Takes builds; not closed with the cache. Missing: they are left for somebody who has it. */
  readonly queue?: () => Promise<BuildQueue>;
  /** Told when Redis is away and when it is back, once each time. */
  readonly onTrouble?: (text: string) => void;
}

/** Opens the cache of a configuration; `undefined` where there is none. Errors: BAD_CONFIG. */
export async function openCache(
  config: CacheConfig,
  options: OpenCacheOptions,
): Promise<BlockCache | undefined> {
  const { cacheRoot: root } = config;
  if (root === undefined) return undefined;
  const { life, queue, onTrouble = () => undefined } = options;
  let trouble: string | undefined;
  const tell = (text: string | undefined, said: string): void => {
    trouble = text;
    onTrouble(said);
  };
  const index = await openIndex(
    { ...config, cacheRoot: root },
    {
      life,
      onAway: (reason) => {
        const text = `Redis is away, files stand in for it: ${reason}`;
        tell(text, text);
      },
      onBack: () => tell(undefined, "Redis is back"),
    },
  );
  let closed: Promise<void> | undefined;
  const pending = new Set<Promise<unknown>>();
  const follow = (work: Promise<unknown>): void => {
    const settled: Promise<unknown> = work.then(
      () => pending.delete(settled),
      () => pending.delete(settled),
    );
    pending.add(settled);
  };
  const leave = async (jobs: readonly BuildJob[]): Promise<void> => {
    if (queue !== undefined) return await (await queue()).add(jobs);
    const { openWishes } = await import("./queue/wishes.js");
    if (!usesRedis(config.workQueueBroker)) return await openWishes({ cacheRoot: root }).leave(jobs);
    const link = await openLink(config, life);
    try {
      await openWishes({ link }).leave(jobs);
    } finally {
      await link.close();
    }
  };
  return {
    root,
    index,
    flights: new Flights<ReadingFacts>(join(root, "tmp")),
    owner: `${hostname()}:${process.pid}:${randomBytes(4).toString("hex")}`,
    async moment(source, now) {
      const notBefore = await sourceNotBefore(source, { cacheRoot: root });
      return { now, ...(notBefore === undefined ? {} : { notBefore }) };
    },
    wish(jobs) {
      // A hint: what is lost of it is asked for again by the next who needs it.
      if (jobs.length > 0) follow(leave(jobs));
    },
    pending: follow,
    ...(queue === undefined ? {} : { queue }),
    troubles: () => (trouble === undefined ? [] : [trouble]),
    close() {
      closed ??= (async () => {
        // What is being put in place may leave wishes.
        while (pending.size > 0) await Promise.all(pending);
        await index.close();
      })();
      return closed;
    },
  };
}
