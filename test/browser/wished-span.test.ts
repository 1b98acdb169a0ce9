import { describe, expect, it } from "vitest";
import { wishedSpan } from "../../browser/plot/wished-span.js";
import { NARROWEST_US, narrowestOf, type Span, spanLength } from "../../plot/span.js";

const DAY = { begin: 0, end: 86_400e6 };
const SECOND = 1e6;

/** The range after many turns of the wheel. */
function wheeled(span: Span, cadence: number | undefined): Span {
  let now = span;
  for (let n = 0; n < 300; n++)
    now = wishedSpan(
      now,
      { kind: "zoom", factor: 1 / 1.2, at: 0.3, isOver: false },
      narrowestOf(cadence),
    ).span;
  return now;
}

describe("the range that a wish leads to", () => {
  it("is no narrower than a few records, however often the wheel turns", () => {
    const span = wheeled(DAY, SECOND);
    expect(spanLength(span)).toBeGreaterThanOrEqual(3 * SECOND);
    expect(spanLength(span)).toBeLessThanOrEqual(5 * SECOND);
    // The place under the pointer has stayed: three tenths of the day.
    expect(Math.abs(span.begin + 0.3 * spanLength(span) - 0.3 * 86_400e6)).toBeLessThan(1000);
  });

  it("is no narrower than what times can tell where records are not known", () => {
    expect(spanLength(wheeled(DAY, undefined))).toBe(NARROWEST_US);
  });

  it("does not grow where it was narrower already, and can always be left", () => {
    const narrow = { begin: 0, end: SECOND };
    const zoom = (factor: number) =>
      wishedSpan(narrow, { kind: "zoom", factor, at: 0.5, isOver: true }, narrowestOf(SECOND)).span;
    expect(spanLength(zoom(0.5))).toBe(SECOND);
    expect(spanLength(zoom(2))).toBe(2 * SECOND);
  });

  it("is about the middle of a box that is too narrow", () => {
    const { span } = wishedSpan(DAY, { kind: "box", from: 0.5, to: 0.500001 }, narrowestOf(SECOND));
    expect(spanLength(span)).toBeCloseTo(4 * SECOND, -4);
    expect((span.begin + span.end) / 2).toBeCloseTo(43_200e6 + 0.0432e6, -5);
  });
});
