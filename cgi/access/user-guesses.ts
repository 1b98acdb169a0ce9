import { DasError } from "../../errors/das-error.js";

/** Users that are remembered; the longest untouched goes first. */
const MAX_USERS = 10_000;
/** Wrong passwords of one user whose answers wait at once; beyond it nobody new may try. */
const MAX_WAITING = 16;
/** Addresses from which a user has logged in that are remembered. */
const MAX_GOOD = 16;
/** Quiet time after which a user begins anew, milliseconds. */
const FORGET_MS = 15 * 60_000;

interface Guesses {
  failures: number;
  waiting: number;
  last: number;
  /** Where the right password came from before. */
  readonly good: Set<string>;
}

/**
 * Wrong passwords by user, wherever they come from, also of users that do not exist: one who guesses from many addresses waits as one
 * who guesses from one. Who has logged in from an address before still gets in from there.
 */
export class UserGuesses {
  readonly #now: () => number;
  readonly #users = new Map<string, Guesses>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Errors: OVERLOADED where so many wrong ones wait that this would be one more. */
  admit(user: string, address: string): void {
    const guesses = this.#users.get(user);
    if (guesses === undefined || guesses.waiting < MAX_WAITING || guesses.good.has(address)) return;
    throw new DasError("OVERLOADED", "too many logins as this user at once; try again later");
  }

  /** Notes a right password: the next wrong one is the first again. */
  matched(user: string, address: string): void {
    const guesses = this.#guesses(user);
    guesses.failures = 0;
    guesses.good.delete(address);
    guesses.good.add(address);
    if (guesses.good.size > MAX_GOOD) guesses.good.delete(guesses.good.values().next().value ?? "");
  }

  /** Notes a wrong password, whose answer waits from now on. @returns how many there have been */
  failed(user: string): number {
    const guesses = this.#guesses(user);
    guesses.waiting++;
    return ++guesses.failures;
  }

  /** The answer to a wrong password has gone out. */
  waited(user: string): void {
    const guesses = this.#users.get(user);
    if (guesses !== undefined) guesses.waiting--;
  }

  #guesses(user: string): Guesses {
    const now = this.#now();
    const guesses = this.#users.get(user) ?? { failures: 0, waiting: 0, last: now, good: new Set() };
    if (now - guesses.last > FORGET_MS) guesses.failures = 0;
    guesses.last = now;
    // Inserted anew: the map's order is then the order of last use.
    this.#users.delete(user);
    this.#users.set(user, guesses);
    if (this.#users.size > MAX_USERS)
      for (const [oldest, { waiting }] of this.#users)
        if (waiting === 0) {
          this.#users.delete(oldest);
          break;
        }
    return guesses;
  }
}
