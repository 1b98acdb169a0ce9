import { createHash } from "node:crypto";
import { DasError } from "../../errors/das-error.js";
import type { LuaScript } from "./scripts/lua-script.js";

/** A word of a command, as text (UTF-8) or bytes. */
export type RedisWord = string | Buffer;

/** What Redis answers: text and bytes as they came, integers, nothing, a refusal, or a list of these. */
export type RedisReply = Buffer | number | null | RedisRefusal | readonly RedisReply[];

/** Redis understood the command and did not do it: out of memory, no such script, no permission. */
export class RedisRefusal {
  /** In its own words, such as `OOM command not allowed when used memory > 'maxmemory'.` */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** A way to speak to one Redis. Errors of all methods: INDEX_AWAY where there is no answer in time, or none that can be read. */
export interface RedisLink {
  /** Sends one command. A refusal is a reply. */
  call(words: readonly RedisWord[]): Promise<RedisReply>;
  /** Sends several commands at once; the replies in their order. */
  pipeline(commands: readonly (readonly RedisWord[])[]): Promise<readonly RedisReply[]>;
  close(): Promise<void>;
}

/** That the index does not answer. `where.refused` is true where Redis is there but will not do this. */
export function indexAway(reason: string, cause?: unknown, refused = false): DasError {
  return new DasError(
    "INDEX_AWAY",
    "the index of cached blocks does not answer",
    refused ? { reason, refused } : { reason },
    cause,
  );
}

const digests = new Map<string, string>();

/**
 * Runs a script: by its digest, or with its text where Redis does not know it yet.
 * Errors: INDEX_AWAY, also where Redis refuses.
 */
export async function runScript(
  link: RedisLink,
  script: LuaScript,
  keys: readonly string[],
  args: readonly RedisWord[],
): Promise<Exclude<RedisReply, RedisRefusal>> {
  const rest = [String(keys.length), ...keys, ...args];
  const reply = await link.call(["EVALSHA", digestOf(script), ...rest]);
  if (reply instanceof RedisRefusal && reply.reason.startsWith("NOSCRIPT"))
    return granted(await link.call(["EVAL", script.text, ...rest]));
  return granted(reply);
}

/** The reply, unless it is a refusal. Errors: INDEX_AWAY. */
export function granted(reply: RedisReply): Exclude<RedisReply, RedisRefusal> {
  if (reply instanceof RedisRefusal) throw indexAway(reply.reason, undefined, true);
  return reply;
}

function digestOf(script: LuaScript): string {
  const known = digests.get(script.name);
  if (known !== undefined) return known;
  const digest = createHash("sha1").update(script.text).digest("hex");
  digests.set(script.name, digest);
  return digest;
}
