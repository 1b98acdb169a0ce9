import { Redis } from "ioredis";
import type { RedisAddress } from "../redis-address.js";
import { indexAway, type RedisLink, RedisRefusal, type RedisReply, type RedisWord } from "./redis-link.js";

/** Longest pause between two tries to connect again, ms. */
const MAX_PAUSE_MS = 2000;

/**
 * A connection to Redis by ioredis, for processes that live long: it connects again by itself. Nothing is sent twice, and nothing waits
 * for a connection that is away.
 *
 * @param timeoutMs longest time for the first connection, and for each reply
 */
export function ioredisLink(address: RedisAddress, timeoutMs: number): RedisLink {
  const { db, username, password } = address;
  const redis = new Redis({
    ...(address.kind === "socket" ? { path: address.path } : { host: address.host, port: address.port }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    db,
    protocol: 2, // replies in the shapes that the other link gives
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (tries) => Math.min(50 * 2 ** tries, MAX_PAUSE_MS),
    replyMapping: "legacy",
  });
  let problem: unknown;
  redis.on("error", (error: unknown) => {
    problem = error;
  });
  const firstTry = settled(redis, timeoutMs);
  const ready = async (): Promise<void> => {
    await firstTry;
    if (redis.status !== "ready") throw indexAway("there is no connection to Redis", problem);
  };
  return {
    async call(words) {
      await ready();
      return one(redis.callBuffer(...command(words)));
    },
    async pipeline(commands) {
      await ready();
      // Sent in one piece: they are written in the same turn.
      return Promise.all(commands.map((words) => one(redis.callBuffer(...command(words)))));
    },
    async close() {
      redis.disconnect();
    },
  };
}

function command([name = "", ...rest]: readonly RedisWord[]): [string, ...RedisWord[]] {
  return [String(name), ...rest];
}

async function one(answer: Promise<unknown>): Promise<RedisReply> {
  try {
    return asReply(await answer);
  } catch (error) {
    if (error instanceof Error && error.name === "ReplyError") return new RedisRefusal(error.message);
    throw indexAway(error instanceof Error ? error.message : String(error), error);
  }
}

/** What ioredis gives, as a reply; errors inside lists come as errors. */
function asReply(value: unknown): RedisReply {
  if (Buffer.isBuffer(value) || typeof value === "number" || value === null) return value;
  if (typeof value === "string") return Buffer.from(value);
  if (value instanceof Error) return new RedisRefusal(value.message);
  if (Array.isArray(value)) return value.map(asReply);
  throw indexAway(`Redis answered a ${typeof value}`);
}

/** Resolves when the first try to connect has come to something, or the time is over. */
function settled(redis: Redis, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const events = ["ready", "close", "end"] as const;
    const done = (): void => {
      clearTimeout(timer);
      for (const event of events) redis.off(event, done);
      resolve();
    };
    const timer = setTimeout(done, timeoutMs);
    for (const event of events) redis.once(event, done);
  });
}
