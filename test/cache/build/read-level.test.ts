import { describe, expect, test } from "vitest";
import { blockRange } from "../../../cache/block-number.js";
import { buildSpan } from "../../../cache/build/build-span.js";
import { type LevelReading, readLevel } from "../../../cache/build/read-level.js";
import { reduceJoined } from "../../../cache/build/reduce-joined.js";
import type { Level } from "../../../cache/level.js";
import { planStages } from "../../../dsdf/stages.js";
import { builtInProgram } from "../../../pipeline/built-in.js";
import { runPipeline } from "../../../pipeline/run.js";
import { BatchBuilder } from "../../../stream/batch-builder.js";
import type { ItemSource, StreamItem } from "../../../stream/model.js";
import { packetHeader, xPlane, yPlane } from "../../../stream/packet-header.js";
import type { ReaderProgram } from "../../../stream/program.js";
import { makeTime, type TimeRange, timeToUs2000 } from "../../../stream/time.js";
import { applyTransform } from "../../../stream/transform.js";
import { REAL4, REAL8 } from "../../../stream/value-type.js";
import { decodeStream } from "../../support/run-stream.js";
import { emptyFolder } from "../support/level-folder.js";
import { collect } from "../support/made-block.js";
import { encoded } from "./pass-levels.js";
import {
  JUNE_30_DAY,
  JUNE_30_US,
  jobOf,
  levelOf,
  sourceOf,
  storedBytes,
  surroundings,
} from "./sample-build.js";

const READER = "synthetic --cadence 4s --planes 3 --gaps 100/1000 --ids 2";
const HOUR = JUNE_30_DAY * 24;

function hours(first: number, end: number): TimeRange {
  return { begin: blockRange(first, "hourly").begin, end: blockRange(end, "hourly").begin };
}

/** All items, in memory that lasts. */
async function taken(items: ItemSource): Promise<StreamItem[]> {
  const all: StreamItem[] = [];
  for await (const portion of items)
    for (const item of portion)
      all.push(
        item.kind === "data"
          ? { kind: "data", batch: { ...item.batch, bytes: new Uint8Array(item.batch.bytes) } }
          : item,
      );
  return all;
}

/** A reading with claims of its own on blocks. */
async function reading(
  level: Level,
  range: TimeRange,
  keep: readonly number[],
  around: ReturnType<typeof surroundings>,
  more: Partial<LevelReading> = {},
): Promise<LevelReading> {
  const claims = await around.index.claim(level, keep);
  return { source: sourceOf(READER), level, range, keep: claims, layout: "reduced", ...more };
}

