/** Time that passes, and what is done when some of it has. */
export interface Clock {
  /** Milliseconds of a clock that only grows. */
  readonly now: () => number;
  /** Does something once, later; gives what undoes that. */
  readonly after: (ms: number, act: () => void) => () => void;
}

/** That of the browser. */
export const CLOCK: Clock = {
  now: () => performance.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};
