import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import type { BlockIndex } from "../../../cache/index/block-index.js";
import { FileIndex } from "../../../cache/index/file-index.js";
import { ioredisLink } from "../../../cache/index/ioredis-link.js";
import { RedisIndex } from "../../../cache/index/redis-index.js";
import { respLink } from "../../../cache/index/resp-link.js";
import { parseRedisAddress } from "../../../cache/redis-address.js";
import { redisForTest, type TestRedis, testRedis } from "../../support/redis.js";

const program = redisForTest();

/** An index that is empty at the beginning of each test; others that are opened see the same blocks, as another process would. */
export interface SampleIndex {
  readonly index: BlockIndex;
  another(): BlockIndex;
}

/** Runs a suite for each way to keep an index. */
export function describeEachIndex(title: string, suite: (sample: SampleIndex) => void): void {
  describe.skipIf(program.missing).each([
    { name: "Redis over ioredis", link: ioredisLink },
    { name: "Redis over node:net", link: respLink },
  ])(program.title(`${title}: $name`), ({ link }) => {
    let redis: TestRedis;
    const opened: BlockIndex[] = [];
    const another = (): BlockIndex => {
      const one = new RedisIndex(link(parseRedisAddress(redis.address), 5000));
      opened.push(one);
      return one;
    };
    let index: BlockIndex;
    beforeAll(async () => {
      redis = await testRedis();
      index = another();
    });
    beforeEach(() => redis.client().flushall());
    afterAll(async () => {
      for (const one of opened) await one.close();
      await redis.stop();
    });
    suite({
      get index() {
        return index;
      },
      another,
    });
  });

  describe(`${title}: files`, () => {
    let root: string;
    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), "heliostream-index-"));
    });
    afterEach(() => rm(root, { recursive: true, force: true }));
    suite({
      get index() {
        return new FileIndex(root);
      },
      another: () => new FileIndex(root),
    });
  });
}
