import { hostname } from "node:os";
import { isDasError } from "../../errors/das-error.js";
import type { BlockSpan } from "../block-number.js";
import type { BlockDetails } from "../block-state.js";
import type { Level } from "../level.js";
import type { BlockIndex, Claim, ClaimedPublication, Coverage, Moment, Publication } from "./block-index.js";
import { Breaker, type BreakerCalls } from "./breaker.js";
import { type FileIndex, isFileClaim } from "./file-index.js";
import { MAX_DETAILS } from "./many-numbers.js";
import { PendingChanges } from "./pending-changes.js";
import type { RedisIndex } from "./redis-index.js";

/** Redis is not asked for so long after it failed; a request that finds it away then costs no time limit. */
const PAUSE_MS = 3000;

/** How to behave while Redis is away, and whom to tell. */
export interface FallbackOptions extends BreakerCalls {
  /** Missing: 3 s. */
  readonly pauseMs?: number;
  /** ms, ascending; missing: `performance.now()`. */
  readonly clock?: () => number;
}

/** What Redis answered, or that it did not. */
type Answer<T> = { readonly kind: "answer"; readonly value: T } | { readonly kind: "away" };

/** What a step needs of Redis: that it is there, or also that it has room. */
type Need = "link" | "room";

/**
 * Redis, with files as a stand-in while it is away. What goes on record goes to both, so the files know what Redis knew; what is
 * asked is asked of Redis alone. Claims are with whichever answers; builders that began before and after Redis went away do not
 * see each other's for that moment, and may build a block twice: to the same bytes.
 *
 * A publication is `outdated` where records changed since the claim, also where whoever counted that was away meanwhile: changes
 * are noted in files always. Where Redis is full it takes nothing new but answers: then blocks go on record in files alone.
 */
export class FallbackIndex implements BlockIndex {
  readonly #redis: RedisIndex;
  readonly #files: FileIndex;
  readonly #link: Breaker;
  readonly #room: Breaker;
  readonly #pending = new PendingChanges();

  constructor(redis: RedisIndex, files: FileIndex, options: FallbackOptions = {}) {
    const { pauseMs = PAUSE_MS, clock } = options;
    this.#redis = redis;
    this.#files = files;
    this.#link = new Breaker(pauseMs, options, clock);
    this.#room = new Breaker(pauseMs, options, clock);
  }

  coverage(level: Level, span: BlockSpan, moment: Moment): Promise<Coverage> {
    return this.#either("link", (index) => index.coverage(level, span, moment));
  }

  details(level: Level, numbers: readonly number[]): Promise<readonly (BlockDetails | undefined)[]> {
    return this.#either("link", (index) => index.details(level, numbers));
  }

