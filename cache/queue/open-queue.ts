import type { Config } from "../../config/config.js";
import { usesRedis } from "../index/open-index.js";
import { parseRedisAddress } from "../redis-address.js";
import type { BuildQueue } from "./build-queue.js";
import type { QueueRedis } from "./redis-client.js";

/** Where builds wait: in Redis, or in this process alone. */
export type QueueSettings = ({ readonly kind: "redis" } & QueueRedis) | { readonly kind: "local" };

/** What of a configuration decides on the queue. */
export type QueueConfig = Pick<Config, "workQueueBroker" | "workQueueConn" | "redisTimeout">;

/**
 * Where a configuration has builds wait.
 * Errors: BAD_CONFIG for another broker than Redis, and for an address that is none.
 */
export function queueSettings({
  workQueueBroker: broker,
  workQueueConn,
  redisTimeout,
}: QueueConfig): QueueSettings {
  if (!usesRedis(broker)) return { kind: "local" };
  return { kind: "redis", address: parseRedisAddress(workQueueConn), timeoutMs: redisTimeout * 1000 };
}

/**
 * The queue of those settings. It connects when it is first used. What it is made of is loaded here: programs that live for one
 * request leave wishes instead ({@link leaveWishes}).
 */
export async function openQueue(settings: QueueSettings): Promise<BuildQueue> {
  if (settings.kind === "local") {
    const { LocalQueue } = await import("./local-queue.js");
    return new LocalQueue();
  }
  const { BullQueue } = await import("./bull-queue.js");
  return new BullQueue(settings);
}
