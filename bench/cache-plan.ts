import { performance } from "node:perf_hooks";
import { planAnswer } from "../cache/answer/answer-plan.js";
import { lookForBlocks } from "../cache/answer/look.js";
import { blocksOf } from "../cache/block-number.js";
import type { BlockDetails } from "../cache/block-state.js";
import type { BlockIndex } from "../cache/index/block-index.js";
import { openIndex } from "../cache/index/open-index.js";
import type { Level } from "../cache/level.js";
import { parseTime, type TimeRange } from "../stream/time.js";
import { testRedis } from "../test/support/redis.js";
import { findProgram } from "../test/support/system-programs.js";
import { benchCache } from "./bench-cache.js";
import type { Print } from "./print.js";
import { bareNode, median } from "./requests.js";

const ID = "Bench/Fast";
const DEFINITION = [
  "reader = 'synthetic --cadence 10ms'",
  "validRange = '2020-01-01 to 2022-01-01 UTC'",
  "cacheLevel_00 = '1 s | perminute'",
];
/** 525,600 minutes. */
const YEAR: TimeRange = { begin: parseTime("2021-01-01"), end: parseTime("2022-01-01") };
const BUILT_MS = Date.UTC(2024, 0, 1);
const RECORDED_AT_ONCE = 5000;
const WARM_UP = 5;
const ROUNDS = 40;

/** The plan of an answer from a year of blocks of a minute that are on record in Redis. */
export async function run(print: Print): Promise<void> {
  const bare = bareNode();
  print(`N0, node -e 0                                ${bare.toFixed(1)} ms`);
  if (findProgram("redis") === undefined) {
    print("redis-server is not installed");
    return;
  }
  const redis = await testRedis();
  const site = await benchCache({ definitions: { [ID]: DEFINITION }, redis: redis.address });
  try {
    const [level] = await site.levels(ID);
    if (level === undefined) throw new Error(`${ID} has no levels`);
    await record(site.index, level);
    for (const life of ["process", "request"] as const) {
      const index = await openIndex({ ...site.config, cacheRoot: site.cacheRoot }, { life });
      try {
        await measure(
          print,
          index,
          level,
          bare,
          life === "process" ? "ioredis" : "the client of CGI programs",
        );
      } finally {
        await index.close();
      }
    }
  } finally {
    await site.close();
    await redis.stop();
  }
}

/** Every hundredth block is known to be empty, so the plan has many pieces. */
async function record(index: BlockIndex, level: Level): Promise<void> {
  const { first, end } = blocksOf(YEAR, level.period);
  for (let from = first; from < end; from += RECORDED_AT_ONCE)
    await index.record(
      level,
      Array.from(
        { length: Math.min(RECORDED_AT_ONCE, end - from) },
        (_, place): BlockDetails => ({
          number: from + place,
          state: (from + place) % 100 === 0 ? "empty" : "present",
          bytes: 10_000,
          sha256: "0123456789abcdef".repeat(4),
          builtMs: BUILT_MS,
          definition: level.definition,
        }),
      ),
    );
}

async function measure(
  print: Print,
  index: BlockIndex,
  level: Level,
  bare: number,
  what: string,
): Promise<void> {
  const times: number[] = [];
  let [pieces, blocks] = [0, 0];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const began = performance.now();
    const plan = await planAnswer(
      [level],
      { range: YEAR, resolution: 1, bins: "joined", declared: [] },
      (of, span) => lookForBlocks(index, of, span, { now: Date.now() }),
    );
    if (round >= 0) times.push(performance.now() - began);
    if (plan === undefined) throw new Error("no plan");
    pieces = plan.cover.pieces.length;
    blocks = plan.cover.blocks.end - plan.cover.blocks.first;
  }
  const p50 = median(times);
  print(`plan of ${blocks} blocks, ${pieces} pieces, by ${what}: p50 ${p50.toFixed(1)} ms`);
  print(`  ratio                                      ${(p50 / bare).toFixed(2)} x N0   (bar: at most 0.6)`);
}
