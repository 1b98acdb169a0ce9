import { granted, type RedisLink } from "../../cache/index/redis-link.js";
import { listOf, textOf } from "../../cache/index/redis-reply.js";
import { respLink } from "../../cache/index/resp-link.js";
import { parseRedisAddress } from "../../cache/redis-address.js";
import type { Config } from "../../config/config.js";
import { clockMs } from "../../pipeline/clock.js";

/** Longest wait for a connection and for each answer, milliseconds: an operator waits longer than a request does. */
const LIMIT_MS = 2000;

/** What a Redis tells of itself. */
export interface RedisFacts {
  /** Fields of `INFO`. */
  readonly info: ReadonlyMap<string, string>;
  /** Time of one question, milliseconds. */
  readonly latencyMs: number;
  /** When it writes its data to the disk (`save` of its configuration); empty for never, missing where it does not tell. */
  readonly save?: string;
  /** By how much its clock is ahead of that of this host, milliseconds; wrong by half the latency at most. */
  readonly aheadMs: number;
}

/** Where the Redis of a configuration is, without user and password. Errors: BAD_CONFIG. */
export function redisPlace({ workQueueConn }: Pick<Config, "workQueueConn">): string {
  const address = parseRedisAddress(workQueueConn);
  return address.kind === "socket" ? address.path : `${address.host}:${address.port}, database ${address.db}`;
}

/** Asks the Redis of a configuration over a connection of its own. Errors: BAD_CONFIG; INDEX_AWAY. */
export async function askRedis(
  { workQueueConn }: Pick<Config, "workQueueConn">,
  now: () => number,
): Promise<RedisFacts> {
  const link = respLink(parseRedisAddress(workQueueConn), LIMIT_MS);
  try {
    // The first question also waits for the connection.
    const info = infoFields(textOf(granted(await link.call(["INFO"]))));
    const settings = await link.call(["CONFIG", "GET", "save"]);
    const save = Array.isArray(settings) && settings.length === 2 ? textOf(settings[1]) : undefined;
    return { info, ...(save === undefined ? {} : { save }), ...(await askTime(link, now)) };
  } finally {
    await link.close();
  }
}

async function askTime(
  link: RedisLink,
  now: () => number,
): Promise<Pick<RedisFacts, "latencyMs" | "aheadMs">> {
  const sent = now();
  const begun = clockMs();
  const [seconds, micros] = listOf(granted(await link.call(["TIME"])));
  const latencyMs = clockMs() - begun;
  const theirs = Number(textOf(seconds)) * 1000 + Number(textOf(micros)) / 1000;
  return { latencyMs, aheadMs: theirs - (sent + latencyMs / 2) };
}

/** The fields of a text of `INFO`: lines `name:value` below headings. */
export function infoFields(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(":");
      return colon < 1 || line.startsWith("#") ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
}
