import type { LevelFacts } from "../../cache/answer/level-items.js";
import { type Level, levelName } from "../../cache/level.js";
import type { CachePlan } from "../../cache/plan/plan-cover.js";
import type { MissingBlocks } from "../../cache/queue/jobs-for.js";
import type { DasError } from "../../errors/das-error.js";
import type { Trace } from "../trace.js";

/**
 * Notes for the log what an answer was made from; whether its blocks could be kept is known later, and added then.
 * @param told what is still to be told of the readings for it
 */
export function noteCached(
  trace: Trace,
  level: Level,
  { kept, seals: _, ...counts }: LevelFacts,
  told: readonly Promise<unknown>[],
): void {
  const result = counts.gaps === 0 ? "hit" : counts.blocks === 0 ? "miss" : "partial";
  const record = { result, level: levelName(level), levelSeconds: level.seconds, ...counts } as const;
  trace.cache = record;
  if (kept.length === 0 && told.length === 0) return;
  trace.late = Promise.all([Promise.all(kept), ...told]).then(([failures]) => {
    const failure = failures.find((one) => one !== undefined);
    if (failure !== undefined) trace.cache = { ...record, note: noteOf(failure) };
  });
}

function noteOf({ message, where }: DasError): string {
  return typeof where.reason === "string" ? `${message}: ${where.reason}` : message;
}

/** The blocks of a plan of which only a part is read, at the ends of its gaps. */
export function partlyRead({ level, pieces }: CachePlan): MissingBlocks[] {
  return pieces.flatMap((piece) =>
    piece.kind === "blocks"
      ? []
      : [
          { level, first: piece.first, end: piece.whole.first },
          { level, first: Math.max(piece.whole.first, piece.whole.end), end: piece.end },
        ],
  );
}
