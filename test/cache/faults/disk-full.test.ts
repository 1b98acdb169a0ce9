import { execFileSync } from "node:child_process";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CachedSite, cachedSite, dataQuery } from "../../support/cached-site.js";
import { madeReader } from "../../support/made-reader.js";
import { packetDigest } from "../../support/packets-by-id.js";
import { redisForTest, type TestRedis, testRedis } from "../../support/redis.js";
import { SMALL_DISK, smallDisk } from "../support/small-disk.js";

const program = redisForTest();
const reader = madeReader({ name: "made", stepSeconds: 60 });
const programs = { made: reader.program };

/** Leaves no byte on a disk. */
async function fill(folder: string): Promise<void> {
  const handle = await open(join(folder, "filled"), "w");
  try {
    for (;;) await handle.write(Buffer.alloc(4096));
  } catch (error) {
    expect(error).toMatchObject({ code: "ENOSPC" });
  } finally {
    await handle.close();
  }
}

describe.skipIf(SMALL_DISK.missing)(SMALL_DISK.title("a disk of the cache that is full"), () => {
  const uncached = cachedSite({ programs, cacheRoot: false });
  let redis: TestRedis | undefined;
  const opened: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    uncached.define(
      "A",
      "reader = made",
      "cacheLevel_00 = '600 s | daily'",
      "cacheLevel_01 = '7200 s | daily'",
    );
    if (!program.missing) redis = await testRedis();
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });
  afterAll(async () => {
    await uncached.close();
    await redis?.stop();
  });

  /** A server whose cache is on a disk of that size. */
  async function serverOn(size: string, kind: "Redis" | "files"): Promise<CachedSite> {
    const cacheRoot = await smallDisk(`size=${size}`);
    const settings: Record<string, string> =
      kind === "files"
        ? {}
        : {
            HELIOSTREAM_WORK_QUEUE_BROKER: "redis",
            HELIOSTREAM_WORK_QUEUE_CONN: redis?.address ?? "",
            HELIOSTREAM_REDIS_TIMEOUT: "5",
          };
    const server = cachedSite({ programs, settings, cacheRoot, definitions: uncached.definitions });
    opened.push(server);
    return server;
  }

  const query = (begin: string, end: string) => dataQuery("A", begin, end, { resolution: 600 });

  async function right(server: CachedSite, words: string) {
    const answer = await server.ask(words);
    expect(answer.status).toBe(200);
    expect(packetDigest(answer.bytes)).toEqual(packetDigest((await uncached.ask(words)).bytes));
    return answer.record.cache;
  }

  async function filesOf(server: CachedSite): Promise<string[]> {
    const names = await readdir(server.cacheRoot, { recursive: true });
    return names.filter((name) => /\.d2s|\.tmp$/.test(name));
  }

  it.skipIf(program.missing).each(["Redis", "files"] as const)(
    "in the middle of a build costs the client nothing, and the log says so; the index is in %s",
    async (kind) => {
      // A day has 144 records of two kinds, with their companions about 20 kB; the first two fit.
      const server = await serverOn("256k", kind);
      expect(await right(server, query("2021-06-01", "2021-06-03"))).toMatchObject({ result: "miss" });
      const kept = await filesOf(server);
      const cache = await right(server, query("2021-06-01", "2021-07-01"));
      expect(cache).toMatchObject({ result: "partial", blocks: 2, gaps: 1 });
      expect(cache?.note).toMatch(/full/);
      // Of the build that failed nothing is left, of what was there before everything.
      expect(await filesOf(server)).toEqual(kept);
      expect(await right(server, query("2021-06-01", "2021-06-03"))).toMatchObject({
        result: "hit",
        blocks: 2,
      });
      execFileSync("mount", ["-o", "remount,size=8m", server.cacheRoot]);
      await right(server, query("2021-06-01", "2021-07-01"));
      expect(await right(server, query("2021-06-01", "2021-07-01"))).toMatchObject({
        result: "hit",
        blocks: 30,
      });
    },
  );

  it.skipIf(program.missing).each(["Redis", "files"] as const)(
    "from the beginning is as no cache: the index is in %s",
    async (kind) => {
      const server = await serverOn("16k", kind);
      await fill(server.cacheRoot);
      for (let time = 1; time <= 2; time++) {
        const cache = await right(server, query("2021-06-01", "2021-06-11"));
        expect(cache?.blocks ?? 0).toBe(0);
        expect(cache?.note).toMatch(/full|index/);
      }
    },
  );
});
