import { DasError } from "../../errors/das-error.js";
import { UserGuesses } from "./user-guesses.js";

/** Addresses that are remembered; the longest untouched goes first. */
const MAX_ADDRESSES = 10_000;
/** Logins of one address that may wait for their turn. */
const MAX_WAITING = 16;
/** Longest wait after a wrong password, milliseconds. */
const MAX_DELAY_MS = 30_000;
/** Quiet time after which an address begins anew, milliseconds. */
const FORGET_MS = 15 * 60_000;

interface Attempts {
  failures: number;
  waiting: number;
  last: number;
  turn: Promise<unknown>;
}

function cancelled(): DasError {
  return new DasError("CANCELLED", "the client has left");
}

/** The result, or CANCELLED as soon as nobody waits for it. */
function unlessGone<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return result;
  return new Promise((resolve, reject) => {
    const leave = () => reject(cancelled());
    signal.addEventListener("abort", leave, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

/**
 * Slows the guessing of passwords: the checks of one address run one after the other, and each wrong one is answered after a
 * wait that doubles (`delayMs`, 2 `delayMs`, ... up to 30 s). A client that leaves gives its place to others, and is not checked
 * when its turn comes; the wait after its wrong password goes on all the same, so that leaving does not help who guesses. Guesses at
 * one user from many addresses are slowed as those from one ({@link UserGuesses}).
 * Errors: OVERLOADED when 16 of one address, or wrong ones of one user, wait already; CANCELLED when the client has left.
 * Source: das2-server 6.1.
 */
export class LoginDelay {
  readonly #delayMs: number;
  readonly #now: () => number;
  readonly #wait: (ms: number) => Promise<void>;
  readonly #addresses = new Map<string, Attempts>();
  readonly #users: UserGuesses;

  constructor(
    delayMs: number,
    now: () => number = Date.now,
    wait: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  ) {
    this.#delayMs = delayMs;
    this.#now = now;
    this.#wait = wait;
    this.#users = new UserGuesses(now);
  }

  /**
   * Runs `check` in its turn; `false` comes back only after the wait.
   * @param user whose password is checked, known or not
   */
  async run(
    address: string,
    user: string,
    check: () => Promise<boolean>,
    signal?: AbortSignal,
  ): Promise<boolean> {
    if (signal?.aborted === true) throw cancelled();
    this.#users.admit(user, address);
    const attempts = this.#attempts(address);
    if (attempts.waiting >= MAX_WAITING)
      throw new DasError("OVERLOADED", "too many logins from this address at once; try again later");
    attempts.waiting++;
    const result = attempts.turn.then(() => {
      if (signal?.aborted === true) throw cancelled();
      return this.#inTurn(attempts, address, user, check);
    });
    attempts.turn = result.catch(() => undefined);
    try {
      return await unlessGone(result, signal);
    } finally {
      attempts.waiting--;
    }
  }

  async #inTurn(
    attempts: Attempts,
    address: string,
    user: string,
    check: () => Promise<boolean>,
  ): Promise<boolean> {
    const matches = await check();
    attempts.last = this.#now();
    if (matches) {
      attempts.failures = 0;
      this.#users.matched(user, address);
      return true;
    }
    attempts.failures++;
    const failures = Math.max(attempts.failures, this.#users.failed(user));
    try {
      await this.#wait(Math.min(this.#delayMs * 2 ** Math.min(failures - 1, 20), MAX_DELAY_MS));
    } finally {
      this.#users.waited(user);
    }
    return false;
  }

  #attempts(address: string): Attempts {
    const now = this.#now();
    let attempts = this.#addresses.get(address);
    if (attempts !== undefined && attempts.waiting === 0 && now - attempts.last > FORGET_MS)
      attempts.failures = 0;
    attempts ??= { failures: 0, waiting: 0, last: now, turn: Promise.resolve() };
    // Inserted anew: the map's order is then the order of last use.
    this.#addresses.delete(address);
    this.#addresses.set(address, attempts);
    if (this.#addresses.size > MAX_ADDRESSES) {
      for (const [oldest, { waiting }] of this.#addresses)
        if (waiting === 0) {
          this.#addresses.delete(oldest);
          break;
        }
    }
    return attempts;
  }
}
