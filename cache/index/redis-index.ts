import { randomBytes } from "node:crypto";
import type { BlockSpan } from "../block-number.js";
import type { BlockDetails } from "../block-state.js";
import type { Level } from "../level.js";
import type { BlockIndex, Claim, ClaimedPublication, Coverage, Moment, Publication } from "./block-index.js";
import { decodeDetails, encodeExtra, encodeRecord, RECORD_BYTES, recordSecond } from "./block-record.js";
import { CoverageBuilder } from "./coverage-builder.js";
import { levelNames } from "./level-names.js";
import { checkCount, inSlices, MAX_DETAILS, MAX_NUMBERS } from "./many-numbers.js";
import { readChunks } from "./read-chunks.js";
import { type RedisKeys, redisKeys, STATES_CHUNK, USAGE_KEY, usageField } from "./redis-keys.js";
import { granted, type RedisLink, runScript } from "./redis-link.js";
import { bytesOf, integerOf, listOf, numberOf, textOf } from "./redis-reply.js";
import { CHANGE_CLAIMS } from "./scripts/change-claims.js";
import { CLAIM_BLOCKS } from "./scripts/claim-blocks.js";
import { FORGET_BLOCKS } from "./scripts/forget-blocks.js";
import { FORGET_LEVEL } from "./scripts/forget-level.js";
import { HELD_CLAIMS } from "./scripts/held-claims.js";
import { MARK_STALE } from "./scripts/mark-stale.js";
import { PUBLISH_BLOCK } from "./scripts/publish-block.js";
import { PUT_BLOCKS } from "./scripts/put-blocks.js";
import { READ_DETAILS } from "./scripts/read-details.js";
import { RELEASE_CLAIMS } from "./scripts/release-claims.js";
import { RENEW_CLAIMS } from "./scripts/renew-claims.js";

/** Chunks of records that are marked as stale in one step: about 20 ms of Redis' time. */
const MARK_CHUNKS = 64;

/** A claim that lapsed this long ago is of a builder that is dead. */
const DEAD_CLAIM_MS = 86_400_000;

/** The index in Redis; where it lies there, redis-keys.ts. Changes of several keys are scripts. */
export class RedisIndex implements BlockIndex {
  readonly #link: RedisLink;

  constructor(link: RedisLink) {
    this.#link = link;
  }

