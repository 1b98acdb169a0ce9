import {
  ALL_TIME,
  fitted,
  moved,
  NARROWEST_US,
  type Span,
  spanLength,
  tidied,
  zoomed,
} from "../../plot/span.js";
import type { Wish } from "./wishes.js";

/** What a wish leads to: a range, and whether the movement goes on. */
export interface WishedSpan {
  readonly span: Span;
  readonly isMoving: boolean;
}

/**
 * The range that a wish leads to. At the end of a movement its ends become times that are short to write; while it lasts nothing is rounded, so
 * that slow movements add up.
 * @param narrowest nothing leads below this, microseconds; see `narrowestOf`
 */
export function wishedSpan(span: Span, wish: Wish, narrowest: number): WishedSpan {
  const [wanted, isMoving] = spanOf(span, wish, narrowest);
  return { span: isMoving ? wanted : tidied(wanted), isMoving };
}

function spanOf(span: Span, wish: Wish, narrowest: number): readonly [span: Span, isMoving: boolean] {
  switch (wish.kind) {
    case "move":
      return [moved(span, wish.part), !wish.isOver];
    case "zoom":
      return [zoomed(span, wish.factor, wish.at, { narrowest }), !wish.isOver];
    case "box": {
      const from = span.begin + wish.from * spanLength(span);
      const to = span.begin + wish.to * spanLength(span);
      // A box that is too narrow is about what it was drawn around.
      const missing = Math.max(
        0,
        Math.min(Math.max(narrowest, NARROWEST_US), spanLength(span)) - (to - from),
      );
      return [fitted({ begin: from - missing / 2, end: to + missing / 2 }, ALL_TIME), false];
    }
    default:
      return wish satisfies never;
  }
}