describe("a range of a level", () => {
  test("is what the reducer gives for it, and its whole blocks are kept", async () => {
    const folder = await emptyFolder();
    const level = levelOf(folder, "60 s", "hourly");
    const around = surroundings();
    // From half past two to the end of the sixth hour.
    const range = { begin: makeTime(2021, 6, 30, 2, 30), end: makeTime(2021, 6, 30, 6) };
    const run = readLevel(await reading(level, range, [HOUR + 3, HOUR + 4, HOUR + 5], around), around);
    const items = await taken(run.items);
    expect(await run.outcome).toEqual({ kind: "complete" });
    const { tools } = around;
    const query = {
      sourceId: "x",
      ...range,
      requested: range,
      resolution: 60,
      params: [],
      output: "stream",
    } as const;
    const cut = { begin: timeToUs2000(range.begin), end: timeToUs2000(range.end) };
    const stages = planStages(sourceOf(READER), query, tools);
    const direct = decodeStream(await collect(runPipeline(stages, { programs: builtInProgram, cut }).bytes));
    const given = decodeStream(encoded(items));
    const byId = (id: number) => (rows: typeof given.rows) =>
      rows.filter((row) => row.id === id).map(({ values }) => values);
    for (const id of [1, 2]) expect(byId(id)(given.rows)).toEqual(byId(id)(direct.rows));
    expect(given.packets).toEqual(direct.packets);
    expect(run.facts).toMatchObject({
      published: { built: { "bin-60s hourly": 3 } },
      keepFailure: undefined,
    });
    expect(run.facts.bytesRead).toBeGreaterThan(50_000);
    expect(run.statuses).toEqual([{ kind: "built in" }]);
    expect(around.index.claims(level)).toEqual([]);
    // The same as those of a build.
    const other = levelOf(await emptyFolder(), "60 s", "hourly");
    await buildSpan(jobOf("daily", JUNE_30_DAY), sourceOf(READER), [other], surroundings());
    for (const number of [HOUR + 3, HOUR + 4, HOUR + 5])
      expect(await storedBytes(level, number)).toEqual(await storedBytes(other, number));
  });

  test("may be had with the statistics of its bins, from which wider bins are made", async () => {
    const level = levelOf(await emptyFolder(), "60 s", "hourly");
    const around = surroundings();
    const range = hours(HOUR, HOUR + 3);
    const run = readLevel(await reading(level, range, [], around, { layout: "joined" }), around);
    const wide = await taken(applyTransform(run.items, reduceJoined({ seconds: 1800, origin: range.begin })));
    const { rows, packets } = decodeStream(encoded(wide));
    expect(packets[0]?.planes.map(({ name }) => name)).toEqual(["time", "v1", "v2", "v3"]);
    expect(rows.filter(({ id }) => id === 1).map(({ values: [x] }) => (x![0]! - JUNE_30_US) / 60e6)).toEqual([
      15, 45, 75, 105, 135, 165,
    ]);
  });

  test("of full resolution is the packets as they come", async () => {
    const level = levelOf(await emptyFolder(), "intrinsic", "hourly");
    const around = surroundings();
    const range = { begin: makeTime(2021, 6, 30, 0, 59), end: makeTime(2021, 6, 30, 2) };
    const run = readLevel(await reading(level, range, [HOUR + 1], around), around);
    const { rows } = decodeStream(encoded(await taken(run.items)));
    await run.outcome;
    const x = rows.map(({ values }) => values[0]![0]!);
    expect(x).toEqual([...x].sort((a, b) => a - b));
    expect(x[0]).toBeGreaterThanOrEqual(timeToUs2000(range.begin));
    expect((await storedBytes(level, HOUR + 1))?.block.length).toBeGreaterThan(10_000);
  });

  test("has blocks of other levels kept beside it", async () => {
    const folder = await emptyFolder();
    const level = levelOf(folder, "60 s", "hourly", 0);
    const coarse = levelOf(folder, "600 s", "hourly", 1);
    const daily = levelOf(folder, "3600 s", "daily", 2);
    const around = surroundings();
    await around.index.claim(coarse, [HOUR + 1]);
    const run = readLevel(
      await reading(level, hours(HOUR, HOUR + 3), [HOUR], around, { alsoLevels: [coarse, daily] }),
      around,
    );
    await taken(run.items);
    await run.outcome;
    // One of them is being built by somebody else, and no whole day was read.
    expect(run.facts.published.built).toEqual({ "bin-60s hourly": 1, "bin-600s hourly": 2 });
  });

  test("without anything valid in it has no data", async () => {
    const level = levelOf(await emptyFolder(), "60 s", "hourly");
    const around = surroundings();
    const source = sourceOf(READER, "validRange = '2000-01-01 to 2001-01-01'");
    const run = readLevel(await reading(level, hours(HOUR, HOUR + 1), [HOUR], around, { source }), around);
    expect(await taken(run.items)).toEqual([]);
    expect(await run.outcome).toEqual({ kind: "no data" });
    expect(around.index.claims(level)).toEqual([]);
  });
});

/** A reader that gives the packets of one id minute by minute, and waits for `go` before each. */
function slowReader(minutes: number, go: (minute: number) => Promise<void>): ReaderProgram {
  const header = packetHeader({
    id: 1,
    planes: [xPlane({ type: REAL8, units: "us2000" }), yPlane({ name: "v", type: REAL4, units: "V" })],
  });
  return {
    kind: "reader",
    name: "r",
    help: "",
    open: async function* () {
      yield [
        { kind: "stream", header: { version: "2.2", properties: [] } },
        { kind: "packet", header },
      ];
      const builder = new BatchBuilder(header);
      for (let minute = 0; minute < minutes; minute++) {
        await go(minute);
        const at = builder.next();
        builder.view.setFloat64(at + 4, JUNE_30_US + minute * 60e6);
        builder.view.setFloat32(at + 12, minute);
        yield [{ kind: "data", batch: builder.take()! }];
      }
    },
  };
}

