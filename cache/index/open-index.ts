import { DasError } from "../../errors/das-error.js";
import { parseRedisAddress } from "../redis-address.js";
import type { BlockIndex } from "./block-index.js";
import type { FallbackOptions } from "./fallback-index.js";
import { FileIndex } from "./file-index.js";
import type { RedisLink } from "./redis-link.js";

/** What of the configuration says where the index is. */
export interface IndexSettings {
  readonly cacheRoot: string;
  /** `redis`, or nothing: files alone. */
  readonly workQueueBroker?: string | undefined;
  readonly workQueueConn: string;
  /** Seconds; the longest that one question to Redis takes. */
  readonly redisTimeout: number;
}

/** How an index is opened. */
export interface OpenIndexOptions extends Pick<FallbackOptions, "onAway" | "onBack" | "pauseMs"> {
  /**
   * `request`: for a program that lives for one request, no package is loaded, and a forgotten connection keeps nothing from ending.
   * `process`: for one that stays, ioredis keeps the connection.
   */
  readonly life: "request" | "process";
}

/**
 * Opens the index of blocks that the configuration names. It does not wait for Redis: that is away or not when it is asked.
 * Errors: BAD_CONFIG where broker or address cannot be understood.
 */
export async function openIndex(settings: IndexSettings, options: OpenIndexOptions): Promise<BlockIndex> {
  const files = new FileIndex(settings.cacheRoot);
  if (!usesRedis(settings.workQueueBroker)) return files;
  const [{ FallbackIndex }, { RedisIndex }, link] = await Promise.all([
    import("./fallback-index.js"),
    import("./redis-index.js"),
    openLink(settings, options.life),
  ]);
  return new FallbackIndex(new RedisIndex(link), files, options);
}

/**
 * A connection to the Redis of the configuration, opened with the first question.
 * Errors: BAD_CONFIG where the address cannot be understood.
 */
export async function openLink(
  { workQueueConn, redisTimeout }: Pick<IndexSettings, "workQueueConn" | "redisTimeout">,
  life: OpenIndexOptions["life"],
): Promise<RedisLink> {
  const address = parseRedisAddress(workQueueConn);
  const timeoutMs = redisTimeout * 1000;
  if (life === "request") return (await import("./resp-link.js")).respLink(address, timeoutMs);
  // Loading ioredis takes as long as a whole request by CGI.
  const { ioredisLink } = await import("./ioredis-link.js");
  return ioredisLink(address, timeoutMs);
}

/** Whether a value of `WORK_QUEUE_BROKER` asks for Redis. Errors: BAD_CONFIG for something else than that or nothing. */
export function usesRedis(broker: string | undefined): boolean {
  const name = (broker ?? "").trim().toLowerCase();
  if (name === "") return false;
  if (name === "redis") return true;
  throw new DasError(
    "BAD_CONFIG",
    `WORK_QUEUE_BROKER is ${JSON.stringify(broker)}, expected redis or nothing`,
  );
}
