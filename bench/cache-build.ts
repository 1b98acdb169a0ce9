import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { blockNumber, blockRange } from "../cache/block-number.js";
import { buildSpan } from "../cache/build/build-span.js";
import { FileIndex } from "../cache/index/file-index.js";
import type { BlockPeriod, Level } from "../cache/level.js";
import { packageRoot } from "../config/package-root.js";
import { resolutionFolder } from "../dsdf/cache-levels.js";
import type { DataSource } from "../dsdf/data-source.js";
import { dataSource } from "../dsdf/load.js";
import { planStages } from "../dsdf/stages.js";
import { pipelineTools } from "../dsdf/tools.js";
import { builtInProgram } from "../pipeline/built-in.js";
import { runPipeline } from "../pipeline/run.js";
import { makeTime } from "../stream/time.js";
import type { Print } from "./print.js";

const ROUNDS = 7;
/** A day of spectra of 256 big-endian 4-byte reals, two a second: 179 MB. */
const READER_OPTIONS = "--cadence 0.5s --channels 256 --order big";
const DAY = blockNumber(makeTime(2021, 6, 30), "daily");
const GOAL = 2.5;

/** Five levels, each some bins of the one before; finest first. */
const PYRAMIDS: readonly {
  readonly title: string;
  readonly levels: readonly (readonly [number, BlockPeriod])[];
}[] = [
  {
    title: "finest bins of 60 records",
    levels: [
      [30, "daily"],
      [120, "daily"],
      [600, "daily"],
      [3600, "daily"],
      [21_600, "daily"],
    ],
  },
  {
    title: "finest bins of 10 records, which write half as much as is read",
    levels: [
      [5, "hourly"],
      [30, "hourly"],
      [120, "daily"],
      [600, "daily"],
      [3600, "daily"],
    ],
  },
];

const TOOLS = pipelineTools({
  d2sReducer: "das2_bin_avgsec",
  qdsReducer: undefined,
  d2sToUtf8: undefined,
  qdsToUtf8: undefined,
  d2sCsvConverter: undefined,
  das1ToDas2: undefined,
});

/** Time to build five levels of a span in one run of the reader, beside `reader | avgsec` at the finest of them. */
export async function run(print: Print): Promise<void> {
  const spawned = join(packageRoot(), "dist/programs/synthetic");
  for (const { title, levels } of PYRAMIDS)
    for (const [name, program] of [
      ["built in", "synthetic"],
      ["a process", spawned],
    ] as const) {
      const source = sourceOf(`${program} ${READER_OPTIONS}`);
      const ratios: number[] = [];
      const plain: number[] = [];
      let readerRuns = 0;
      for (let round = 0; round <= ROUNDS; round++) {
        const reduced = await timed(() => reduce(source, levels[0]![0]));
        const folder = mkdtempSync(join(tmpdir(), "heliostream-bench-"));
        try {
          const built = await timed(async () => {
            readerRuns = Math.max(readerRuns, await build(source, levels, folder));
          });
          // The first round warms up.
          if (round === 0) continue;
          ratios.push(built / reduced);
          plain.push(reduced);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      }
      const ratio = median(ratios);
      print(`${title}, reader ${name}: reader | avgsec ${median(plain).toFixed(0)} ms`);
      print(
        `  five levels ${ratio.toFixed(2)} times that (goal at most ${GOAL}); the reader was started ${readerRuns} times`,
      );
    }
}

function sourceOf(reader: string): DataSource {
  const text = `description = 'Spectra'\ndas2Stream = 1\nreader = '${reader}'\n`;
  return dataSource("Bench/Spectra", "/Bench/Spectra.dsdf", Buffer.from(text), { substitutions: new Map() });
}

/** What a server does for a request of this resolution without a cache. */
async function reduce(source: DataSource, seconds: number): Promise<void> {
  const range = blockRange(DAY, "daily");
  const query = { sourceId: source.id, ...range, requested: range, resolution: seconds, params: [] };
  const stages = planStages(source, { ...query, output: "stream" }, TOOLS);
  const pipeline = runPipeline(stages, { programs: builtInProgram });
  for await (const _ of pipeline.bytes);
  const outcome = await pipeline.outcome;
  if (outcome.kind !== "complete") throw new Error(`reader | avgsec: ${outcome.kind}`);
}

/** Builds all levels of a day below a folder; gives how often the reader was started. */
async function build(
  source: DataSource,
  levels: readonly (readonly [number, BlockPeriod])[],
  folder: string,
): Promise<number> {
  const index = new FileIndex(folder);
  try {
    const report = await buildSpan(
      { sourceId: source.id, params: [], period: "daily", number: DAY, urgency: "operator" },
      source,
      levels.map(([seconds, period], number) => levelIn(folder, number, seconds, period)),
      {
        index,
        tools: TOOLS,
        pipelineOptions: { programs: builtInProgram },
        now: Date.now,
        owner: "bench",
      },
    );
    if (Object.keys(report.built).length !== levels.length) throw new Error("a level was not built");
    return report.readerRuns;
  } finally {
    await index.close();
  }
}

function levelIn(folder: string, number: number, seconds: number, period: BlockPeriod): Level {
  const resolutionName = resolutionFolder(`${seconds} s`);
  return {
    sourceId: "Bench/Spectra",
    params: [],
    paramsName: "_noparam",
    number,
    seconds,
    period,
    resolutionName,
    folder: join(folder, "data/Bench/Spectra/_noparam", resolutionName),
    definition: "0123456789abcdef",
    freshness: { liveDelaySeconds: 0, openTtlSeconds: 3600 },
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
