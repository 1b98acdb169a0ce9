import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ioredisLink } from "../../../cache/index/ioredis-link.js";
import { RedisIndex } from "../../../cache/index/redis-index.js";
import { BullQueue } from "../../../cache/queue/bull-queue.js";
import { parseRedisAddress } from "../../../cache/redis-address.js";
import { redisForTest, type TestRedis, testRedis } from "../../support/redis.js";
import { PUMP_STREAM } from "../../support/worked-streams.js";
import { dayJob } from "../queue/support.js";
import { type ChildProgram, childProgram } from "../support/child-process.js";
import { type SampleSite, sampleSite } from "./sample-site.js";

/** 2021-06-30, days since 2000-01-01. */
const JUNE_30 = 7851;
/** Short, so that what the dead leave lapses soon. */
const TIMES = { lockMs: 1000, stalledMs: 300, leaseMs: 2000 };

// Each process loads everything that a worker needs.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const redisProgram = redisForTest();

describe.skipIf(redisProgram.missing)(redisProgram.title("a worker that is killed in a build"), () => {
  let redis: TestRedis;
  let program: ChildProgram;
  let site: SampleSite;
  beforeAll(async () => {
    redis = await testRedis();
    program = await childProgram(join(import.meta.dirname, "building-child.ts"));
    const link = ioredisLink(parseRedisAddress(redis.address), 5000);
    site = sampleSite(undefined, () => new RedisIndex(link));
  });
  afterAll(async () => {
    await program?.remove();
    await site?.index.close();
    await redis?.stop();
    site?.remove();
  });

  it("leaves no block, and another worker builds all of them", async () => {
    // The reader notes each run, says that it has begun, and gives what the test gives it.
    const [began, given, runs] = ["began", "given", "runs"].map((name) => join(site.root, name));
    execFileSync("mkfifo", [began!, given!]);
    writeFileSync(join(site.root, "reader.sh"), `echo run >>${runs}\necho now >${began}\ncat ${given}\n`);
    site.write(
      "Demo/Slow",
      `reader = '/bin/sh ${site.root}/reader.sh'`,
      "cacheLevel_00 = 'intrinsic | daily'",
      "cacheLevel_01 = '600 s | hourly'",
    );
    const address = parseRedisAddress(redis.address);
    const queue = new BullQueue({ address, timeoutMs: 5000 }, TIMES);
    const first = program.start(site.root, redis.address, JSON.stringify(TIMES));
    await first.said("ready");
    const job = dayJob("Demo/Slow", JUNE_30);
    await queue.add([job]);
    expect(await readFile(began!, "utf8")).toBe("now\n");
    first.kill("SIGKILL");
    await first.ended;
    expect(blocksBelow(site.cacheRoot)).toEqual([]);

    const second = program.start(site.root, redis.address, JSON.stringify(TIMES));
    const end = queue.ended(job);
    expect(await readFile(began!, "utf8")).toBe("now\n");
    await writeFile(given!, PUMP_STREAM);
    expect(await end).toMatchObject({
      kind: "done",
      report: { built: { "intrinsic daily": 1, "bin-600s hourly": 24 } },
    });
    expect(blocksBelow(site.cacheRoot)).toHaveLength(25);
    expect(readFileSync(runs!, "utf8")).toBe("run\nrun\n");
    second.kill("SIGKILL");
    await queue.close();
  });
});

function blocksBelow(cacheRoot: string): string[] {
  if (!existsSync(cacheRoot)) return [];
  return readdirSync(cacheRoot, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".d2s"),
  );
}
