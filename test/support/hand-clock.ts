import type { Clock } from "../../browser/plot/clock.js";

/** A clock that stands still until a test lets time pass. */
export interface HandClock extends Clock {
  /** Lets time pass, and does what is due, the earliest first. */
  readonly pass: (ms: number) => void;
  /** How long it is until something is due, ms; `undefined`: nothing is. */
  readonly next: () => number | undefined;
}

/** A clock that begins at 0. */
export function handClock(): HandClock {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly act: () => void }>();
  const first = () => [...timers].sort((a, b) => a.at - b.at)[0];
  return {
    now: () => now,
    after: (ms, act) => {
      const timer = { at: now + ms, act };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    next: () => {
      const timer = first();
      return timer === undefined ? undefined : timer.at - now;
    },
    pass: (ms) => {
      const end = now + ms;
      for (let timer = first(); timer !== undefined && timer.at <= end; timer = first()) {
        timers.delete(timer);
        now = timer.at;
        timer.act();
      }
      now = end;
    },
  };
}
