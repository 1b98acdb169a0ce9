import type { BlockDetails, BlockRun, BlockState } from "../../../cache/block-state.js";
import type { BlockIndex, Claim } from "../../../cache/index/block-index.js";
import type { Level } from "../../../cache/level.js";

/** An index in the memory of a test: no expiry, no usage; what was claimed and given back can be looked at. */
export class MemoryIndex implements BlockIndex {
  readonly #details = new Map<string, BlockDetails>();
  readonly #claims = new Map<string, Claim>();
  readonly #changes = new Map<string, number>();
  #tokens = 0;
  #onRenew: () => void = () => undefined;

  /** Numbers that are claimed at a level. */
  claims(level: Level): readonly number[] {
    return [...this.#claims.entries()]
      .filter(([key]) => key.startsWith(`${level.folder} `))
      .map(([, { number }]) => number);
  }

  /** All claims lapse, or somebody takes them. */
  loseClaims(): void {
    this.#claims.clear();
  }

  /** Resolves when claims were renewed next, or tried to be. */
  renewed(): Promise<void> {
    return new Promise((resolve) => {
      this.#onRenew = resolve;
    });
  }

  async coverage(level: Level, span: { first: number; end: number }) {
    const runs: { first: number; end: number; state: BlockState }[] = [];
    for (let number = span.first; number < span.end; number++) {
      const state = this.#details.get(key(level, number))?.state ?? "absent";
      const last = runs.at(-1);
      if (last?.state === state) last.end = number + 1;
      else runs.push({ first: number, end: number + 1, state });
    }
    return { runs: runs satisfies BlockRun[], version: "", newestMs: 0 };
  }

  async details(level: Level, numbers: readonly number[]) {
    return numbers.map((number) => this.#details.get(key(level, number)));
  }

  async claim(level: Level, numbers: readonly number[]): Promise<readonly Claim[]> {
    const free = numbers.filter((number) => !this.#claims.has(key(level, number)));
    return free.map((number) => {
      const changes = this.#changes.get(key(level, number)) ?? 0;
      const claim = { number, token: `t${++this.#tokens}`, changes };
      this.#claims.set(key(level, number), claim);
      return claim;
    });
  }

  async renew(level: Level, claims: readonly Claim[]) {
    this.#onRenew();
    return this.#held(level, claims);
  }

  async release(level: Level, claims: readonly Claim[]) {
    for (const claim of this.#held(level, claims)) this.#claims.delete(key(level, claim.number));
  }

  #held(level: Level, claims: readonly Claim[]): readonly Claim[] {
    return claims.filter((claim) => this.#claims.get(key(level, claim.number))?.token === claim.token);
  }

  async claimed(level: Level, numbers: readonly number[]) {
    return numbers.filter((number) => this.#claims.has(key(level, number)));
  }

  async publish(level: Level, details: BlockDetails, claim: Claim) {
    const at = key(level, details.number);
    const outdated = (this.#changes.get(at) ?? 0) !== claim.changes;
    this.#details.set(at, outdated ? { ...details, state: "stale" } : details);
    await this.release(level, [claim]);
    return outdated ? ("outdated" as const) : ("published" as const);
  }

  async record(level: Level, details: readonly BlockDetails[]) {
    for (const one of details) this.#details.set(key(level, one.number), one);
  }

  async markChanged(level: Level, span: { first: number; end: number }) {
    const stale: number[] = [];
    for (let number = span.first; number < span.end; number++) {
      const at = key(level, number);
      this.#changes.set(at, (this.#changes.get(at) ?? 0) + 1);
      const details = this.#details.get(at);
      if (details === undefined) continue;
      this.#details.set(at, { ...details, state: "stale" });
      stale.push(number);
    }
    return stale;
  }

  async forget(level: Level, numbers: readonly number[]) {
    for (const number of numbers) this.#details.delete(key(level, number));
  }

  async forgetLevel(level: Level) {
    for (const at of [...this.#details.keys()])
      if (at.startsWith(`${level.folder} `)) this.#details.delete(at);
  }

  async usage() {
    return 0;
  }

  async setUsage() {}

  async close() {}
}

function key(level: Level, number: number): string {
  return `${level.folder} ${number}`;
}
