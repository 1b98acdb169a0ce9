import { randomUUID } from "node:crypto";
import { type RedisLink, runScript } from "../../cache/index/redis-link.js";
import { integerOf, listOf } from "../../cache/index/redis-reply.js";
import { type LuaScript, luaScript } from "../../cache/index/scripts/lua-script.js";
import {
  type ClientAllowance,
  type ClientLimits,
  type Leave,
  type RequestKind,
  tooManyAtOnce,
  tooManyBytes,
} from "./client-limits.js";

/** How long a place is taken by a process that was killed, milliseconds; one that goes on says so in time. */
const LEASE_MS = 60_000;
const RENEW_MS = 20_000;

/**
 * Takes a place, unless all are taken or bytes are owed.
 *
 * KEYS[1] places: sorted set of token → expiry, ms  KEYS[2] bytes: hash of owed, at (ms)
 * ARGV[1] token  ARGV[2] lease, ms  ARGV[3] places, 0: any  ARGV[4] bytes in an hour, 0: any
 * Reply: `0` taken; `1` no place; `2 BYTES` so many are owed above the limit.
 */
const ENTER: LuaScript = luaScript(
  "enter-client",
  `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most, hour = tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if most > 0 and redis.call('ZCARD', KEYS[1]) >= most then return {1} end
if hour > 0 then
  local known = redis.call('HMGET', KEYS[2], 'owed', 'at')
  local owed = (tonumber(known[1]) or 0) - (now - (tonumber(known[2]) or now)) / 3600000 * hour
  if owed >= hour then return {2, math.ceil(owed - hour)} end
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
return {0}`,
);

/**
 * Keeps a place for longer.
 *
 * KEYS[1] places  ARGV[1] token  ARGV[2] lease, ms
 */
const RENEW: LuaScript = luaScript(
  "renew-client",
  `
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], 'XX', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
return {0}`,
);

/**
 * Notes bytes that were sent.
 *
 * KEYS[1] bytes  ARGV[1] how many  ARGV[2] bytes in an hour
 */
const SENT: LuaScript = luaScript(
  "sent-to-client",
  `
local time = redis.call('TIME')
local now, hour = time[1] * 1000 + math.floor(time[2] / 1000), tonumber(ARGV[2])
local known = redis.call('HMGET', KEYS[1], 'owed', 'at')
local owed = math.max(0, (tonumber(known[1]) or 0) - (now - (tonumber(known[2]) or now)) / 3600000 * hour) + ARGV[1]
redis.call('HSET', KEYS[1], 'owed', owed, 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil(owed / hour * 3600000) + 1000)
return {0}`,
);

/** Names of users may be long; what goes beyond is counted together. */
const MOST_NAME = 200;

/**
 * The limits as all processes count them that share a Redis: for programs of one request, which know of no other. Where Redis does not
 * answer, nobody is refused.
 */
export class RedisLimits implements ClientLimits {
  readonly #allowance: ClientAllowance;
  readonly #link: RedisLink;
  readonly #pending = new Set<Promise<unknown>>();

  constructor(allowance: ClientAllowance, link: RedisLink) {
    this.#allowance = allowance;
    this.#link = link;
  }

  /** Requests of kind `any` are not counted: whoever starts the programs limits them. */
  async enter(kind: RequestKind, client: string): Promise<Leave> {
    const { atOnce, hourBytes } = this.#allowance;
    if (kind !== "data" || (atOnce.data === 0 && hourBytes === 0)) return () => undefined;
    const token = randomUUID();
    const places = placesKey(client);
    const args = [token, String(LEASE_MS), String(atOnce.data), String(hourBytes)];
    const reply = await runScript(this.#link, ENTER, [places, bytesKey(client)], args).catch(() => [0]);
    const [state, over] = listOf(reply);
    if (state === 1) throw tooManyAtOnce(kind, atOnce.data);
    if (state === 2) throw tooManyBytes(hourBytes, integerOf(over));
    const timer = setInterval(
      () => this.#send(runScript(this.#link, RENEW, [places], [token, String(LEASE_MS)])),
      RENEW_MS,
    ).unref();
    return () => {
      clearInterval(timer);
      this.#send(this.#link.call(["ZREM", places, token]));
    };
  }

  sent(client: string, bytes: number): void {
    const { hourBytes } = this.#allowance;
    if (hourBytes === 0 || bytes === 0) return;
    this.#send(runScript(this.#link, SENT, [bytesKey(client)], [String(bytes), String(hourBytes)]));
  }

  /** Waits until what was said has arrived, and lets go of the connection. */
  async close(): Promise<void> {
    await Promise.all(this.#pending);
    await this.#link.close();
  }

  #send(said: Promise<unknown>): void {
    const done = said
      .catch(() => undefined)
      .finally(() => {
        this.#pending.delete(done);
      });
    this.#pending.add(done);
  }
}

function placesKey(client: string): string {
  return `heliostream:clients:places:${client.slice(0, MOST_NAME)}`;
}

function bytesKey(client: string): string {
  return `heliostream:clients:bytes:${client.slice(0, MOST_NAME)}`;
}
