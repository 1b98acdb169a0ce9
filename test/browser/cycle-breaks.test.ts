import { describe, expect, it } from "vitest";
import { withCycleBreaks } from "../../browser/plot/cycle-breaks.js";
import type { Cell } from "../../browser/plot/line-data.js";
import { canBeCycle, cycleOf } from "../../plot/cycle.js";

const FULL = { low: 0, high: 360 };

function line(y: readonly Cell[], units = "deg", range: { low: number; high: number } | undefined = FULL) {
  const cycle = cycleOf(units, range);
  return {
    quantity: { key: units, name: "a", units, label: "a", ...(cycle === undefined ? {} : { cycle }) },
    y,
  };
}

describe("a quantity that begins again where it ends", () => {
  it.each([
    ["deg", FULL, 180],
    ["degrees", { low: -180, high: 180 }, 180],
    ["hours", { low: 0, high: 24 }, 12],
    ["rad", { low: 0, high: 6.2832 }, Math.PI],
  ])("is told by its units %s and a range of a turn", (units, range, longest) => {
    expect(cycleOf(units, range)?.longest).toBeCloseTo(longest, 9);
  });

  it.each([
    ["deg", { low: -90, high: 90 }],
    ["deg", { low: 0, high: 720 }],
    ["hours", { low: 0, high: 12 }],
    ["nT", FULL],
    ["constructor", undefined],
  ])("is not what has the units %s and the range %j", (units, range) => {
    expect(cycleOf(units, range)).toBeUndefined();
  });

  it("is taken for granted without a range only where all values lie in one turn", () => {
    const cycle = cycleOf("deg", undefined)!;
    expect(cycle.longest).toBe(270);
    expect([
      canBeCycle(cycle, 0, 360),
      canBeCycle(cycle, -180, 180),
      canBeCycle(cycle, -10, 359),
      canBeCycle(cycle, 0, 400),
    ]).toEqual([true, true, false, false]);
  });

  it("has a break before the record with which it begins again, whichever way it goes", () => {
    const data = withCycleBreaks({ x: [0, 1000, 2000, 3000], lines: [line([350, 359, 2, 358])] });
    expect(data.lines[0]?.y).toEqual([350, 359, null, 2, null, 358]);
    expect(data.x).toEqual([0, 1000, 1999, 2000, 2999, 3000]);
  });

  it("says nothing of the other lines where it breaks", () => {
    const data = withCycleBreaks({
      x: [0, 1000],
      lines: [line([359, 1]), { ...line([5, 6], "nT"), low: [4, 5], high: [6, 7] }],
    });
    expect(data.lines.map(({ y }) => y)).toEqual([
      [359, null, 1],
      [5, undefined, 6],
    ]);
    expect(data.lines[1]?.low).toEqual([4, undefined, 5]);
  });

  it("is not broken by gaps, by records of other packets, or by what is no turn", () => {
    for (const y of [
      [359, null, 1],
      [10, 180, 350],
    ] as const)
      expect(withCycleBreaks({ x: [0, 1, 2], lines: [line(y)] }).lines[0]?.y).toEqual(y);
    expect(withCycleBreaks({ x: [0, 1000, 2000], lines: [line([359, undefined, 1])] }).lines[0]?.y).toEqual([
      359,
      undefined,
      null,
      1,
    ]);
  });
});
