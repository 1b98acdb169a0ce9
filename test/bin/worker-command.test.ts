import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { cache } from "../../bin/commands/cache.js";
import { openWishes } from "../../cache/queue/wishes.js";
import { dayJob } from "../cache/queue/support.js";
import { type ChildProgram, childProgram } from "../cache/support/child-process.js";
import { type SampleSite, sampleSite } from "../cache/work/sample-site.js";
import { parseExposition, sumOf } from "../support/exposition.js";
import { redisForTest, type TestRedis, testRedis } from "../support/redis.js";
import { PUMP_STREAM } from "../support/worked-streams.js";

/** 2021-06-30, days since 2000-01-01. */
const JUNE_30 = 7851;

// Each process loads everything that a worker needs.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let program: ChildProgram;
let site: SampleSite;
beforeAll(async () => {
  program = await childProgram(join(import.meta.dirname, "../../bin/heliostream.ts"));
});
afterAll(() => program?.remove());
beforeEach(() => {
  site = sampleSite();
});
afterEach(() => site.remove());

/** Writes the configuration and gives its path. */
function configure(...lines: readonly string[]): string {
  const file = join(site.root, "das2server.conf");
  const text = [
    "SERVER_URL = http://data.example.org/das/server",
    "DSDF_ROOT = sources",
    "CACHE_ROOT = cache",
  ];
  writeFileSync(file, `${[...text, ...lines].join("\n")}\n`);
  return file;
}

/** Runs `heliostream cache` in this process. */
async function run(...args: readonly string[]): Promise<{ status: number; lines: readonly string[] }> {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    return { status: await cache.run(args), lines };
  } finally {
    vi.restoreAllMocks();
  }
}

function blocks(): string[] {
  const data = join(site.cacheRoot, "data");
  if (!existsSync(data)) return [];
  return readdirSync(data, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".d2s"))
    .sort();
}

describe("heliostream worker without Redis", () => {
  it("builds what others have left, tells each build in a line, and ends when it is told to", async () => {
    site.write("Demo/Pump4", "reader = 'synthetic --cadence 600s'", "cacheLevel_00 = '600 s | daily'");
    await openWishes({ cacheRoot: site.cacheRoot }).leave([dayJob("Demo/Pump4", JUNE_30)]);
    const worker = program.start("worker", "-c", configure(), "-j", "2");
    await worker.said("waiting for builds, 2 at a time");
    await worker.said(/^Demo\/Pump4 2021-06-30 \(daily\): 1 block, [\d.]+ kB, [\d.]+ m?s$/);
    worker.kill("SIGTERM");
    expect(await worker.ended).toBe(0);
    expect(blocks()).toEqual(["Demo/Pump4/_noparam/bin-600s/2021/06/2021-06-30_bin-600s.d2s"]);
  });
});

