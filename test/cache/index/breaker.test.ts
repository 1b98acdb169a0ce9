import { describe, expect, test } from "vitest";
import { Breaker } from "../../../cache/index/breaker.js";
import { PendingChanges } from "../../../cache/index/pending-changes.js";
import { sampleLevel } from "./sample-level.js";

describe("a breaker", () => {
  let now = 0;
  const told: string[] = [];
  const made = (): Breaker => {
    now = 0;
    told.length = 0;
    const calls = { onAway: (reason: string) => told.push(reason), onBack: () => told.push("back") };
    return new Breaker(3000, calls, () => now);
  };

  test("lets everybody ask while all is well", () => {
    const breaker = made();
    breaker.worked();
    expect([breaker.mayAsk(), breaker.mayAsk()]).toEqual([true, true]);
    expect(told).toEqual([]);
  });

  test("lets nobody ask after a failure, then one, whose success opens it to all", () => {
    const breaker = made();
    breaker.failed("timed out");
    now = 2999;
    expect(breaker.mayAsk()).toBe(false);
    now = 3000;
    expect([breaker.mayAsk(), breaker.mayAsk()]).toEqual([true, false]);
    breaker.worked();
    expect([breaker.mayAsk(), breaker.mayAsk()]).toEqual([true, true]);
    expect(told).toEqual(["timed out", "back"]);
  });

  test("waits anew after each failure, and tells of the first", () => {
    const breaker = made();
    breaker.failed("timed out");
    now = 3000;
    expect(breaker.mayAsk()).toBe(true);
    breaker.failed("refused");
    now = 5999;
    expect(breaker.mayAsk()).toBe(false);
    now = 6000;
    expect(breaker.mayAsk()).toBe(true);
    expect(told).toEqual(["timed out"]);
  });

  test("lets another one ask where he who might has not come back", () => {
    const breaker = made();
    breaker.failed("timed out");
    now = 3000;
    expect(breaker.mayAsk()).toBe(true);
    now = 6000;
    expect(breaker.mayAsk()).toBe(true);
  });
});

describe("changes that wait for Redis", () => {
  const drained = (pending: PendingChanges): string[] => {
    const all: string[] = [];
    for (let one = pending.take(); one !== undefined; one = pending.take())
      all.push(`${one.level.period} ${one.span.first}-${one.span.end}`);
    return all.sort();
  };

  test("are kept by level, once", () => {
    const pending = new PendingChanges();
    const days = sampleLevel();
    pending.add(days, { first: 1, end: 9 });
    pending.add(sampleLevel({ definition: "another of the same place" }), { first: 2, end: 3 });
    pending.add(days, { first: 20, end: 21 });
    pending.add(sampleLevel({ period: "hourly" }), { first: 24, end: 48 });
    expect(pending.isEmpty).toBe(false);
    expect(drained(pending)).toEqual(["daily 1-9", "daily 20-21", "hourly 24-48"]);
    expect(pending.isEmpty).toBe(true);
  });

  test("take no memory without end: very many become one that has them all", () => {
    const pending = new PendingChanges();
    for (let i = 0; i < 257; i++) pending.add(sampleLevel(), { first: 10 * i, end: 10 * i + 1 });
    expect(drained(pending)).toEqual(["daily 0-2561"]);
  });
});