describe("whoever waits for the records", () => {
  test("gets those of a block before the next one has been read", async () => {
    const level = levelOf(await emptyFolder(), "600 s", "hourly");
    let asked = 0;
    const reader = slowReader(180, async (minute) => {
      asked = minute;
    });
    const around = surroundings({ r: reader });
    const run = readLevel(
      await reading(level, hours(HOUR, HOUR + 3), [HOUR], around, { source: sourceOf("r") }),
      around,
    );
    const seen: number[] = [];
    for await (const portion of run.items)
      for (const item of portion)
        if (item.kind === "data") for (let n = 0; n < item.batch.count; n++) seen.push(asked);
    // Five bins when the next begins, the last of a block when the first of the next is there.
    expect(seen.slice(0, 7)).toEqual([10, 20, 30, 40, 50, 70, 70]);
    expect(seen).toHaveLength(18);
  });

  test("sets the pace", async () => {
    const level = levelOf(await emptyFolder(), "60 s", "hourly");
    let asked = 0;
    const reader = slowReader(180, async (minute) => {
      asked = minute;
    });
    const around = surroundings({ r: reader });
    const run = readLevel(
      await reading(level, hours(HOUR, HOUR + 3), [], around, { source: sourceOf("r") }),
      around,
    );
    const iterator = run.items[Symbol.asyncIterator]();
    for (let i = 0; i < 4; i++) await iterator.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBeLessThan(10);
    await iterator.return?.();
    expect(await run.outcome).toEqual({ kind: "cancelled" });
  });

  test("and leaves early has nothing kept, and the claims given back", async () => {
    const level = levelOf(await emptyFolder(), "60 s", "hourly");
    const around = surroundings();
    const run = readLevel(await reading(level, hours(HOUR, HOUR + 3), [HOUR, HOUR + 1], around), around);
    let rows = 0;
    for await (const portion of run.items) {
      for (const item of portion) if (item.kind === "data") rows += item.batch.count;
      if (rows > 70) break;
    }
    expect(await run.outcome).toEqual({ kind: "cancelled" });
    expect(run.facts.published.built).toEqual({});
    expect(await storedBytes(level, HOUR)).toBeUndefined();
    expect(around.index.claims(level)).toEqual([]);
  });

  test("may leave before the beginning", async () => {
    const level = levelOf(await emptyFolder(), "60 s", "hourly");
    const around = surroundings();
    const run = readLevel(await reading(level, hours(HOUR, HOUR + 1), [HOUR], around), around);
    await run.items[Symbol.asyncIterator]().return?.();
    expect(await run.outcome).toEqual({ kind: "cancelled" });
    expect(around.index.claims(level)).toEqual([]);
  });

  test("gets the records of a reader that fails, then its error, and nothing is kept", async () => {
    const level = levelOf(await emptyFolder(), "600 s", "hourly");
    const reader = slowReader(180, async (minute) => {
      if (minute === 150) throw new Error("the tape is torn");
    });
    const around = surroundings({ r: reader });
    const run = readLevel(
      await reading(level, hours(HOUR, HOUR + 3), [HOUR, HOUR + 1], around, { source: sourceOf("r") }),
      around,
    );
    let rows = 0;
    const all = (async () => {
      for await (const portion of run.items)
        for (const item of portion) if (item.kind === "data") rows += item.batch.count;
    })();
    await expect(all).rejects.toMatchObject({ code: "INTERNAL" });
    expect(rows).toBe(15);
    expect(await run.outcome).toMatchObject({ kind: "failed", stage: 0 });
    expect(await storedBytes(level, HOUR)).toBeUndefined();
    expect(around.index.claims(level)).toEqual([]);
  });
});
