import { join } from "node:path";
import type { BuildSurroundings } from "../../../cache/build/surroundings.js";
import type { Level } from "../../../cache/level.js";
import type { BuildJob } from "../../../cache/queue/build-queue.js";
import { openBlock } from "../../../cache/store/stored-block.js";
import { resolutionFolder } from "../../../dsdf/cache-levels.js";
import type { DataSource } from "../../../dsdf/data-source.js";
import { dataSource } from "../../../dsdf/load.js";
import { pipelineTools } from "../../../dsdf/tools.js";
import { builtInProgram } from "../../../pipeline/built-in.js";
import type { ProgramLookup } from "../../../pipeline/options.js";
import type { Program } from "../../../stream/program.js";
import { levelIn } from "../support/level-folder.js";
import { collect } from "../support/made-block.js";
import { MemoryIndex } from "./memory-index.js";

/** 2021-06-30T00:00:00Z, ms since 1970: after everything that these tests build. */
export const NOW = Date.UTC(2021, 6, 30);
/** The day of 2021-06-30 since 2000-01-01: 21 years of which 6 are leap years, and 180 days. */
export const JUNE_30_DAY = 21 * 365 + 6 + 180;
/** The same instant, us2000. */
export const JUNE_30_US = JUNE_30_DAY * 86_400e6;

/** A source with this reader; other lines of its definition as they stand in a file. */
export function sourceOf(reader: string, ...lines: readonly string[]): DataSource {
  const text = ["description = 'Pump'", "das2Stream = 1", `reader = '${reader}'`, ...lines].join("\n");
  return dataSource("Demo/Pump4", "/nowhere/Pump4.dsdf", Buffer.from(text), { substitutions: new Map() });
}

/** A level of that width and period below a folder; `intrinsic` for no bins. */
export function levelOf(folder: string, width: string, period: Level["period"], number = 0): Level {
  const resolutionName = resolutionFolder(width);
  const seconds = width === "intrinsic" ? 0 : Number(width.split(" ")[0]);
  return levelIn(folder, { number, seconds, period, resolutionName });
}

/** Surroundings with an index in memory; `programs` come before those that ship here. */
export function surroundings(
  programs: Readonly<Record<string, Program>> = {},
  more: Partial<BuildSurroundings> = {},
): BuildSurroundings & { readonly index: MemoryIndex } {
  const lookup: ProgramLookup = (name) =>
    programs[name] === undefined ? builtInProgram(name) : Promise.resolve(programs[name]);
  return {
    tools: pipelineTools({
      d2sReducer: "das2_bin_avgsec",
      qdsReducer: undefined,
      d2sToUtf8: undefined,
      qdsToUtf8: undefined,
      d2sCsvConverter: undefined,
      das1ToDas2: undefined,
    }),
    pipelineOptions: { programs: lookup, limits: { graceMs: 200 } },
    now: () => NOW,
    owner: "test",
    ...more,
    index: new MemoryIndex(),
  };
}

/** A job for a period. */
export function jobOf(period: Level["period"], number: number, force = false): BuildJob {
  return { sourceId: "Demo/Pump4", params: [], period, number, urgency: "operator", ...(force && { force }) };
}

/** The bytes of a valid block and of its companion; `undefined` where there is none. */
export async function storedBytes(
  level: Level,
  number: number,
): Promise<{ readonly block: Buffer; readonly statistics: Buffer | undefined } | undefined> {
  const stored = await openBlock(level, number);
  if (stored === undefined) return undefined;
  try {
    const statistics = await stored.statistics();
    return {
      block: await collect(stored.bytes()),
      statistics: statistics === undefined ? undefined : await collect(statistics.bytes()),
    };
  } finally {
    await stored.close();
  }
}

/** The checkout. */
export const ROOT: string = join(import.meta.dirname, "../../..");