  async coverage(level: Level, span: BlockSpan, moment: Moment): Promise<Coverage> {
    const builder = new CoverageBuilder(level, span, moment);
    if (span.end <= span.first) return builder.finish();
    const { states } = this.#keys(level);
    for (const [chunk, records] of await readChunks(this.#link, states, span))
      builder.add(chunk * STATES_CHUNK, records);
    return builder.finish();
  }

  async details(level: Level, numbers: readonly number[]): Promise<readonly (BlockDetails | undefined)[]> {
    checkCount(numbers.length, MAX_DETAILS);
    if (numbers.length === 0) return [];
    const { states, extras } = redisKeys(levelNames(level));
    const reply = await runScript(this.#link, READ_DETAILS, [states, extras], numbers.map(String));
    const found = listOf(reply);
    return numbers.map((number, index) => {
      const bytes = bytesOf(found[index]);
      return decodeDetails(number, bytes.subarray(0, RECORD_BYTES), bytes.subarray(RECORD_BYTES), level);
    });
  }

  /** @param note goes to the end of the tokens */
  async claim(
    level: Level,
    numbers: readonly number[],
    owner: string,
    leaseMs: number,
    note = "",
  ): Promise<readonly Claim[]> {
    const { claims } = this.#keys(level);
    const token = `r${randomBytes(12).toString("hex")}${note}`; // those of files begin with another letter
    const taken: Claim[] = [];
    for (const slice of inSlices(numbers, MAX_NUMBERS)) {
      const args = [token, owner, String(Math.ceil(leaseMs)), ...slice.map(String)];
      const reply = listOf(await runScript(this.#link, CLAIM_BLOCKS, [claims], args));
      for (let i = 0; i + 1 < reply.length; i += 2)
        taken.push({ number: numberOf(reply[i]), token, changes: integerOf(reply[i + 1]) });
    }
    return taken;
  }

  async renew(level: Level, claims: readonly Claim[], leaseMs: number): Promise<readonly Claim[]> {
    const keys = this.#keys(level);
    const held = new Set<number>();
    for (const slice of inSlices(claims, MAX_NUMBERS)) {
      const args = [String(Math.ceil(leaseMs)), ...slice.flatMap(claimWords)];
      for (const number of listOf(await runScript(this.#link, RENEW_CLAIMS, [keys.claims], args)))
        held.add(numberOf(number));
    }
    return claims.filter(({ number }) => held.has(number));
  }

  async release(level: Level, claims: readonly Claim[]): Promise<void> {
    const keys = this.#keys(level);
    for (const slice of inSlices(claims, MAX_NUMBERS))
      await runScript(this.#link, RELEASE_CLAIMS, [keys.claims], slice.flatMap(claimWords));
  }

  async claimed(level: Level, numbers: readonly number[]): Promise<readonly number[]> {
    const keys = this.#keys(level);
    const held: number[] = [];
    for (const slice of inSlices(numbers, MAX_NUMBERS)) {
      const reply = await runScript(this.#link, HELD_CLAIMS, [keys.claims], slice.map(String));
      held.push(...listOf(reply).map(numberOf));
    }
    return held;
  }

  /** Where the claim is not held any more, changes may have gone unseen: the block is put as stale. */
  async publish(level: Level, details: BlockDetails, claim: Claim): Promise<Publication> {
    const publication = await this.publishClaimed(level, details, claim);
    if (publication !== "unclaimed") return publication;
    await this.record(level, [{ ...details, state: "stale" }]);
    return "outdated";
  }

  /** As {@link RedisIndex.publish}, but nothing is done where the claim is not held. */
  async publishClaimed(level: Level, details: BlockDetails, claim: Claim): Promise<ClaimedPublication> {
    const keys = this.#keys(level);
    const reply = await runScript(
      this.#link,
      PUBLISH_BLOCK,
      [keys.claims, keys.generations, USAGE_KEY],
      [
        ...prefixes(level, keys),
        levelNames(level).generation,
        ...claimWords(claim),
        String(claim.changes),
        encodeRecord(details),
        encodeRecord({ ...details, state: "stale" }),
        encodeExtra(details),
      ],
    );
    return (["unclaimed", "published", "outdated"] as const)[integerOf(reply)] ?? "outdated";
  }

  async record(level: Level, details: readonly BlockDetails[]): Promise<void> {
    const keys = this.#keys(level);
    for (const slice of inSlices(details, MAX_NUMBERS))
      await runScript(
        this.#link,
        PUT_BLOCKS,
        [keys.generations, USAGE_KEY],
        [
          ...prefixes(level, keys),
          levelNames(level).generation,
          ...slice.flatMap((one) => [
            String(one.number),
            String(recordSecond(one.builtMs)),
            encodeRecord(one),
            encodeExtra(one),
          ]),
        ],
      );
  }

  async markChanged(level: Level, span: BlockSpan): Promise<readonly number[]> {
    if (span.end <= span.first) return [];
    const keys = this.#keys(level);
    const { generation } = levelNames(level);
    const last = String(span.end - 1);
    const range = [String(span.first), last, String(DEAD_CLAIM_MS)];
    // Claims first: what is published after that is put as stale, what was before is on record below.
    const reply = await runScript(this.#link, CHANGE_CLAIMS, [keys.claims, keys.generations], range);
    const stale: number[] = [];
    for (const other of listOf(reply).map(textOf)) {
      const found = await this.#markStale(keys.statesPrefix + other, String(span.first), last);
      if (other === generation) stale.push(...found);
    }
    return stale;
  }

  async forget(level: Level, numbers: readonly number[]): Promise<void> {
    const keys = this.#keys(level);
    for (const slice of inSlices(numbers, MAX_NUMBERS))
      await runScript(
        this.#link,
        FORGET_BLOCKS,
        [keys.generations, USAGE_KEY],
        [...prefixes(level, keys), ...slice.map(String)],
      );
  }

  async forgetLevel(level: Level): Promise<void> {
    const keys = this.#keys(level);
    await runScript(this.#link, FORGET_LEVEL, [keys.generations, USAGE_KEY], prefixes(level, keys));
  }

  async usage(): Promise<number> {
    const reply = granted(await this.#link.call(["HGET", USAGE_KEY, "total"]));
    return reply === null ? 0 : Math.max(0, numberOf(reply));
  }

  async setUsage(bytes: number): Promise<void> {
    granted(await this.#link.call(["HSET", USAGE_KEY, "total", String(Math.round(bytes))]));
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async #markStale(states: string, first: string, last: string): Promise<number[]> {
    const stale: number[] = [];
    for (let from = first; from !== ""; ) {
      const limits = [String(MARK_CHUNKS), String(MAX_DETAILS - stale.length)];
      const [next, ...found] = listOf(
        await runScript(this.#link, MARK_STALE, [states], [from, last, ...limits]),
      );
      stale.push(...found.map(numberOf));
      from = textOf(next);
    }
    return stale;
  }

  #keys(level: Level): RedisKeys {
    return redisKeys(levelNames(level));
  }
}

function prefixes(level: Level, keys: RedisKeys): [string, string, string] {
  return [keys.statesPrefix, keys.extrasPrefix, usageField(levelNames(level))];
}

function claimWords({ number, token }: Claim): [string, string] {
  return [String(number), token];
}
