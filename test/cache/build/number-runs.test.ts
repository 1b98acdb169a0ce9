import fc from "fast-check";
import { expect, test } from "vitest";
import { NumberRuns } from "../../../cache/build/number-runs.js";

test("a set of runs has what was added to it and not taken out again", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -12, max: 12 }), fc.nat(2)), { maxLength: 60 }),
      (steps) => {
        const runs = new NumberRuns();
        const wanted = new Set<number>();
        for (const [number, kind] of steps)
          for (const set of [runs, wanted])
            if (kind === 0) set.delete(number);
            else set.add(number);
        for (let number = -14; number <= 14; number++) expect(runs.has(number)).toBe(wanted.has(number));
      },
    ),
  );
});
