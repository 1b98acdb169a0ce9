import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blockPath } from "../../../cache/block-path.js";
import { buildSpan } from "../../../cache/build/build-span.js";
import type { BuildSurroundings } from "../../../cache/build/surroundings.js";
import type { Level } from "../../../cache/level.js";
import { openCache } from "../../../cache/open-cache.js";
import type { BuildJob } from "../../../cache/queue/build-queue.js";
import { sweepLeftovers } from "../../../cache/store/leftovers.js";
import { openBlock } from "../../../cache/store/stored-block.js";
import { pipelineSetting } from "../../../cgi/data/pipeline-setting.js";
import { builtInProgram } from "../../../pipeline/built-in.js";
import { type CachedSite, cachedSite, dataQuery } from "../../support/cached-site.js";
import { madeReader } from "../../support/made-reader.js";
import { packetDigest } from "../../support/packets-by-id.js";
import { redisForTest, type TestRedis, testRedis } from "../../support/redis.js";
import { gate } from "../queue/support.js";
import { type ChildProgram, childProgram } from "../support/child-process.js";
import type { ChildBuild } from "./build-child.js";

const program = redisForTest();

/** 2021-06-02 is day 7823 since 2000. */
const DAY = 7823;
/** A lease that lapses soon after its holder is dead. */
const LEASE_MS = 300;
const LINES = ["reader = made", "cacheLevel_00 = '600 s | hourly'", "cacheLevel_01 = '3600 s | daily'"];

describe.skipIf(program.missing)(program.title("builds of the same blocks"), () => {
  const reader = madeReader({ name: "made", stepSeconds: 60, portion: 240 });
  const programs = { made: reader.program };
  let redis: TestRedis;
  let server: CachedSite;
  let uncached: CachedSite;
  let child: ChildProgram;

  beforeAll(async () => {
    redis = await testRedis();
    const settings = {
      HELIOSTREAM_WORK_QUEUE_BROKER: "redis",
      HELIOSTREAM_WORK_QUEUE_CONN: redis.address,
      HELIOSTREAM_REDIS_TIMEOUT: "5",
    };
    server = cachedSite({ programs, settings, now: () => new Date() });
    uncached = cachedSite({ programs, definitions: server.definitions, cacheRoot: false });
    child = await childProgram(join(import.meta.dirname, "build-child.ts"));
  });
  afterAll(async () => {
    await child?.remove();
    await server?.close();
    await uncached?.close();
    await redis?.stop();
  });

  function jobOf(id: string): BuildJob {
    return { sourceId: id, params: [], period: "daily", number: DAY, urgency: "operator" };
  }

  /** Blocks of the day that are whole, by their path, with what tells whether one is replaced. */
  async function wholeBlocks(levels: readonly Level[]): Promise<Map<string, string>> {
    const whole = new Map<string, string>();
    for (const level of levels) {
      const [first, end] = level.period === "daily" ? [DAY, DAY + 1] : [DAY * 24, DAY * 24 + 24];
      for (let number = first; number < end; number++) {
        const block = await openBlock(level, number);
        if (block === undefined) continue;
        const { ino, mtimeMs } = await stat(blockPath(level, number));
        whole.set(blockPath(level, number), `${ino} ${mtimeMs}`);
        await block.close();
      }
    }
    return whole;
  }

  /** Expects that requests for all levels are right, and that nothing was built again that was whole. */
  async function expectHealed(id: string, levels: readonly Level[]): Promise<void> {
    const before = await wholeBlocks(levels);
    for (const resolution of [600, 3600]) {
      const query = dataQuery(id, "2021-06-02", "2021-06-03", { resolution });
      const { status, bytes } = await server.ask(query);
      expect(status).toBe(200);
      expect(packetDigest(bytes)).toEqual(packetDigest((await uncached.ask(query)).bytes));
    }
    const after = await wholeBlocks(levels);
    expect(after.size).toBe(25);
    for (const [path, identity] of before) expect(after.get(path)).toBe(identity);
  }

  it.each<readonly [string, ChildBuild["dies"], number]>([
    ["when it has claimed blocks", ["claim", 1], 0],
    ["when its reader begins", ["portion", 1], 0],
    ["in the middle of its reading", ["portion", 4], 0],
    ["when the first file was made aside", ["open", 1], 0],
    ["when half of the files were made aside", ["open", 60], 0],
    ["when the first block is in place without its description", ["rename", 1], 0],
    ["when its companion is in place as well", ["rename", 2], 0],
    ["when some blocks are in place", ["rename", 31], 3],
    ["when the first block is on record", ["publish", 1], 1],
    ["when some blocks are on record", ["publish", 17], 10],
  ])("that a worker leaves that is killed %s lose nothing", async (_, dies, least) => {
    const id = `Killed${dies.join("")}`;
    server.define(id, ...LINES);
    const levels = await server.levels(id);
    const definition = `description = 'Made up'\ndas2Stream = 1\n${LINES.join("\n")}\n`;
    const { cacheRoot } = server;
    const told: ChildBuild = {
      ...{ cacheRoot, address: redis.address, id, definition, job: jobOf(id), leaseMs: LEASE_MS, dies },
    };
    expect(await child.start(JSON.stringify(told)).ended).toBe(null);
    expect((await wholeBlocks(levels)).size).toBeGreaterThanOrEqual(least);
    await expectHealed(id, levels);
    // What it left aside goes with the next sweep.
    await sweepLeftovers(join(cacheRoot, "data", id), 0, { now: Date.now() + 1000 });
    const names = await readdir(join(cacheRoot, "data", id), { recursive: true });
    expect(names.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("that two workers are given at the same time are made once, by one run of the reader", async () => {
    server.define("Twice", ...LINES);
    const [source, levels] = [await server.source("Twice"), await server.levels("Twice")];
    const held = gate();
    const begun = gate();
    const published: string[] = [];
    const config = server.site.config;
    const start = async (owner: string) => {
      const cache = await openCache(config, { life: "process" });
      if (cache === undefined) throw new Error("no cache");
      const publish = cache.index.publish.bind(cache.index);
      cache.index.publish = async (level, details, claim) => {
        published.push(`${level.resolutionName} ${details.number}`);
        return await publish(level, details, claim);
      };
      const around: BuildSurroundings = {
        index: cache.index,
        tools: pipelineSetting(server.site).tools,
        pipelineOptions: {
          programs: (name) => (name === "made" ? Promise.resolve(reader.program) : builtInProgram(name)),
        },
        now: Date.now,
        owner,
      };
      return { cache, report: buildSpan(jobOf("Twice"), source, levels, around) };
    };
    reader.control.beforePortion = async () => {
      begun.open();
      await held.promise;
    };
    const starts = reader.starts.length;
    const one = await start("one");
    await begun.promise;
    const other = await start("other");
    // Who is second ends at once, or waits; the first goes on in any case.
    setImmediate(held.open);
    const reports = [await one.report, await other.report];
    reader.control.beforePortion = undefined;
    await Promise.all([one.cache.close(), other.cache.close()]);
    expect(reader.starts.length).toBe(starts + 1);
    expect(reports.map(({ built }) => built)).toEqual([{ "bin-600s hourly": 24, "bin-3600s daily": 1 }, {}]);
    expect(published).toHaveLength(25);
    expect(new Set(published).size).toBe(25);
    await expectHealed("Twice", levels);
    expect(reader.starts.length).toBe(starts + 1 + 2); // those of the server without a cache
  });
});
