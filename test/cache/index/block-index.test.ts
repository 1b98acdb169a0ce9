import { expect, test } from "vitest";
import type { BlockRun } from "../../../cache/block-state.js";
import { describeEachIndex } from "./sample-indexes.js";
import { JUNE_30, JUNE_30_DAY, LATER, sampleDetails, sampleLevel } from "./sample-level.js";

const DAY = 86_400_000;

/** Runs as text: `absent 0-3, present 3-5`. */
const text = (runs: readonly BlockRun[]): string =>
  runs.map(({ state, first, end }) => `${state} ${first}-${end}`).join(", ");

describeEachIndex("blocks on record", (sample) => {
  const level = sampleLevel();
  const publish = async (number: number, more = {}) => {
    const [claim] = await sample.index.claim(level, [number], "host:1:a", 60_000);
    if (claim === undefined) throw new Error(`block ${number} is claimed`);
    return sample.index.publish(level, sampleDetails(number, more), claim);
  };

  test("a range of which nothing is known is one run of absent blocks, of version and time none", async () => {
    const { runs, newestMs } = await sample.index.coverage(level, { first: -5, end: 5000 }, LATER);
    expect(text(runs)).toBe("absent -5-5000");
    expect(newestMs).toBe(0);
  });

  test("an empty range has no runs", async () => {
    expect((await sample.index.coverage(level, { first: 7, end: 7 }, LATER)).runs).toEqual([]);
  });

  test("runs of blocks reach over the borders of what is kept together, and over the year 2000", async () => {
    const hours = sampleLevel({ period: "hourly" }); // all of them long before the builds
    const numbers = [-70_000, -1025, -1024, -1, 0, 1, 1023, 1024, 65_535, 65_536];
    await sample.index.record(
      hours,
      numbers.map((number) => sampleDetails(number)),
    );
    const { runs } = await sample.index.coverage(hours, { first: -70_001, end: 65_540 }, LATER);
    expect(text(runs)).toBe(
      "absent -70001--70000, present -70000--69999, absent -69999--1025, present -1025--1023, absent -1023--1, " +
        "present -1-2, absent 2-1023, present 1023-1025, absent 1025-65535, present 65535-65537, absent 65537-65540",
    );
  });

  test("the runs of a range are cut to it", async () => {
    await sample.index.record(
      level,
      [3, 4, 5, 6].map((number) => sampleDetails(number)),
    );
    const { runs } = await sample.index.coverage(level, { first: 4, end: 6 }, LATER);
    expect(text(runs)).toBe("present 4-6");
  });

  test("a block is published as present or empty, with its details", async () => {
    expect(await publish(10)).toBe("published");
    expect(await publish(11, { state: "empty", bytes: 0 })).toBe("published");
    const { runs, newestMs } = await sample.index.coverage(level, { first: 9, end: 13 }, LATER);
    expect(text(runs)).toBe("absent 9-10, present 10-11, empty 11-12, absent 12-13");
    expect(newestMs).toBe(JUNE_30 + 365 * DAY);
  });

  test("another process sees what was published", async () => {
    await publish(10);
    const { runs } = await sample.another().coverage(level, { first: 10, end: 11 }, LATER);
    expect(text(runs)).toBe("present 10-11");
  });

  test("the time of a build is kept to the second, rounded down", async () => {
    await publish(10, { builtMs: JUNE_30 + 365 * DAY + 999 });
    const { newestMs } = await sample.index.coverage(level, { first: 10, end: 11 }, LATER);
    expect(newestMs).toBe(JUNE_30 + 365 * DAY);
  });

  test("blocks of another definition or data version are as if absent, and publishing takes theirs off the record", async () => {
    await publish(10);
    await publish(11);
    const edited = sampleLevel({ dataVersion: "2" });
    const span = { first: 10, end: 12 };
    expect(text((await sample.index.coverage(edited, span, LATER)).runs)).toBe("absent 10-12");
    const [claim] = await sample.index.claim(edited, [10], "host:1:a", 60_000);
    await sample.index.publish(edited, sampleDetails(10, { dataVersion: "2" }), claim!);
    expect(text((await sample.index.coverage(edited, span, LATER)).runs)).toBe("present 10-11, absent 11-12");
    // The file of block 10 was overwritten, that of block 11 was not.
    expect(text((await sample.index.coverage(level, span, LATER)).runs)).toBe("absent 10-11, present 11-12");
  });

  test("levels of other words for the reader, periods and widths have blocks of their own", async () => {
    await publish(10);
    for (const other of [
      { params: ["a"] },
      { period: "hourly" },
      { resolutionName: "bin-1s" },
      { sourceId: "Demo" },
    ] as const) {
      const { runs } = await sample.index.coverage(sampleLevel(other), { first: 10, end: 11 }, LATER);
      expect(text(runs)).toBe("absent 10-11");
    }
  });

  test("forgotten blocks are absent, in every generation", async () => {
    const edited = sampleLevel({ dataVersion: "2" });
    await sample.index.record(
      level,
      [10, 11, 12].map((number) => sampleDetails(number)),
    );
    await sample.index.record(
      edited,
      [13].map((number) => sampleDetails(number, { dataVersion: "2" })),
    );
    await sample.index.forget(level, [11, 13, 5000]);
    const span = { first: 10, end: 14 };
    expect(text((await sample.index.coverage(level, span, LATER)).runs)).toBe(
      "present 10-11, absent 11-12, present 12-13, absent 13-14",
    );
    expect(text((await sample.index.coverage(edited, span, LATER)).runs)).toBe("absent 10-14");
  });

  test("a level is forgotten as a whole, others are not", async () => {
    const other = sampleLevel({ resolutionName: "bin-1s" });
    const edited = sampleLevel({ definition: "fedcba9876543210" });
    for (const one of [level, other, edited])
      await sample.index.record(one, [sampleDetails(one === edited ? 11 : 10)]);
    await sample.index.forgetLevel(level);
    const span = { first: 10, end: 12 };
    expect(text((await sample.index.coverage(level, span, LATER)).runs)).toBe("absent 10-12");
    expect(text((await sample.index.coverage(edited, span, LATER)).runs)).toBe("absent 10-12");
    expect(text((await sample.index.coverage(other, span, LATER)).runs)).toBe("present 10-11, absent 11-12");
  });

  test("the version of a range is the same for the same blocks, and another after any change", async () => {
    const span = { first: 0, end: 100 };
    const version = async () => (await sample.index.coverage(level, span, LATER)).version;
    const seen = [await version()];
    await publish(10);
    seen.push(await version());
    await publish(10, { builtMs: JUNE_30 + 366 * DAY });
    seen.push(await version());
    await publish(11);
    seen.push(await version());
    await sample.index.markChanged(level, { first: 11, end: 12 });
    seen.push(await version());
    await sample.index.forget(level, [10]);
    seen.push(await version());
    expect(await version()).toBe(seen.at(-1));
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("the version tells where a block is, not only which", async () => {
    const span = { first: 0, end: 100 };
    const details = { sha256: "ab".repeat(32) };
    await publish(10, details);
    const { version } = await sample.index.coverage(level, span, LATER);
    await sample.index.forget(level, [10]);
    await publish(11, details);
    expect((await sample.index.coverage(level, span, LATER)).version).not.toBe(version);
  });

  test("what was found on the disk does not take the place of a later build, nor of a stale one of the same time", async () => {
    await publish(10, { builtMs: JUNE_30 + 365 * DAY, bytes: 10 });
    await publish(11);
    await sample.index.markChanged(level, { first: 11, end: 12 });
    await sample.index.record(level, [
      sampleDetails(10, { builtMs: JUNE_30, state: "stale", bytes: 20 }),
      sampleDetails(11),
    ]);
    const span = { first: 10, end: 12 };
    expect(text((await sample.index.coverage(level, span, LATER)).runs)).toBe("present 10-11, stale 11-12");
    await sample.index.record(level, [sampleDetails(11, { builtMs: JUNE_30 + 366 * DAY })]);
    expect(text((await sample.index.coverage(level, span, LATER)).runs)).toBe("present 10-12");
  });

  test("a block that is open when it is built is stale an hour later, a closed one never", async () => {
    const builtMs = JUNE_30 + 3.5 * DAY; // the day of June 30 has closed half a day before, July 1 has not
    const numbers = [JUNE_30_DAY - 1, JUNE_30_DAY, JUNE_30_DAY + 1];
    await sample.index.record(
      level,
      numbers.map((number) => sampleDetails(number, { builtMs })),
    );
    const span = { first: JUNE_30_DAY - 1, end: JUNE_30_DAY + 2 };
    const at = async (now: number) => text((await sample.index.coverage(level, span, { now })).runs);
    const [a, b, c, d] = [JUNE_30_DAY - 1, JUNE_30_DAY, JUNE_30_DAY + 1, JUNE_30_DAY + 2];
    expect(await at(builtMs)).toBe(`present ${a}-${d}`);
    expect(await at(builtMs + 3_600_000)).toBe(`present ${a}-${d}`);
    expect(await at(builtMs + 3_600_001)).toBe(`present ${a}-${b}, stale ${b}-${d}`);
    expect(c).toBe(b + 1);
  });
});
