import type { BlockIndex, Claim } from "../index/block-index.js";
import type { Level } from "../level.js";

/** A claim is renewed this often in the time that it lasts. */
const RENEWALS = 3;

/**
 * Claims that are held while blocks are being made: renewed by a timer, given back at the end. An index that is away is waited for;
 * the disk does not need it.
 */
export class Leases {
  readonly #index: BlockIndex;
  readonly #leaseMs: number;
  readonly #held = new Map<Level, Map<number, Claim>>();
  readonly #timer: NodeJS.Timeout;
  #renewing: Promise<void> = Promise.resolve();

  constructor(index: BlockIndex, leaseMs: number) {
    this.#index = index;
    this.#leaseMs = leaseMs;
    this.#timer = setInterval(() => {
      this.#renewing = this.#renewing.then(() => this.#renew());
    }, leaseMs / RENEWALS);
    this.#timer.unref();
  }

  /** Takes over claims, to be renewed from now on. */
  add(level: Level, claims: readonly Claim[]): void {
    const held = this.#held.get(level) ?? new Map<number, Claim>();
    this.#held.set(level, held);
    for (const claim of claims) held.set(claim.number, claim);
  }

  /** The claim of a block; `undefined` where it is not, or no longer, held. */
  of(level: Level, number: number): Claim | undefined {
    return this.#held.get(level)?.get(number);
  }

  /** The claim of a block ended with its publication. */
  ended(level: Level, number: number): void {
    this.#held.get(level)?.delete(number);
  }

  /** Gives back claims that are not needed. Never fails: what cannot be given back lapses. */
  async give(level: Level, claims: readonly Claim[]): Promise<void> {
    for (const { number } of claims) this.#held.get(level)?.delete(number);
    await this.#index.release(level, claims).catch(() => undefined);
  }

  /** Gives back what is still held. Never fails: what cannot be given back lapses. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    for (const [level, held] of this.#held)
      if (held.size > 0) await this.#index.release(level, [...held.values()]).catch(() => undefined);
    this.#held.clear();
  }

  async #renew(): Promise<void> {
    for (const [level, held] of this.#held) {
      const claims = [...held.values()];
      if (claims.length === 0) continue;
      try {
        // By number: claims that were taken together have one token.
        const renewed = await this.#index.renew(level, claims, this.#leaseMs);
        const kept = new Set(renewed.map(({ number }) => number));
        for (const { number, token } of claims)
          if (!kept.has(number) && held.get(number)?.token === token) held.delete(number);
      } catch {
        // Nobody else can take them while the index is away; whether they are still held is asked again next time, and when blocks
        // are published.
      }
    }
  }
}
