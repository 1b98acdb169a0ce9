import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { respLink } from "../../../cache/index/resp-link.js";
import { openWishes, type Wishes } from "../../../cache/queue/wishes.js";
import { parseRedisAddress } from "../../../cache/redis-address.js";
import { redisForTest, type TestRedis, testRedis } from "../../support/redis.js";
import { rejectionOf } from "../../support/thrown.js";
import { dayJob } from "./support.js";

const redisProgram = redisForTest();
let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "heliostream-wishes-"));
  if (!redisProgram.missing) redis = await testRedis();
});
afterAll(async () => {
  await redis?.stop();
  await rm(folder, { recursive: true });
});

const KINDS = [
  { name: "wishes in files", isSkipped: false, most: 1000, open: () => openWishes({ cacheRoot: folder }) },
  {
    name: redisProgram.title("wishes in Redis"),
    isSkipped: redisProgram.missing,
    most: 10_000,
    open: () => openWishes({ link: respLink(parseRedisAddress(redis.address), 2000) }),
  },
];

describe.each(KINDS)("$name", ({ isSkipped, most, open }) => {
  let wishes: Wishes;
  beforeEach(async ({ skip }) => {
    if (isSkipped) skip();
    await rm(join(folder, "wishes"), { recursive: true, force: true });
    if (!redisProgram.missing) await redis.client().flushall();
    wishes = open();
  });

  it("gives a wish once, however often it was left", async () => {
    const job = { ...dayJob("Demo/Pump4", -3), params: ["a", "ü=b"], force: true };
    await Promise.all([wishes.leave([job, job]), wishes.leave([job])]);
    expect(await wishes.take(10)).toEqual([job]);
    expect(await wishes.take(10)).toEqual([]);
  });

  it("gives the more urgent wishes first, and no more than were asked for", async () => {
    await wishes.leave([dayJob("A", 1, "prefetch"), dayJob("A", 2, "person"), dayJob("A", 3, "operator")]);
    expect((await wishes.take(2)).map(({ number }) => number)).toEqual([2, 3]);
    expect((await wishes.take(2)).map(({ number }) => number)).toEqual([1]);
  });

  it("has room for a limited number", async () => {
    const jobs = Array.from({ length: most + 5 }, (_, number) => dayJob("A", number));
    for (let at = 0; at < jobs.length; at += 4000) await wishes.leave(jobs.slice(at, at + 4000));
    await wishes.leave([dayJob("B", 0)]);
    expect(await wishes.take(2 * most)).toHaveLength(most);
    await wishes.leave([dayJob("B", 0)]);
    expect(await wishes.take(1)).toEqual([dayJob("B", 0)]);
  });

  it("gives each wish to one of many takers", async () => {
    const jobs = Array.from({ length: 40 }, (_, number) => dayJob("A", number));
    await wishes.leave(jobs);
    const taken = (await Promise.all([1, 2, 3, 4].map(() => wishes.take(40)))).flat();
    expect(taken.map(({ number }) => number).sort((a, b) => a - b)).toEqual(jobs.map(({ number }) => number));
  });
});

describe("wishes in Redis", () => {
  it.skipIf(redisProgram.missing)("become more urgent, not less", async () => {
    await redis.client().flushall();
    const wishes = openWishes({ link: respLink(parseRedisAddress(redis.address), 2000) });
    await wishes.leave([dayJob("A", 1, "person"), dayJob("A", 2, "prefetch")]);
    await wishes.leave([dayJob("A", 1, "prefetch"), dayJob("A", 2, "operator")]);
    expect(await wishes.take(9)).toEqual([dayJob("A", 1, "person"), dayJob("A", 2, "operator")]);
  });
});

describe("wishes in files", () => {
  it("leaves alone what is none, and removes what cannot be read", async () => {
    const place = join(folder, "wishes");
    await rm(place, { recursive: true, force: true });
    await mkdir(place);
    const name = `1-b${"0".repeat(32)}.json`;
    await writeFile(join(place, name), '{"sourceId":"../../etc","params":[],"period":"daily","number":1}');
    execFileSync("mkfifo", [join(place, `0-b${"1".repeat(32)}.json`)]);
    await writeFile(join(place, "notes.txt"), "mine");
    expect(await openWishes({ cacheRoot: folder }).take(10)).toEqual([]);
    expect(await readdir(place)).toEqual(["notes.txt"]);
  });

  it("says that the place cannot be used, without naming it", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    const failure = await rejectionOf(() => openWishes({ cacheRoot: file }).leave([dayJob("A", 1)]));
    expect(failure).toMatchObject({ code: "QUEUE_AWAY" });
    expect(failure.message).not.toContain(folder);
  });
});
