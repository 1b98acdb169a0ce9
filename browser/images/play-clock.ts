/** Where a player is, by the clock: frames that come too late are passed over, none is waited for. */
export interface PlayPlace {
  /** Number of the frame whose turn it is. */
  readonly at: number;
  /** Whether it is the last one, and nothing follows. */
  readonly isOver: boolean;
}

/**
 * The frame whose turn it is after so many milliseconds from frame `from` on.
 * @param count frames that there are, one at least
 */
export function playPlace(
  from: number,
  elapsedMs: number,
  framesPerSecond: number,
  count: number,
  loops: boolean,
): PlayPlace {
  const steps = Math.floor((elapsedMs * framesPerSecond) / 1000);
  const at = from + steps;
  if (loops) return { at: at % count, isOver: false };
  return at >= count - 1 ? { at: count - 1, isOver: true } : { at, isOver: false };
}

/** The frames that are worth loading: the one whose turn it is, then those behind it. */
export function aheadOf(at: number, count: number, loops: boolean, most: number): readonly number[] {
  const wanted = Array.from({ length: Math.min(most, count) }, (_, n) => at + n);
  return loops ? wanted.map((n) => n % count) : wanted.filter((n) => n < count);
}
