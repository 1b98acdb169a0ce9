import { clockMs } from "../../pipeline/clock.js";
import type { Check, CheckSubject } from "./finding.js";
import { type CheckResult, runCheck } from "./run-check.js";

/** Longest wait for one check, milliseconds. */
const LIMIT_MS = 3000;

interface Look {
  readonly result: Promise<CheckResult>;
  readonly atMs: number;
  isOver: boolean;
}

/**
 * Checks whose findings are shared by everybody who asks: a page that reloads, a probe and a scrape together look no more often than one
 * of them, and a look that hangs is not begun again before it has ended.
 */
export class SharedChecks {
  readonly #subject: () => CheckSubject;
  readonly #now: () => number;
  readonly #limitMs: number;
  readonly #looks = new Map<string, Look>();
  /** Checks whose work goes on though nobody waits for it. */
  readonly #hanging = new Set<string>();

  /**
   * @param now milliseconds that only grow
   * @param limitMs longest wait for one check
   */
  constructor(subject: () => CheckSubject, now: () => number = clockMs, limitMs = LIMIT_MS) {
    this.#subject = subject;
    this.#now = now;
    this.#limitMs = limitMs;
  }

  /**
   * What a check has found, at most `keepMs` ago, or longer ago where it hangs. Never throws.
   * @param keepMs missing: what the check says
   */
  look(check: Check, keepMs: number = check.keepMs): Promise<CheckResult> {
    const known = this.#looks.get(check.name);
    if (
      known !== undefined &&
      (!known.isOver || this.#hanging.has(check.name) || this.#now() - known.atMs < keepMs)
    )
      return known.result;
    const look: Look = { result: this.#run(check), atMs: this.#now(), isOver: false };
    void look.result.then(() => {
      look.isOver = true;
    });
    this.#looks.set(check.name, look);
    return look.result;
  }

  #run(check: Check): Promise<CheckResult> {
    const watched: Check = {
      ...check,
      run: async (subject, signal) => {
        this.#hanging.add(check.name);
        try {
          return await check.run(subject, signal);
        } finally {
          this.#hanging.delete(check.name);
        }
      },
    };
    return runCheck(watched, this.#subject(), this.#limitMs);
  }
}
