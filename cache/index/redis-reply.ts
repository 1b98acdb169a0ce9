import { indexAway, type RedisReply } from "./redis-link.js";

/** The items of a list. Errors of all functions here but {@link bytesOf}: INDEX_AWAY where the reply is something else. */
export function listOf(reply: RedisReply | undefined): readonly RedisReply[] {
  if (Array.isArray(reply)) return reply;
  throw unexpected("a list");
}

/** Bytes; none where there is nothing, or something else. */
export function bytesOf(reply: RedisReply | undefined): Buffer {
  return Buffer.isBuffer(reply) ? reply : Buffer.alloc(0);
}

/** A text. */
export function textOf(reply: RedisReply | undefined): string {
  if (Buffer.isBuffer(reply)) return reply.toString("utf8");
  throw unexpected("a text");
}

/** An integer as Redis has it. */
export function integerOf(reply: RedisReply | undefined): number {
  if (typeof reply === "number") return reply;
  throw unexpected("an integer");
}

/** An integer that stands as text: the number of a block or a chunk. */
export function numberOf(reply: RedisReply | undefined): number {
  const number = Number(textOf(reply));
  if (Number.isSafeInteger(number)) return number;
  throw unexpected("an integer as text");
}

function unexpected(expected: string): Error {
  return indexAway(`Redis answered something else than ${expected}`);
}
