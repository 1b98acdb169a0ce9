import type { BlockSpan } from "../block-number.js";
import type { Level } from "../level.js";
import { levelNames } from "./level-names.js";

/** Spans of one level that are kept apart; from then on they are one that has them all, and what lies between is rebuilt needlessly. */
const MAX_SPANS = 256;

/** A change that somebody could not be told of. */
export interface PendingChange {
  readonly level: Level;
  readonly span: BlockSpan;
}

/** Changes that Redis must be told of when it is back. */
export class PendingChanges {
  readonly #levels = new Map<string, { readonly level: Level; spans: BlockSpan[] }>();

  get isEmpty(): boolean {
    return this.#levels.size === 0;
  }

  add(level: Level, span: BlockSpan): void {
    const { level: name } = levelNames(level);
    const known = this.#levels.get(name) ?? { level, spans: [] };
    this.#levels.set(name, known);
    if (known.spans.some(({ first, end }) => first <= span.first && span.end <= end)) return;
    known.spans.push(span);
    if (known.spans.length <= MAX_SPANS) return;
    const first = known.spans.reduce((least, one) => Math.min(least, one.first), span.first);
    const end = known.spans.reduce((most, one) => Math.max(most, one.end), span.end);
    known.spans = [{ first, end }];
  }

  /** One of them, which is not pending any more. */
  take(): PendingChange | undefined {
    for (const [name, { level, spans }] of this.#levels) {
      const span = spans.pop();
      if (spans.length === 0) this.#levels.delete(name);
      if (span !== undefined) return { level, span };
    }
    return undefined;
  }
}
