import { beforeEach, describe, expect, it } from "vitest";
import { StepHistory } from "../../browser/plot/step-history.js";

describe("the steps of a page", () => {
  /** What a browser keeps: the queries that lead back, the last of them shown. */
  let kept: string[];
  let now: number;
  let steps: StepHistory;

  beforeEach(() => {
    kept = ["a"];
    now = 0;
    steps = new StepHistory({
      push: (query) => kept.push(query),
      replace: (query) => kept.splice(-1, 1, query),
      query: () => kept.at(-1) ?? "",
      now: () => now,
    });
  });
  const tell = (query: string, atMs: number) => {
    now = atMs;
    steps.tell(query);
  };

  it("are one where changes follow each other within a second, else one each", () => {
    tell("b", 0);
    tell("c", 900);
    tell("d", 1800);
    tell("e", 2900);
    expect(kept).toEqual(["a", "d", "e"]);
  });

  it("are none where nothing has changed", () => {
    tell("a", 0);
    tell("b", 5000);
    tell("b", 5100);
    expect(kept).toEqual(["a", "b"]);
  });

  it("keep what was gone back to, however soon something else follows", () => {
    tell("b", 5000);
    tell("c", 9000);
    kept.pop(); // the reader goes back
    steps.separate();
    tell("d", 9100);
    expect(kept).toEqual(["a", "b", "d"]);
  });
});