  async claim(
    level: Level,
    numbers: readonly number[],
    owner: string,
    leaseMs: number,
  ): Promise<readonly Claim[]> {
    // Who began while Redis was away goes on.
    const held = new Set(await this.#files.claimed(level, numbers).catch(() => []));
    const free = numbers.filter((number) => !held.has(number));
    if (free.length === 0) return [];
    const note = await this.#files.changes(level).position();
    const answer = await this.#ask("room", () => this.#redis.claim(level, free, owner, leaseMs, `.${note}`));
    return answer.kind === "answer" ? answer.value : this.#files.claim(level, free, owner, leaseMs);
  }

  async renew(level: Level, claims: readonly Claim[], leaseMs: number): Promise<readonly Claim[]> {
    const others = claims.filter((claim) => !isFileClaim(claim));
    const held =
      others.length < claims.length
        ? await this.#files.renew(level, claims.filter(isFileClaim), leaseMs)
        : [];
    if (others.length === 0) return held;
    const answer = await this.#ask("link", () => this.#redis.renew(level, others, leaseMs));
    if (answer.kind === "answer") return [...held, ...answer.value];
    // Redis does not tell others of these claims now, so the files do.
    return [...held, ...(await this.#files.adopt(level, others, hostname(), leaseMs))];
  }

  async release(level: Level, claims: readonly Claim[]): Promise<void> {
    await this.#files.release(level, claims);
    const others = claims.filter((claim) => !isFileClaim(claim));
    // Where Redis is away the claims lapse.
    if (others.length > 0) await this.#ask("link", () => this.#redis.release(level, others));
  }

  async claimed(level: Level, numbers: readonly number[]): Promise<readonly number[]> {
    if (numbers.length === 0) return [];
    const held = new Set(await this.#files.claimed(level, numbers));
    const answer = await this.#ask("link", () => this.#redis.claimed(level, numbers));
    for (const number of answer.kind === "answer" ? answer.value : []) held.add(number);
    return numbers.filter((number) => held.has(number));
  }

  async publish(level: Level, details: BlockDetails, claim: Claim): Promise<Publication> {
    if (isFileClaim(claim)) {
      const publication = await this.#files.publish(level, details, claim);
      await this.#ask("room", () => this.#redis.record(level, [asPublished(details, publication)]));
      return publication;
    }
    const answer = await this.#ask("room", () => this.#redis.publishClaimed(level, details, claim));
    const outcome = answer.kind === "answer" ? answer.value : "unclaimed";
    // What Redis counted may have been lost with it, and what it was not yet told of is in the log of changes already.
    const stored = this.#files.publishUnclaimed(level, asPublished(details, outcome), changesAt(claim));
    const publication = outcome === "unclaimed" ? await stored : await stored.catch(troubleAs(outcome));
    if (outcome === "outdated") return outcome;
    if (outcome !== publication)
      await this.#ask("room", () => this.#redis.record(level, [asPublished(details, publication)]));
    if (outcome === "unclaimed") await this.release(level, [claim]);
    return publication;
  }

  async record(level: Level, details: readonly BlockDetails[]): Promise<void> {
    if (details.length === 0) return;
    const answer = await this.#ask("room", () => this.#redis.record(level, details));
    const written = this.#files.record(level, details);
    await (answer.kind === "answer" ? written.catch(troubleAs(undefined)) : written);
  }

  async markChanged(level: Level, span: BlockSpan): Promise<readonly number[]> {
    const here = await this.#files.markChanged(level, span);
    const answer = await this.#ask("link", () => this.#redis.markChanged(level, span));
    if (answer.kind === "away") {
      this.#pending.add(level, span);
      return here;
    }
    const all = new Set([...answer.value, ...here]);
    return [...all].sort((a, b) => a - b).slice(0, MAX_DETAILS);
  }

  async forget(level: Level, numbers: readonly number[]): Promise<void> {
    if (numbers.length > 0) await this.#both("link", (index) => index.forget(level, numbers));
  }

  async forgetLevel(level: Level): Promise<void> {
    await this.#both("link", (index) => index.forgetLevel(level));
  }

  /** The greater of both: a Redis that was emptied knows of nothing, and what is too much is counted anew before blocks make way. */
  async usage(): Promise<number> {
    const answer = await this.#ask("link", () => this.#redis.usage());
    const files = this.#files.usage();
    if (answer.kind === "away") return files;
    return Math.max(answer.value, await files.catch(troubleAs(0)));
  }

  async setUsage(bytes: number): Promise<void> {
    await this.#both("room", (index) => index.setUsage(bytes));
  }

  async close(): Promise<void> {
    await this.#redis.close();
    await this.#files.close();
  }

  /** Asks Redis, unless it has just failed; before that it is told what changed while it was away. */
  async #ask<T>(need: Need, step: () => Promise<T>): Promise<Answer<T>> {
    if (!this.#link.mayAsk() || (need === "room" && !this.#room.mayAsk())) return { kind: "away" };
    try {
      await this.#tellPending();
      const value = await step();
      this.#link.worked();
      if (need === "room") this.#room.worked();
      return { kind: "answer", value };
    } catch (error) {
      if (!isDasError(error, "INDEX_AWAY")) throw error;
      const { reason, refused } = error.where;
      (refused === true ? this.#room : this.#link).failed(String(reason));
      return { kind: "away" };
    }
  }

  async #tellPending(): Promise<void> {
    for (let change = this.#pending.take(); change !== undefined; change = this.#pending.take()) {
      const { level, span } = change;
      try {
        await this.#redis.markChanged(level, span);
      } catch (error) {
        this.#pending.add(level, span);
        throw error;
      }
    }
  }

  async #either<T>(need: Need, step: (index: BlockIndex) => Promise<T>): Promise<T> {
    const answer = await this.#ask(need, () => step(this.#redis));
    return answer.kind === "answer" ? answer.value : step(this.#files);
  }

  async #both(need: Need, step: (index: BlockIndex) => Promise<void>): Promise<void> {
    await step(this.#files);
    await this.#ask(need, () => step(this.#redis));
  }
}

/** The log of changes as it was when a claim was taken, from the note in its token. */
function changesAt({ token }: Claim): number | undefined {
  const note = /\.(\d{1,16})$/.exec(token)?.[1];
  return note === undefined ? undefined : Number(note);
}

function asPublished(details: BlockDetails, outcome: ClaimedPublication): BlockDetails {
  return outcome === "outdated" ? { ...details, state: "stale" } : details;
}

/** What is on record in Redis need not be in files as well: they are a stand-in. */
function troubleAs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (isDasError(error, "INDEX_AWAY")) return value;
    throw error;
  };
}
