import { expect, test } from "vitest";
import type { Claim } from "../../../cache/index/block-index.js";
import { describeEachIndex } from "./sample-indexes.js";
import { LATER, sampleDetails, sampleLevel } from "./sample-level.js";

const MINUTE = 60_000;

describeEachIndex("claims", (sample) => {
  const level = sampleLevel();
  const numbersOf = (claims: readonly Claim[]): number[] => claims.map(({ number }) => number);
  const stateOf = async (number: number) =>
    (await sample.index.coverage(level, { first: number, end: number + 1 }, LATER)).runs[0]?.state;
  const claimOne = async (number: number, leaseMs = MINUTE): Promise<Claim> => {
    const [claim] = await sample.index.claim(level, [number], "host:1:a", leaseMs);
    if (claim === undefined) throw new Error(`block ${number} is claimed`);
    return claim;
  };
  /** Claims a block anew as soon as its lease has lapsed. */
  const takeOver = async (number: number): Promise<Claim> => {
    const other = sample.another();
    let taken: readonly Claim[] = [];
    await expect
      .poll(async () => {
        taken = await other.claim(level, [number], "host:2:b", MINUTE);
        return taken.length;
      })
      .toBe(1);
    return taken[0]!;
  };

  test("of twenty who want the same block at the same time one gets it", async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => sample.another().claim(level, [7], `host:${i}:x`, MINUTE)),
    );
    expect(all.filter((claims) => claims.length === 1)).toHaveLength(1);
    expect(all.filter((claims) => claims.length === 0)).toHaveLength(19);
  });

  test("blocks that somebody else builds are left out of the answer", async () => {
    await claimOne(2);
    expect(numbersOf(await sample.another().claim(level, [1, 2, 3], "host:2:b", MINUTE))).toEqual([1, 3]);
    expect(await sample.another().claimed(level, [0, 1, 2, 3, 4])).toEqual([1, 2, 3]);
  });

  test("many blocks are claimed, seen and released", async () => {
    const numbers = Array.from({ length: 2500 }, (_, i) => i - 1000);
    const some = numbers.slice(0, 100);
    const claims = await sample.index.claim(level, some, "host:1:a", MINUTE);
    expect(numbersOf(claims)).toEqual(some);
    expect(await sample.another().claimed(level, numbers)).toEqual(some);
    await sample.index.release(level, claims);
    expect(await sample.another().claimed(level, numbers)).toEqual([]);
  });

  test("a claim is for the place of the files, whatever the definition; other levels have others", async () => {
    await claimOne(2);
    const edited = sampleLevel({ definition: "fedcba9876543210", dataVersion: "2" });
    expect(await sample.index.claim(edited, [2], "host:2:b", MINUTE)).toEqual([]);
    const other = sampleLevel({ params: ["x"] });
    expect(await sample.index.claim(other, [2], "host:2:b", MINUTE)).toHaveLength(1);
  });

  test("what is given back, or published, may be claimed again", async () => {
    const claim = await claimOne(2);
    await sample.index.release(level, [claim]);
    const again = await claimOne(2);
    expect(again.token).not.toBe(claim.token);
    await sample.index.publish(level, sampleDetails(2), again);
    expect(await sample.index.claimed(level, [2])).toEqual([]);
    await claimOne(2);
  });

  test("a claim is taken over when it has lapsed, and is lost then for who had it", async () => {
    const lost = await claimOne(2, 1);
    const claim = await takeOver(2);
    expect(await sample.index.renew(level, [lost], MINUTE)).toEqual([]);
    await sample.index.release(level, [lost]);
    expect(await sample.index.claimed(level, [2])).toEqual([2]);
    expect(await sample.another().renew(level, [claim], MINUTE)).toEqual([claim]);
  });

  test("a claim that has lapsed is still held as long as nobody takes it over", async () => {
    const claim = await claimOne(2, 1);
    await expect.poll(() => sample.index.claimed(level, [2])).toEqual([]);
    expect(await sample.index.renew(level, [claim], MINUTE)).toEqual([claim]);
    expect(await sample.index.claimed(level, [2])).toEqual([2]);
    expect(await sample.another().claim(level, [2], "host:2:b", MINUTE)).toEqual([]);
  });

  test("the others lapse where some are renewed", async () => {
    const claims = await sample.index.claim(level, [1, 2], "host:1:a", 1);
    await sample.index.renew(level, claims.slice(0, 1), MINUTE);
    await takeOver(2);
    expect(await sample.another().claim(level, [1], "host:2:b", MINUTE)).toEqual([]);
  });

  test("a block whose records changed while it was built is put as stale, the one beside it is not", async () => {
    const [one, two] = [await claimOne(1), await claimOne(2)];
    expect(await sample.another().markChanged(level, { first: 2, end: 400_000 })).toEqual([]);
    expect(await sample.index.publish(level, sampleDetails(1), one)).toBe("published");
    expect(await sample.index.publish(level, sampleDetails(2), two)).toBe("outdated");
    expect([await stateOf(1), await stateOf(2)]).toEqual(["present", "stale"]);
  });

  test("a change before the claim does not count, one after the claim has lapsed does", async () => {
    await sample.index.markChanged(level, { first: 0, end: 10 });
    expect(await sample.index.publish(level, sampleDetails(2), await claimOne(2))).toBe("published");
    const late = await claimOne(3, 1);
    await expect.poll(() => sample.index.claimed(level, [3])).toEqual([]);
    await sample.index.markChanged(level, { first: 3, end: 4 });
    expect(await sample.index.publish(level, sampleDetails(3), late)).toBe("outdated");
  });

  test("changes go on being counted by who takes over", async () => {
    await claimOne(2, 1);
    await sample.index.markChanged(level, { first: 2, end: 3 });
    const claim = await takeOver(2);
    expect(await sample.another().publish(level, sampleDetails(2), claim)).toBe("published");
  });

  test("who publishes under a claim that another has now does not take it from him", async () => {
    const lost = await claimOne(2, 1);
    const claim = await takeOver(2);
    await sample.index.publish(level, sampleDetails(2), lost);
    expect(await sample.index.claimed(level, [2])).toEqual([2]);
    expect(await sample.another().publish(level, sampleDetails(2), claim)).toBe("published");
    expect(await stateOf(2)).toBe("present");
  });
});

