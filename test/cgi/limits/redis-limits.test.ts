import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RedisLink } from "../../../cache/index/redis-link.js";
import { respLink } from "../../../cache/index/resp-link.js";
import { parseRedisAddress } from "../../../cache/redis-address.js";
import type { ClientAllowance } from "../../../cgi/limits/client-limits.js";
import { RedisLimits } from "../../../cgi/limits/redis-limits.js";
import { DasError } from "../../../errors/das-error.js";
import { redisForTest, type TestRedis, testRedis } from "../../support/redis.js";
import { rejectionOf } from "../../support/thrown.js";

const program = redisForTest();
let redis: TestRedis;
const links: RedisLink[] = [];

beforeAll(async () => {
  if (program.missing) return;
  redis = await testRedis();
});
afterAll(async () => {
  for (const link of links) await link.close();
  await redis?.stop();
});

/** The error of a request that is refused. */
async function refusal(run: () => unknown): Promise<DasError> {
  const error = await rejectionOf(run);
  if (error instanceof DasError) return error;
  throw error;
}

/** The limits as another process has them. */
function another(allowance: Partial<ClientAllowance>): RedisLimits {
  const link = respLink(parseRedisAddress(redis.address), 5000);
  links.push(link);
  return new RedisLimits({ atOnce: { any: 0, data: 0 }, hourBytes: 0, ...allowance }, link);
}

describe.skipIf(program.missing)(program.title("clients that several processes count together"), () => {
  it("have as many requests at once as allowed", async () => {
    const allowance = { atOnce: { any: 0, data: 2 } };
    const [a, b, c] = [another(allowance), another(allowance), another(allowance)];
    const leave = await a.enter("data", "user ann");
    await b.enter("data", "user ann");
    const refused = await refusal(() => c.enter("data", "user ann"));
    expect(refused.where).toMatchObject({ limit: "CLIENT_DATA_REQUESTS" });
    await c.enter("data", "user bob");
    leave();
    await a.close();
    await c.enter("data", "user ann");
  });

  it("have a place no longer than it is renewed", async () => {
    const allowance = { atOnce: { any: 0, data: 1 } };
    const killed = another(allowance);
    await killed.enter("data", "user eve");
    const client = redis.client();
    const [key = ""] = await client.keys("heliostream:clients:places:user eve");
    const [token = ""] = await client.zrange(key, "0", "0");
    const expiry = await client.call("ZSCORE", key, token);
    const [seconds] = await client.time();
    expect(Number(expiry) / 1000 - Number(seconds)).toBeGreaterThan(50);
    expect(Number(expiry) / 1000 - Number(seconds)).toBeLessThanOrEqual(61);
    // As if the lease had passed: a place of the past counts no more.
    await client.zadd(key, "XX", "1", token);
    await another(allowance).enter("data", "user eve");
  });

  it("owe the bytes that all of them sent", async () => {
    const allowance = { hourBytes: 1000 };
    const [a, b] = [another(allowance), another(allowance)];
    await a.enter("data", "user dan");
    a.sent("user dan", 700);
    a.sent("user dan", 800);
    await a.close();
    const refused = await refusal(() => b.enter("data", "user dan"));
    expect(refused.where).toMatchObject({ limit: "CLIENT_BYTES" });
    // 500 bytes at 1000 an hour, less what has passed since.
    expect(refused.where.retryAfterSeconds).toBeGreaterThan(1700);
    expect(refused.where.retryAfterSeconds).toBeLessThanOrEqual(1800);
  });

  it("are refused nothing where Redis is away", async () => {
    const away = new RedisLimits(
      { atOnce: { any: 1, data: 1 }, hourBytes: 1 },
      respLink(parseRedisAddress("unix:/nowhere/redis.sock"), 500),
    );
    (await away.enter("data", "user ann"))();
    (await away.enter("data", "user ann"))();
    away.sent("user ann", 5);
    await away.close();
  });
});
