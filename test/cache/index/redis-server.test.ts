import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redisForTest, type TestRedis, testRedis } from "../../support/redis.js";

const program = redisForTest();

describe.skipIf(program.missing)(program.title("a Redis of a test file"), () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await testRedis({ maxmemory: "10mb" });
  });
  afterAll(() => redis.stop());

  test("takes the settings it is started with", async () => {
    expect(await redis.client().config("GET", "maxmemory")).toEqual(["maxmemory", "10485760"]);
  });

  test("answers at its port and at its socket", async () => {
    await redis.client().set("key", "value");
    expect(await redis.client({ path: redis.socket }).get("key")).toBe("value");
  });

  test("answers nothing while it is paused, and everything afterwards", async () => {
    const client = redis.client();
    await client.ping();
    redis.pause();
    let answered = false;
    const answer = client.ping().finally(() => {
      answered = true;
    });
    const other = connect(redis.port, "127.0.0.1");
    await once(other, "connect"); // by the kernel
    other.destroy();
    expect(answered).toBe(false);
    redis.resume();
    expect(await answer).toBe("PONG");
  });

  test("refuses connections once it is killed, and is empty after a restart at the same port", async () => {
    await redis.client().set("key", "value");
    await redis.kill();
    const socket = connect(redis.port, "127.0.0.1");
    const [error] = await once(socket, "error");
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
    await redis.restart();
    expect(await redis.client().dbsize()).toBe(0);
  });

  test("leaves no folder behind", async () => {
    const short = await testRedis();
    expect(existsSync(short.socket)).toBe(true);
    await short.stop();
    expect(existsSync(short.socket)).toBe(false);
  });
});