describeEachIndex("changes", (sample) => {
  const level = sampleLevel({ period: "perminute" });
  const record = (numbers: readonly number[], more = {}) =>
    sample.index.record(
      level,
      numbers.map((number) => sampleDetails(number, more)),
    );

  test("what is on record of a range becomes stale, and nothing else", async () => {
    await record([-3, 1, 2, 3, 5000]);
    await record([4], { state: "empty" });
    expect(await sample.index.markChanged(level, { first: -1e9, end: 3 })).toEqual([-3, 1, 2]);
    expect(await sample.index.markChanged(level, { first: 2, end: 5 })).toEqual([3, 4]);
    expect(await sample.index.markChanged(level, { first: 2, end: 2 })).toEqual([]);
    const { runs } = await sample.index.coverage(level, { first: 0, end: 5001 }, LATER);
    expect(runs).toEqual([
      { first: 0, end: 1, state: "absent" },
      { first: 1, end: 5, state: "stale" },
      { first: 5, end: 5000, state: "absent" },
      { first: 5000, end: 5001, state: "present" },
    ]);
  });

  test("a build after the change is present", async () => {
    await record([1]);
    await sample.index.markChanged(level, { first: 0, end: 10 });
    const [claim] = await sample.index.claim(level, [1], "host:1:a", MINUTE);
    await sample.index.publish(level, sampleDetails(1), claim!);
    const { runs } = await sample.index.coverage(level, { first: 1, end: 2 }, LATER);
    expect(runs).toEqual([{ first: 1, end: 2, state: "present" }]);
  });

  test("blocks of a definition that may come back become stale too", async () => {
    const former = sampleLevel({ period: "perminute", definition: "fedcba9876543210" });
    await sample.index.record(former, [sampleDetails(1)]);
    expect(await sample.index.markChanged(level, { first: 0, end: 10 })).toEqual([]);
    const { runs } = await sample.index.coverage(former, { first: 1, end: 2 }, LATER);
    expect(runs).toEqual([{ first: 1, end: 2, state: "stale" }]);
  });

  test("all of very many blocks become stale, the first ten thousand are told", async () => {
    const numbers = Array.from({ length: 12_000 }, (_, i) => i);
    await record(numbers);
    const told = await sample.index.markChanged(level, { first: -(2 ** 40), end: 2 ** 40 });
    expect(told).toEqual(numbers.slice(0, 10_000));
    const { runs } = await sample.index.coverage(level, { first: 0, end: 12_000 }, LATER);
    expect(runs).toEqual([{ first: 0, end: 12_000, state: "stale" }]);
  });
});

describeEachIndex("bytes in use", (sample) => {
  const level = sampleLevel();
  const record = (number: number, bytes: number, of = level) =>
    sample.index.record(of, [sampleDetails(number, { bytes })]);

  test("are those of the blocks on record, as they come, are replaced and go", async () => {
    expect(await sample.index.usage()).toBe(0);
    await record(1, 1000);
    await record(2, 5_000_000_000);
    const [claim] = await sample.index.claim(level, [1], "host:1:a", MINUTE);
    await sample.index.publish(level, sampleDetails(1, { bytes: 300 }), claim!);
    expect(await sample.another().usage()).toBe(5_000_000_300);
    await sample.index.forget(level, [2, 3]);
    expect(await sample.index.usage()).toBe(300);
    await sample.index.markChanged(level, { first: 1, end: 2 });
    expect(await sample.index.usage()).toBe(300);
  });

  test("of another generation go with the file that is overwritten, those of a level with the level", async () => {
    const edited = sampleLevel({ dataVersion: "2" });
    const other = sampleLevel({ params: ["x"] });
    await record(1, 1000);
    await record(2, 200);
    await record(1, 30, edited);
    await record(1, 4, other);
    expect(await sample.index.usage()).toBe(234);
    await sample.index.forgetLevel(edited);
    expect(await sample.index.usage()).toBe(4);
  });

  test("are corrected by who has counted them, and never less than none", async () => {
    await record(1, 1000);
    await sample.index.setUsage(70);
    expect(await sample.index.usage()).toBe(70);
    await sample.index.forget(level, [1]);
    expect(await sample.index.usage()).toBe(0);
  });
});
