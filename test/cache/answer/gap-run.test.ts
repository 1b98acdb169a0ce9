import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Flights } from "../../../cache/answer/flights.js";
import { type GapReading, gapRun, type ReadingFacts } from "../../../cache/answer/gap-run.js";
import { blockBegin } from "../../../cache/block-number.js";
import type { BlockIndex } from "../../../cache/index/block-index.js";
import type { GapPiece } from "../../../cache/plan/plan-cover.js";
import { DasError } from "../../../errors/das-error.js";
import { BARE_HEADER } from "../../../stream/bare-header.js";
import { formatTime, type TimeRange } from "../../../stream/time.js";
import { MemoryIndex } from "../build/memory-index.js";
import { levelIn } from "../support/level-folder.js";

const folder = mkdtempSync(join(tmpdir(), "gap-run-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const level = levelIn(folder, { number: 0, seconds: 60, period: "daily", resolutionName: "bin-60s" });

/** A gap of days, numbered from 2000-01-01, read from end to end but for `partHead` of the first day. */
function gap(first: number, end: number, partHead = false): GapPiece {
  const begin = blockBegin(first, "daily");
  const from = partHead ? { ...begin, ns: 3600e9 } : begin;
  const range = { begin: from, end: blockBegin(end, "daily") };
  return {
    kind: "gap",
    first,
    end,
    range,
    reading: range,
    whole: { first: partHead ? first + 1 : first, end },
  };
}

/** A reading that notes what is asked of it and gives one comment. */
function noted(index: BlockIndex) {
  const asked: { range: string; keep: readonly number[] }[] = [];
  const text = ({ begin, end }: TimeRange) =>
    [begin, end].map((t) => formatTime(t, 0).slice(0, 13)).join(" ");
  const reading: GapReading = {
    index,
    level,
    layout: "reduced",
    owner: "test",
    isUsable: async () => false,
    look: async (of, span) => await index.coverage(of, span, { now: 0 }),
    flights: new Flights<ReadingFacts>(folder),
    read: async ({ range, keep }) => {
      asked.push({ range: text(range), keep: keep.map(({ number }) => number) });
      const items = (async function* () {
        yield [{ kind: "stream", header: BARE_HEADER } as const];
      })();
      return { items, bytesRead: () => 7, kept: Promise.resolve(undefined) };
    },
  };
  return { asked, reading };
}

async function kindsOf(run: ReturnType<typeof gapRun>): Promise<string[]> {
  const kinds: string[] = [];
  for await (const portion of run.items) kinds.push(...portion.map(({ kind }) => kind));
  return kinds;
}

describe("the reading of a gap", () => {
  it("reads all of it once and claims the blocks that it reads from end to end", async () => {
    const { asked, reading } = noted(new MemoryIndex());
    const run = gapRun(gap(0, 3, true), reading);
    expect(await kindsOf(run)).toEqual(["stream"]);
    expect(run.upTo()).toBe(3);
    expect(run.bytesRead()).toBe(7);
    expect(asked).toEqual([{ range: "2000-01-01T01 2000-01-04T00", keep: [1, 2] }]);
  });

  it("ends before a block that somebody else is building, and keeps no claim behind it", async () => {
    const index = new MemoryIndex();
    await index.claim(level, [2]);
    const { asked, reading } = noted(index);
    const run = gapRun(gap(0, 5), reading);
    await kindsOf(run);
    expect(run.upTo()).toBe(2);
    expect(asked).toEqual([{ range: "2000-01-01T00 2000-01-03T00", keep: [0, 1] }]);
    expect([...index.claims(level)].sort()).toEqual([0, 1, 2]);
  });

  it("waits for somebody else who builds the first block, and reads nothing itself", async () => {
    const index = new MemoryIndex();
    const claims = await index.claim(level, [0]);
    const { asked, reading } = noted(index);
    const run = gapRun(gap(0, 2), reading);
    const items = kindsOf(run);
    await index.release(level, claims);
    expect(await items).toEqual([]);
    expect(run.upTo()).toBe(0);
    expect(asked).toEqual([]);
  });

  /** An index in which somebody else finishes blocks before claims on them are given. */
  function fasterIndex(...numbers: readonly number[]): MemoryIndex {
    const index = new MemoryIndex();
    const claim = index.claim.bind(index);
    index.claim = async (...of) => {
      await index.record(
        level,
        numbers.map((number) => ({
          number,
          state: "present",
          bytes: 1,
          sha256: "00",
          builtMs: 1,
          definition: level.definition,
        })),
      );
      return await claim(...of);
    };
    return index;
  }

  it("ends before a block that somebody else has built since the plan was made, and keeps no claim on it", async () => {
    const index = fasterIndex(2, 4);
    const { asked, reading } = noted(index);
    const run = gapRun(gap(0, 5), reading);
    await kindsOf(run);
    expect(run.upTo()).toBe(2);
    expect(asked).toEqual([{ range: "2000-01-01T00 2000-01-03T00", keep: [0, 1] }]);
    expect([...index.claims(level)].sort()).toEqual([0, 1]);
  });

  it("reads nothing where that is the first", async () => {
    const index = fasterIndex(0);
    const { asked, reading } = noted(index);
    const run = gapRun(gap(0, 2), reading);
    expect(await kindsOf(run)).toEqual([]);
    expect({ upTo: run.upTo(), asked, claims: index.claims(level) }).toEqual({
      upTo: 0,
      asked: [],
      claims: [],
    });
  });

  it("reads nothing where the first could not be used and can be by now", async () => {
    const { asked, reading } = noted(fasterIndex(0));
    const run = gapRun(gap(0, 2), { ...reading, isUsable: async (number) => number === 0 }, true);
    await kindsOf(run);
    expect({ upTo: run.upTo(), asked }).toEqual({ upTo: 0, asked: [] });
  });

  it("reads the first all the same where it is known not to be one that can be used", async () => {
    const { asked, reading } = noted(fasterIndex(0));
    const run = gapRun(gap(0, 2), reading, true);
    await kindsOf(run);
    expect(asked).toEqual([{ range: "2000-01-01T00 2000-01-03T00", keep: [0, 1] }]);
  });

  it("reads a month of days at a time", async () => {
    const { asked, reading } = noted(new MemoryIndex());
    const run = gapRun(gap(0, 366), reading);
    await kindsOf(run);
    expect(run.upTo()).toBe(31);
    expect(asked[0]?.range).toBe("2000-01-01T00 2000-02-01T00");
  });

  /** Reads a gap of 900 days to its end, each run taking that long. @returns days of each run */
  async function daysOfRuns(ms: number): Promise<number[]> {
    const { asked, reading } = noted(new MemoryIndex());
    let now = 0;
    const clock = (): number => now;
    const slow: GapReading = {
      ...reading,
      clock,
      read: async (...of) => {
        now += ms;
        return await reading.read(...of);
      },
    };
    let [first, most]: [number, number | undefined] = [0, undefined];
    while (first < 900) {
      const run = gapRun(gap(first, 900), slow, false, most);
      await kindsOf(run);
      first = run.upTo();
      most = run.nextMost();
    }
    return asked.map(({ keep }) => keep.length);
  }

  it("reads twice as many days each time while that is fast, a month at a time where it is slow", async () => {
    expect(await daysOfRuns(9_999)).toEqual([31, 62, 124, 248, 435]);
    expect((await daysOfRuns(10_000)).slice(0, 3)).toEqual([31, 31, 31]);
  });

  it("reads never more than 4096 blocks at a time, nor fewer than before", async () => {
    const { reading } = noted(new MemoryIndex());
    const nextAfter = async (most: number, of: GapReading) => {
      const run = gapRun(gap(most, most + 1), of, false, most);
      await kindsOf(run);
      return run.nextMost();
    };
    const still: GapReading = { ...reading, clock: () => 0 };
    expect(await nextAfter(3000, still)).toBe(4096);
    expect(await nextAfter(4096, still)).toBe(4096);
    expect(await nextAfter(5000, still)).toBe(5000);
  });

  it("is followed by the same reading for all who share it", async () => {
    const { asked, reading } = noted(new MemoryIndex());
    const still: GapReading = { ...reading, clock: () => 0 };
    const runs = [gapRun(gap(0, 200), still), gapRun(gap(0, 200), still)];
    await Promise.all(runs.map(kindsOf));
    expect(runs.map((run) => run.nextMost())).toEqual([62, 62]);
    expect(asked).toHaveLength(1);
  });

  it("reads and keeps nothing where the index is away", async () => {
    const index = new MemoryIndex();
    index.claim = async () => {
      throw new DasError("INDEX_AWAY", "no answer");
    };
    const { asked, reading } = noted(index);
    const run = gapRun(gap(0, 2), reading);
    expect(await kindsOf(run)).toEqual(["stream"]);
    expect(asked).toEqual([{ range: "2000-01-01T00 2000-01-03T00", keep: [] }]);
  });

  it("leaves no claim where nobody can tell what was built meanwhile", async () => {
    const index = new MemoryIndex();
    const { reading, asked } = noted(index);
    const look = async (): Promise<never> => {
      throw new DasError("BAD_DEFINITION", "too many files");
    };
    const run = gapRun(gap(0, 3), { ...reading, look });
    await expect(kindsOf(run)).rejects.toMatchObject({ code: "BAD_DEFINITION" });
    expect({ claims: index.claims(level), asked }).toEqual({ claims: [], asked: [] });
  });

  it("tells of a reading that failed, and reaches nothing", async () => {
    const { reading } = noted(new MemoryIndex());
    const failing: GapReading = {
      ...reading,
      read: async () => ({
        items: (async function* () {
          yield [{ kind: "stream", header: BARE_HEADER } as const];
          throw new DasError("READER_FAILED", "status 3");
        })(),
        bytesRead: () => 0,
        kept: Promise.resolve(undefined),
      }),
    };
    const run = gapRun(gap(0, 2), failing);
    await expect(kindsOf(run)).rejects.toMatchObject({ code: "READER_FAILED" });
    expect(run.upTo()).toBe(0);
  });
});
