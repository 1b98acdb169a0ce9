import { Redis, type RedisOptions } from "ioredis";
import { DasError } from "../../errors/das-error.js";
import type { RedisAddress } from "../redis-address.js";

/** How to reach the Redis of the queue. */
export interface QueueRedis {
  readonly address: RedisAddress;
  /** How long a question may wait for its answer. */
  readonly timeoutMs: number;
}

/** Longest pause between attempts to connect, ms: shorter than what a request waits. */
const RECONNECT_MS = 200;
/** The same for a process that works and need not answer anybody. */
const PATIENT_RECONNECT_MS = 2000;

/**
 * A client for questions that somebody waits for: whatever it is asked while Redis is away fails at once. It connects when first
 * used, and again by itself.
 */
export function hastyClient(place: QueueRedis): Redis {
  return quiet(
    new Redis({
      ...common(place),
      lazyConnect: true,
      connectTimeout: Math.max(place.timeoutMs, 100),
      // A server that stands still would gather what it is asked without an end.
      socketTimeout: Math.max(4 * place.timeoutMs, 2000),
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times: number) => Math.min(50 * times, RECONNECT_MS),
    }),
  );
}

/** A client for those that wait for work: what it is asked while Redis is away waits for its return. */
export function patientClient(place: QueueRedis): Redis {
  return quiet(
    new Redis({
      ...common(place),
      maxRetriesPerRequest: null,
      retryStrategy: (times: number) => Math.min(100 * 2 ** Math.min(times, 5), PATIENT_RECONNECT_MS),
    }),
  );
}

function common({ address }: QueueRedis): RedisOptions & { readonly replyMapping: "legacy" } {
  const { db, username, password } = address;
  return {
    ...(address.kind === "socket" ? { path: address.path } : { host: address.host, port: address.port }),
    db,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    // The shapes of replies that the queue's library was written for.
    protocol: 2,
    replyMapping: "legacy",
  };
}

/** An error of a connection is told by the commands that fail; without a listener it would end the process. */
function quiet(client: Redis): Redis {
  return client.on("error", () => {});
}

/**
 * Waits for work on the queue's Redis, at most `timeoutMs`.
 * Errors: QUEUE_AWAY, with the reason in `where`.
 */
export async function answerInTime<T>(work: () => Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work(), limit]);
  } catch (error) {
    throw queueAway(error);
  } finally {
    clearTimeout(timer);
  }
}

/** What went wrong with the queue's Redis as an error of the house. */
function queueAway(error: unknown): DasError {
  if (error instanceof DasError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const what = /\bOOM\b/.test(reason) ? "has no memory left" : "does not answer";
  return new DasError("QUEUE_AWAY", `the queue of builds ${what}`, { reason }, error);
}