describe("heliostream worker --metrics-port", () => {
  it("tells Prometheus what it has built, and nothing of requests", async () => {
    site.write("Demo/Pump4", "reader = 'synthetic --cadence 600s'", "cacheLevel_00 = '600 s | daily'");
    await openWishes({ cacheRoot: site.cacheRoot }).leave([dayJob("Demo/Pump4", JUNE_30)]);
    const worker = program.start("worker", "-c", configure(), "--metrics-port", "0");
    await worker.said(/^metrics at /);
    await worker.said(/^Demo\/Pump4 2021-06-30 \(daily\): 1 block, /);
    const url = worker.lines.find((line) => line.startsWith("metrics at "))?.slice(11) ?? "";
    const families = parseExposition(await (await fetch(url)).text());
    expect(sumOf(families, "heliostream_builds_total", { result: "built" })).toBe(1);
    expect(sumOf(families, "heliostream_blocks_built_total")).toBe(1);
    expect(sumOf(families, "heliostream_build_info")).toBe(1);
    expect(sumOf(families, "heliostream_check_state", { check: "cache", state: "good" })).toBe(1);
    expect(sumOf(families, "process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
    expect([...families.keys()].filter((name) => /_http_|_pipelines_|_live_|_log_/.test(name))).toEqual([]);
    expect(
      families.get("heliostream_check_state")?.samples.some(({ labels }) => labels.check === "server"),
    ).toBe(false);
    const health = await fetch(url.replace("metrics", "healthz"));
    expect([health.status, await health.text()]).toEqual([200, "ok\n"]);
    const other = await fetch(url.replace("/metrics", "/das/server?server=list"));
    expect(other.status).toBeGreaterThanOrEqual(400);
    // By a proxy that nobody vouches for anybody could read them.
    expect((await fetch(url, { headers: { "x-forwarded-for": "127.0.0.1" } })).status).toBe(403);
    worker.kill("SIGTERM");
    expect(await worker.ended).toBe(0);
  });

  it("says in one line that a port is in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const worker = program.start("worker", "-c", configure(), "--metrics-port", String(port));
    expect(await worker.ended).not.toBe(0);
    const told = worker.errors.join("\n");
    expect(told).toContain(`${port} is in use by another program`);
    expect(told).not.toContain("    at ");
    await new Promise((resolve) => other.close(resolve));
  });

  it("is refused for what is no port", async () => {
    const worker = program.start("worker", "-c", configure(), "--metrics-port", "70000");
    expect(await worker.ended).not.toBe(0);
    expect(worker.errors.join("\n")).toContain("--metrics-port 70000 is no port, expected 0 to 65535");
  });
});

const redisProgram = redisForTest();

describe.skipIf(redisProgram.missing)(redisProgram.title("heliostream worker with Redis"), () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await testRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    await redis.client().flushall();
  });

  const broker = (): string[] => ["WORK_QUEUE_BROKER = redis", `WORK_QUEUE_CONN = ${redis.address}`];

  it("does the builds of `cache build`, which tells how they went", async () => {
    site.write("Demo/Pump4", "reader = 'synthetic --cadence 600s'", "cacheLevel_00 = '600 s | daily'");
    const config = configure(...broker());
    const worker = program.start("worker", "-c", config);
    await worker.said("waiting for builds, 1 at a time");
    expect(await run("build", "-c", config, "Demo/Pump4", "2021-06-28", "2021-07-01")).toEqual({
      status: 0,
      lines: [
        "3 blocks of 3 to be built, in 3 runs of the reader",
        expect.stringMatching(/^3 blocks built in /),
      ],
    });
    expect(worker.lines.filter((line) => line.startsWith("Demo/Pump4"))).toHaveLength(3);
    const { lines } = await run("status", "-c", config, "Demo/Pump4");
    expect(lines[0]?.split("\n").filter((line) => !line.startsWith("room"))).toEqual([
      "index    Redis, answers",
      "queue    0 waiting, 0 running, 0 to be tried again, 0 failed",
      "workers  1, 3 builds in the last minute",
      "",
      "Demo/Pump4  2021-06-28 to 2021-07-01",
      expect.stringMatching(/^ {2}00 bin-600s daily: 100 % of 3 blocks, [\d.]+ kB$/),
    ]);
    worker.kill("SIGTERM");
    expect(await worker.ended).toBe(0);
    expect(blocks()).toHaveLength(3);
  });

  it("lets a build end when it is told to end", async () => {
    // The reader says that it has begun, and then gives what the test gives it.
    const [began, given] = [join(site.root, "began"), join(site.root, "given")];
    execFileSync("mkfifo", [began, given]);
    writeFileSync(join(site.root, "reader.sh"), `echo now >${began}\ncat ${given}\n`);
    site.write(
      "Demo/Slow",
      `reader = '/bin/sh ${site.root}/reader.sh'`,
      "cacheLevel_00 = 'intrinsic | daily'",
    );
    const config = configure(...broker());
    const worker = program.start("worker", "-c", config);
    await worker.said("waiting for builds, 1 at a time");
    const build = program.start("cache", "build", "-c", config, "Demo/Slow", "2021-06-30", "2021-07-01");
    expect(await readFile(began, "utf8")).toBe("now\n");
    worker.kill("SIGTERM");
    await writeFile(given, PUMP_STREAM);
    expect(await build.ended).toBe(0);
    expect(await worker.ended).toBe(0);
    expect(blocks()).toEqual(["Demo/Slow/_noparam/intrinsic/2021/06/2021-06-30_intrinsic.d2s"]);
  });
});
