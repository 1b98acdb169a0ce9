import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ioredisLink } from "../../../cache/index/ioredis-link.js";
import { type RedisLink, RedisRefusal, runScript } from "../../../cache/index/redis-link.js";
import { respLink } from "../../../cache/index/resp-link.js";
import { luaScript } from "../../../cache/index/scripts/lua-script.js";
import { parseRedisAddress } from "../../../cache/redis-address.js";
import { redisForTest, type TestRedis, testRedis } from "../../support/redis.js";
import { rejectionOf } from "../../support/thrown.js";

const program = redisForTest();
const away = { code: "INDEX_AWAY" };

describe.skipIf(program.missing).each([
  { name: "ioredis", open: ioredisLink },
  { name: "node:net", open: respLink },
])(program.title("a link to Redis over $name"), ({ open }) => {
  let redis: TestRedis;
  let link: RedisLink;
  const links: RedisLink[] = [];
  const opened = (address: string, timeoutMs = 5000): RedisLink => {
    const one = open(parseRedisAddress(address), timeoutMs);
    links.push(one);
    return one;
  };
  beforeAll(async () => {
    redis = await testRedis({ password: "s3cret word" });
  });
  const address = () => `redis://:s3cret%20word@${redis.address.replace(/:0$/, "/0")}`;
  beforeEach(async () => {
    link = opened(address());
  });
  afterEach(async () => {
    for (const one of links.splice(0)) await one.close();
  });
  afterAll(() => redis.stop());

  test("gives bytes, integers, nothing and lists as they are", async () => {
    const bytes = Buffer.from([0, 13, 10, 255, 128]);
    expect(await link.call(["SET", "key", bytes])).toEqual(Buffer.from("OK"));
    expect(await link.call(["GET", "key"])).toEqual(bytes);
    expect(await link.call(["STRLEN", "key"])).toBe(5);
    expect(await link.call(["GET", "no such key"])).toBeNull();
    expect(await link.call(["MGET", "key", "no such key"])).toEqual([bytes, null]);
    expect(await link.call(["EVAL", "return {1, {'ü', 2}, false, {}}", "0"])).toEqual([
      1,
      [Buffer.from("ü"), 2],
      null,
      [],
    ]);
  });

  test("gives a refusal as a reply, also one among others", async () => {
    const replies = await link.pipeline([
      ["SET", "key", "a"],
      ["INCR", "key"],
      ["GET", "key"],
    ]);
    expect(replies[1]).toBeInstanceOf(RedisRefusal);
    expect(replies[2]).toEqual(Buffer.from("a"));
  });

  test("carries a reply of megabytes", async () => {
    const value = Buffer.alloc(1_000_000, "abcdefgh");
    await link.call(["SET", "key", value]);
    const replies = await link.pipeline(Array.from({ length: 8 }, () => ["GET", "key"]));
    expect(replies.every((reply) => Buffer.isBuffer(reply) && reply.equals(value))).toBe(true);
  });

  test("answers many who ask at the same time, each with his own", async () => {
    const answers = await Promise.all(Array.from({ length: 500 }, (_, i) => link.call(["ECHO", String(i)])));
    expect(answers.map(String)).toEqual(Array.from({ length: 500 }, (_, i) => String(i)));
  });

  test("uses the database of the address", async () => {
    const other = opened(address().replace("/0", "/3"));
    await other.call(["SET", "only in 3", "x"]);
    expect(await link.call(["EXISTS", "only in 3"])).toBe(0);
    expect(await other.call(["EXISTS", "only in 3"])).toBe(1);
  });

  test("speaks to a socket", async () => {
    const socket = opened(`unix://:s3cret%20word@${redis.socket}`);
    expect(await socket.call(["ECHO", "hello"])).toEqual(Buffer.from("hello"));
  });

  test("a script is run whether Redis knows it or not", async () => {
    const script = luaScript("sample", "return KEYS[1] .. ARGV[1]");
    await link.call(["SCRIPT", "FLUSH"]);
    expect(await runScript(link, script, ["a"], ["b"])).toEqual(Buffer.from("ab"));
    expect(await runScript(link, script, ["a"], ["c"])).toEqual(Buffer.from("ac"));
  });

  test("a script that fails is away, and says so to the log alone", async () => {
    const error = await rejectionOf(() =>
      runScript(link, luaScript("broken", "return redis.call('NONE')"), [], []),
    );
    expect(error).toMatchObject({ ...away, where: { refused: true } });
    expect(error.message).toBe("the index of cached blocks does not answer");
  });

  test("a wrong password is away, and is told to nobody", async () => {
    const error = await rejectionOf(() => opened(address().replace("s3cret", "wr0ng")).call(["PING"]));
    expect(error).toMatchObject(away);
    expect(JSON.stringify(error) + error.message).not.toContain("wr0ng");
  });

  test("a Redis that is killed is away, for who waits for it and for who asks then; it is there again when it is back", async () => {
    await link.call(["PING"]);
    redis.pause();
    const waiting = rejectionOf(() => link.call(["PING"]));
    await redis.kill();
    expect(await waiting).toMatchObject(away);
    expect(await rejectionOf(() => link.call(["PING"]))).toMatchObject(away);
    await redis.restart();
    await expect.poll(() => link.call(["DBSIZE"]).catch(() => "away")).toBe(0);
  });

  test("a Redis that stands still is away after the time limit, also at the first question", async () => {
    const hasty = opened(address(), 100);
    await hasty.call(["PING"]);
    redis.pause();
    try {
      expect(await rejectionOf(() => hasty.call(["PING"]))).toMatchObject(away);
      expect(await rejectionOf(() => opened(address(), 100).call(["PING"]))).toMatchObject(away);
    } finally {
      redis.resume();
    }
    await expect.poll(() => hasty.call(["ECHO", "again"]).catch(() => "away")).toEqual(Buffer.from("again"));
  });

  describe("where something else answers", () => {
    let server: Server;
    let answer: (socket: Socket) => void;
    beforeAll(async () => {
      server = createServer((socket) => {
        socket.on("error", () => {});
        socket.once("data", () => answer(socket));
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
    });
    afterAll(() => server.close());
    const there = (): string => {
      const found = server.address();
      if (found === null || typeof found === "string") throw new Error("no port");
      return `127.0.0.1:${found.port}:0`;
    };

    test.each([
      ["a web server", "HTTP/1.1 400 Bad Request\r\n\r\n"],
      ["half a reply and the end", "$10\r\nabc"],
      ["nothing and the end", ""],
    ])("%s is away", async (_, text) => {
      answer = (socket) => socket.end(text);
      expect(await rejectionOf(() => opened(there(), 2000).call(["PING"]))).toMatchObject(away);
    });
  });
});

describe("a link over node:net", () => {
  test("keeps no process from ending while nothing is asked", async () => {
    const server = createServer((socket) => socket.on("data", () => socket.write("+PONG\r\n"))).listen(
      0,
      "127.0.0.1",
    );
    await once(server, "listening");
    const found = server.address();
    if (found === null || typeof found === "string") throw new Error("no port");
    const link = respLink(parseRedisAddress(`127.0.0.1:${found.port}:0`), 5000);
    const held = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
    const before = held();
    expect(await link.call(["PING"])).toEqual(Buffer.from("PONG"));
    expect(held()).toBeLessThanOrEqual(before + 1); // the server's end of it, in this process as well
    await link.close();
    server.close();
  });

  test("an answer that nobody asked for is not taken for that of the next question", async () => {
    const server = createServer((socket) => socket.on("data", () => socket.write("+ONE\r\n+TWO\r\n"))).listen(
      0,
      "127.0.0.1",
    );
    await once(server, "listening");
    const found = server.address();
    if (found === null || typeof found === "string") throw new Error("no port");
    const link = respLink(parseRedisAddress(`127.0.0.1:${found.port}:0`), 5000);
    expect(await link.call(["PING"])).toEqual(Buffer.from("ONE"));
    expect(await link.call(["PING"])).toEqual(Buffer.from("ONE"));
    await link.close();
    server.close();
  });
});
