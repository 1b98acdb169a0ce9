import { describe, expect, it } from "vitest";
import { RandomWalk } from "../../readers/random/walk.js";
import { checkStream } from "../support/check-stream.js";
import { readerBytes } from "../support/run-reader.js";
import { decodeStream } from "../support/run-stream.js";

const positions = async (...args: string[]): Promise<Map<number, number>> =>
  new Map(decodeStream(await readerBytes("random", args)).rows.map(({ values: [x, y] }) => [x![0]!, y![0]!]));

describe("random reader", () => {
  it("writes a value each second, the same to everybody who asks with the same seed", async () => {
    const hour = await positions("2021-06-30T12:00", "2021-06-30T13:00");
    const part = await positions("2021-06-30T12:30:00.5", "2021-06-30T13:30");
    expect(hour.size).toBe(3600);
    expect(part.size).toBe(3599);
    for (const [x, y] of part) if (hour.has(x)) expect(hour.get(x)).toBe(y);
    const other = await positions("2021-06-30T12:00", "2021-06-30T13:00", "seed=2");
    expect([...other.values()]).not.toEqual([...hour.values()]);
    expect(await positions("--seed", "2", "2021-06-30T12:00", "2021-06-30T13:00")).toEqual(other);
  });

  it("keeps to the checklist for writers", async () => {
    expect(checkStream(await readerBytes("random", ["2021-06-30", "2021-07-01"])).packets).toBe(86_400);
    expect(checkStream(await readerBytes("random", ["2021", "2021"])).exception).toBe("NoDataInInterval");
    await expect(readerBytes("random", ["2021", "2022", "seed=x"])).rejects.toMatchObject({
      code: "BAD_PARAMETER",
    });
  });
});

describe("RandomWalk", () => {
  it("has steps of variance 1 a second, growing with the length of the step as a random walk's do", () => {
    const walk = new RandomWalk(5);
    for (const step of [1, 16, 1000]) {
      let sum = 0;
      const count = 4000;
      for (let i = 0; i < count; i++) sum += (walk.at((i + 1) * step) - walk.at(i * step)) ** 2;
      // The variance of a sum of 4000 squares is 2/4000: five standard deviations are 11 %.
      expect(Math.abs(sum / count / step - 1)).toBeLessThan(0.11);
    }
  });

  it("has steps that know nothing of the step before", () => {
    const walk = new RandomWalk(6);
    let product = 0;
    const count = 10_000;
    for (let i = 0; i < count; i++)
      product += (walk.at(i + 2) - walk.at(i + 1)) * (walk.at(i + 1) - walk.at(i));
    expect(Math.abs(product / count)).toBeLessThan(0.05);
  });

  it("is a function of time, whatever was asked before", () => {
    const forwards = new RandomWalk(7);
    const there = [-1e9, -3.5, 0, 0.25, 1, 2, 3, 1e9].map((t) => forwards.at(t));
    const backwards = new RandomWalk(7);
    const back = [1e9, 3, 2, 1, 0.25, 0, -3.5, -1e9].map((t) => backwards.at(t));
    expect(back.reverse()).toEqual(there);
  });
});
