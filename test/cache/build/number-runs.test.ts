import fc from "fast-check";
import { expect, test } from "vitest";
import { NumberRuns } from "../../../cache/build/number-runs.js";

test("a set of runs has what was added to it, in whatever order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -12, max: 12 }), { maxLength: 40 }), (numbers) => {
      const runs = new NumberRuns();
      for (const number of numbers) runs.add(number);
      for (let number = -14; number <= 14; number++) expect(runs.has(number)).toBe(numbers.includes(number));
    }),
  );
});
