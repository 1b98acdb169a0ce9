import type { BlockSpan } from "../block-number.js";
import { MAX_BLOCKS, tooManyBlocks } from "./coverage-builder.js";
import { STATES_CHUNK } from "./redis-keys.js";
import { granted, type RedisLink, runScript } from "./redis-link.js";
import { bytesOf, listOf, numberOf } from "./redis-reply.js";
import { READ_STATES } from "./scripts/read-states.js";

/** 2^22 blocks may begin and end inside of a chunk. */
const MAX_CHUNKS = MAX_BLOCKS / STATES_CHUNK + 1;

/** The number of a chunk and its records. */
export type Chunk = readonly [number: number, records: Buffer];

/**
 * The chunks of records of a range that are there, ascending: one round trip, whatever the range.
 * @param states the key
 * Errors: TOO_MANY_BLOCKS where there are more than 4097, which 2^22 blocks side by side may have; INDEX_AWAY.
 */
export async function readChunks(
  link: RedisLink,
  states: string,
  span: BlockSpan,
): Promise<readonly Chunk[]> {
  const from = Math.floor(span.first / STATES_CHUNK);
  const to = Math.floor((span.end - 1) / STATES_CHUNK);
  return to - from < MAX_CHUNKS ? allChunks(link, states, from, to) : chunksThere(link, states, span);
}

/** Chunks that are few enough to be asked for by name; a script would copy all of them twice. */
async function allChunks(link: RedisLink, states: string, from: number, to: number): Promise<Chunk[]> {
  const fields = Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
  const found = listOf(granted(await link.call(["HMGET", states, ...fields])));
  return found.flatMap((records, i): Chunk[] => (Buffer.isBuffer(records) ? [[from + i, records]] : []));
}

/** Those chunks of a long range that are there. */
async function chunksThere(link: RedisLink, states: string, span: BlockSpan): Promise<Chunk[]> {
  const range = [String(span.first), String(span.end - 1), String(MAX_CHUNKS)];
  const reply = await runScript(link, READ_STATES, [states], range);
  if (typeof reply === "number") throw tooManyBlocks();
  const found = listOf(reply);
  const chunks: Chunk[] = [];
  for (let i = 0; i + 1 < found.length; i += 2) chunks.push([numberOf(found[i]), bytesOf(found[i + 1])]);
  return chunks;
}
