import { access, copyFile, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { blockBegin, blocksOf } from "../../../cache/block-number.js";
import { blockPath, SIDECAR_SUFFIX, STATISTICS_SUFFIX } from "../../../cache/block-path.js";
import type { BlockDetails } from "../../../cache/block-state.js";
import type { BlockPeriod, Level } from "../../../cache/level.js";
import { binMaking } from "../../../cache/levels/cacheable.js";
import { chooseLevel, type LevelUse } from "../../../cache/plan/level-choice.js";
import { pipelineSetting } from "../../../cgi/data/pipeline-setting.js";
import { timeText } from "../../../dsdf/stages.js";
import { binAvgsec } from "../../../reducers/bin-avgsec.js";
import { binPeakavgsec } from "../../../reducers/bin-peakavgsec.js";
import type { StreamItem } from "../../../stream/model.js";
import type { Program } from "../../../stream/program.js";
import { StreamParser } from "../../../stream/stream-parser.js";
import { makeTime, type TimeRange, timeToUs2000, us2000ToTime } from "../../../stream/time.js";
import { type Answer, cachedSite, dataQuery } from "../../support/cached-site.js";
import { itemsById, packetsById } from "../../support/packets-by-id.js";
import { randomStream } from "../build/random-streams.js";
import {
  type BinRow,
  headerText,
  largestIn,
  partOf,
  partReader,
  reduced,
  reducedByBlock,
  rowsOf,
  unitOf,
} from "./answer-model.js";

/** Near the end of a leap year, so that months and years of all lengths come up. */
const BEGIN = makeTime(2020, 2, 27, 22, 50, 33.5);
const EPOCH = makeTime(2000, 1, 1);

/** Periods with widths of bins that divide every block of them and widths that do not, and about how long a block is, s. */
const SCALES: readonly {
  readonly period: BlockPeriod;
  readonly widths: string[];
  readonly seconds: number;
}[] = [
  { period: "perminute", widths: ["0.5 s", "0.7 s", "4 s", "7 s"], seconds: 60 },
  { period: "hourly", widths: ["20 s", "60 s", "77 s", "500 s"], seconds: 3600 },
  { period: "daily", widths: ["600 s", "700 s", "3600 s", "1000.5 s"], seconds: 86_400 },
  { period: "monthly", widths: ["7200 s", "86400 s", "100000 s", "150000.25 s"], seconds: 30 * 86_400 },
];

const REDUCERS = [
  { words: "", program: binAvgsec, args: [] },
  { words: "das2_bin_avgsec -r", program: binAvgsec, args: ["-r"] },
  { words: "das2_bin_avgsec -r -n", program: binAvgsec, args: ["-r", "-n"] },
  { words: "das2_bin_peakavgsec", program: binPeakavgsec, args: [] },
] as const;

/** What may have happened to a block. */
const FATES = [
  "well",
  "well",
  "well",
  "truncated",
  "zeroed",
  "flipped",
  "removed",
  "sidecar removed",
  "sidecar garbled",
  "companion flipped",
  "companion removed",
  "stale",
  "off the record",
  "another block in its place",
] as const;

const situation = fc
  .record({
    scale: fc.constantFrom(...SCALES),
    reducer: fc.constantFrom(...REDUCERS),
    widths: fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 3 }),
    hasIntrinsic: fc.boolean(),
    longer: fc.boolean(),
    range: fc.tuple(
      fc.double({ min: -0.1, max: 1.1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    ),
    isOnBlocks: fc.boolean(),
    hasPart: fc.boolean(),
    part: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    wanted: fc.record({ level: fc.nat(3), factor: fc.constantFrom(1, 1, 1, 2, 3.5, 6, 12, 0.7) }),
    fates: fc.array(fc.constantFrom(...FATES), { minLength: 12, maxLength: 12 }),
    index: fc.constantFrom("kept", "kept", "lost", "of nothing"),
  })
  .chain((one) =>
    randomStream(timeToUs2000(BEGIN), (one.scale.seconds * 1e6) / 12, 0).map((stream) => ({
      ...one,
      items: stream.items,
    })),
  );

const programs: Record<string, Program> = {};
const server = cachedSite({ programs });
const uncached = cachedSite({ programs, definitions: server.definitions, cacheRoot: false });
afterAll(async () => {
  await uncached.close();
  await server.close();
});
let sources = 0;

describe("answers that are put together from blocks and gaps", () => {
  it("are those of the reducer, whatever blocks there are", async () => {
    await fc.assert(
      fc.asyncProperty(situation, async (one) => {
        const id = `Random${sources++}`;
        const levels = await defined(id, one);
        const range = rangeOf(one);
        const resolution = resolutionOf(one, levels);
        const use = await choiceOf(id, levels, resolution);
        fc.pre(use !== undefined);
        const ask = async ({ begin, end }: TimeRange) =>
          await server.ask(
            dataQuery(id, timeText(begin), timeText(end), resolution === undefined ? {} : { resolution }),
          );
        // Somebody has asked for a part before, so some of the blocks are there.
        if (one.hasPart) await ask(partOfRange(range, one.part));
        const cold = await ask(range);
        expect(cold.status, cold.record.reason).toBe(200);
        await expectRight(cold, one, use, range, queryOf(cold));
        const warm = await ask(range);
        expect(packetsById(warm.bytes)).toEqual(packetsById(cold.bytes));
        for (const level of levels) await damage(level, range, one);
        if (one.index === "lost") await rm(join(server.cacheRoot, "index"), { recursive: true, force: true });
        const damaged = await ask(range);
        expect(packetsById(damaged.bytes)).toEqual(packetsById(cold.bytes));
        const again = await ask(range);
        expect(packetsById(again.bytes)).toEqual(packetsById(cold.bytes));
      }),
      { numRuns: 40 },
    );
  }, 600_000);
});

function queryOf({ record }: Answer): string {
  return record.target.slice(record.target.indexOf("?") + 1);
}

type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never;

/** Makes a source; gives its levels. */
async function defined(id: string, one: Situation): Promise<readonly Level[]> {
  const { scale, reducer, widths, hasIntrinsic, longer } = one;
  programs[id] = partReader(id, one.items);
  const next = SCALES[SCALES.indexOf(scale) + 1]?.period ?? "yearly";
  const lines = widths.map(
    (at, place) => `${scale.widths[at]} | ${longer && place > 0 ? next : scale.period}`,
  );
  if (hasIntrinsic) lines.push(`intrinsic | ${scale.period}`);
  server.define(
    id,
    `reader = ${id}`,
    ...(reducer.words === "" ? [] : [`reducer = '${reducer.words}'`]),
    ...lines.map((line, number) => `cacheLevel_0${number} = '${line}'`),
  );
  return await server.levels(id);
}

/** A range of the stream or around it, at any microsecond or on borders of blocks. */
function rangeOf({ scale, range: [from, length], isOnBlocks }: Situation): TimeRange {
  const range = partOfRange({ begin: BEGIN, end: us2000ToTime(timeToUs2000(BEGIN) + scale.seconds * 5e6) }, [
    from,
    Math.max(length, 0.01),
  ]);
  if (!isOnBlocks) return range;
  const { first, end } = blocksOf(range, scale.period);
  return { begin: blockBegin(first, scale.period), end: blockBegin(end, scale.period) };
}

/** A part of a range: where it begins and how long it is, in lengths of the range. */
function partOfRange({ begin, end }: TimeRange, [from, length]: readonly [number, number]): TimeRange {
  const us = timeToUs2000(begin);
  const all = timeToUs2000(end) - us;
  const at = (part: number) => us2000ToTime(Math.round(us + part * all));
  return { begin: at(from), end: at(from + Math.max(length, 1e-3)) };
}

/** What is asked for: nothing, the bins of a level or wider ones. */
function resolutionOf({ wanted }: Situation, levels: readonly Level[]): number | undefined {
  const widths = levels.map(({ seconds }) => seconds).filter((seconds) => seconds > 0);
  const width = widths[wanted.level];
  return width === undefined ? undefined : width * wanted.factor;
}

async function choiceOf(
  id: string,
  levels: readonly Level[],
  resolution: number | undefined,
): Promise<LevelUse | undefined> {
  const bins = binMaking(await server.source(id), pipelineSetting(server.site).tools);
  return chooseLevel(levels, { bins, ...(resolution === undefined ? {} : { resolution }) });
}

/** Whether an answer is right, by runs of the reducer that know nothing of a cache. */
async function expectRight(
  answer: Answer,
  one: Situation,
  use: LevelUse,
  range: TimeRange,
  query: string,
): Promise<void> {
  const expected = await expectedItems(one, use, range);
  // Where no bin of a level has its centre in the range, the answer is one bin in the middle of it.
  const isOneBin = answer.record.cache?.result === "off";
  if (isOneBin) expect(itemsById(expected ?? [])).toEqual({});
  if (isOneBin || expected === undefined) {
    const plain = await uncached.ask(query);
    expect(packetsById(answer.bytes)).toEqual(packetsById(plain.bytes));
  } else if (use.use === "as is") expect(packetsById(answer.bytes)).toEqual(itemsById(expected));
  else expectWithinOneUnit(itemsOf(answer.bytes), expected, rowsOf(one.items), use.seconds);
}

/** What the reducer gives; `undefined` where it would be run for the request as without a cache. */
async function expectedItems(
  { items, reducer: { program, args } }: Situation,
  use: LevelUse,
  range: TimeRange,
): Promise<readonly StreamItem[] | undefined> {
  const { level } = use;
  if (use.use === "as is") {
    if (level.seconds === 0) return partOf(items, range);
    return await reducedByBlock(program, args, items, level, range);
  }
  const { anchor, seconds } = use;
  if (anchor === "request") return undefined;
  if (anchor === "block") return await reducedByBlock(program, args, items, level, range, seconds);
  return await reduced(program, args, items, { origin: EPOCH, seconds }, [range]);
}

function itemsOf(bytes: Uint8Array): StreamItem[] {
  const parser = new StreamParser();
  return [...parser.push(bytes), ...parser.end()];
}

/** Records are the same but for averages, which differ by one unit in the last place at most. */
function expectWithinOneUnit(
  answer: readonly StreamItem[],
  expected: readonly StreamItem[],
  samples: readonly BinRow[],
  seconds: number,
): void {
  const rows = rowsOf(answer);
  const wanted = rowsOf(expected);
  expect(rows.map(placeOf)).toEqual(wanted.map(placeOf));
  for (const [at, row] of rows.entries()) {
    const { header, values } = wanted[at]!;
    let next = 0;
    for (const plane of header.planes.slice(1))
      for (let item = 0; item < plane.items; item++, next++) {
        const [is, should] = [row.values[next]!, values[next]!];
        if (Object.is(is, should) || is === should) continue;
        const isMean = !/\.(min|max|count)$/.test(plane.name);
        const unit = isMean ? unitOf(plane, largestIn(samples, row, seconds, plane.name, item)) : 0;
        // Text is decimal: the difference of two of its values is rounded.
        expect(
          Math.abs(is - should),
          `${plane.name} of ${row.id} at ${row.x}: ${is}, ${should}`,
        ).toBeLessThanOrEqual(unit * (1 + 1e-9));
      }
  }
}

function placeOf({ id, x, header }: BinRow): string {
  return `${id} ${x} ${headerText(header)}`;
}

/** Lets happen to blocks what may happen to them. */
async function damage(level: Level, range: TimeRange, one: Situation): Promise<void> {
  const { index } = await server.cache();
  const { first, end } = blocksOf(range, level.period);
  const numbers = Array.from({ length: Math.min(12, end - first) }, (_, n) => first + n);
  if (one.index === "of nothing")
    await index.record(
      level,
      numbers.map((number) => madeUp(level, number)),
    );
  for (const [at, number] of numbers.entries()) {
    const path = blockPath(level, number);
    const fate = one.fates[at];
    if (fate === "stale") await index.markChanged(level, { first: number, end: number + 1 });
    else if (fate === "off the record") await index.forget(level, [number]);
    else if (await exists(path)) await spoil(fate, path, blockPath(level, number - 1));
  }
}

async function spoil(
  fate: (typeof FATES)[number] | undefined,
  path: string,
  neighbour: string,
): Promise<void> {
  const [sidecar, companion] = [path + SIDECAR_SUFFIX, path + STATISTICS_SUFFIX];
  switch (fate) {
    case "truncated":
      return truncate(path, Math.floor((await stat(path)).size / 2));
    case "zeroed":
      return writeFile(path, Buffer.alloc((await stat(path)).size));
    case "flipped":
      return flip(path);
    case "removed":
      for (const file of [path, sidecar, companion]) await rm(file, { force: true });
      return;
    case "sidecar removed":
      return rm(sidecar, { force: true });
    case "sidecar garbled":
      return writeFile(sidecar, "{");
    case "companion flipped":
      return (await exists(companion)) ? flip(companion) : undefined;
    case "companion removed":
      return rm(companion, { force: true });
    case "another block in its place":
      for (const suffix of ["", SIDECAR_SUFFIX, STATISTICS_SUFFIX])
        if (await exists(neighbour + suffix)) await copyFile(neighbour + suffix, path + suffix);
      return;
    default:
  }
}

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = bytes[at]! ^ 0x10;
  await writeFile(path, bytes);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** A block that an index may tell of though there is none. */
function madeUp({ definition }: Level, number: number): BlockDetails {
  return {
    number,
    state: "present",
    bytes: 1000,
    sha256: "00".repeat(32),
    builtMs: Date.UTC(2025, 0, 1),
    definition,
  };
}
