import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { enterAny } from "../../../cgi/limits/site-limits.js";
import { liveRoom } from "../../../cgi/live/live-room.js";
import { Trace } from "../../../cgi/trace.js";
import { ARCHIVE_TEMPLATE } from "../../support/archive-database.js";
import { type Installation, installation } from "../../support/check-subject.js";
import { type LiveServer, liveServer } from "../../support/live-server.js";
import { postgresForTest, testDatabase } from "../../support/postgres.js";
import { rawRequest } from "../../support/raw-http.js";
import { redisForTest, testRedis } from "../../support/redis.js";

const postgres = await postgresForTest();
const redis = redisForTest();

let place: Installation;
let live: LiveServer | undefined;
beforeEach(() => {
  place = installation();
});
afterEach(async () => {
  await live?.close();
  live = undefined;
  place.dispose();
});

async function start(settings: Readonly<Record<string, string>> = {}): Promise<LiveServer> {
  live = await liveServer({ HELIOSTREAM_DSDF_ROOT: join(place.folder, "sources"), ...settings });
  return live;
}
const ask = async (path: string) => {
  const answer = await rawRequest(live?.port ?? 0, { target: path });
  return { status: answer.status, text: answer.body.toString() };
};

describe("the probes of a server", () => {
  it("answer at the root and below the server, and leave no record", async () => {
    const { records } = await start();
    for (const mount of ["", "/das/server"]) {
      expect(await ask(`${mount}/healthz`)).toEqual({ status: 200, text: "ok\n" });
      expect(await ask(`${mount}/readyz`)).toEqual({ status: 200, text: "ready\n" });
      expect((await ask(`${mount}/healthz/more`)).status).toBe(404);
    }
    expect(records.filter(({ status }) => status === 200)).toEqual([]);
    const head = await rawRequest(live?.port ?? 0, { target: "/healthz", method: "HEAD" });
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect((await rawRequest(live?.port ?? 0, { target: "/healthz", method: "POST" })).status).toBe(405);
  });

  it("answer to a client that has as many requests as it may", async () => {
    const { server } = await start({ HELIOSTREAM_CLIENT_REQUESTS: "1", HELIOSTREAM_CLIENTS_EXEMPT: "" });
    const request = {
      ...({
        id: "a",
        receivedAt: new Date(),
        method: "GET",
        protocol: "1.1",
        scheme: "http",
        host: "",
      } as const),
      ...{
        mount: "",
        path: "/",
        query: "",
        headers: {},
        peer: "127.0.0.1",
        signal: new AbortController().signal,
      },
    };
    // One that goes on.
    await enterAny(server.site, new Trace(request));
    expect((await ask("/das/server?server=id")).status).toBe(429);
    expect((await ask("/healthz")).status).toBe(200);
    expect((await ask("/readyz")).status).toBe(200);
  });

  it("tell that definitions are gone, without a path", async () => {
    await start();
    expect((await ask("/readyz")).status).toBe(200);
    rmSync(join(place.folder, "sources"), { recursive: true });
    await expect
      .poll(() => ask("/readyz"))
      .toEqual({ status: 503, text: "not ready\nno folder of definitions can be read\n" });
    expect((await ask("/healthz")).status).toBe(200);
  });

  it.skipIf(redis.missing)(redis.title("go on without Redis, unless it is needed"), async () => {
    const server = await testRedis();
    const settings = { HELIOSTREAM_WORK_QUEUE_BROKER: "redis", HELIOSTREAM_WORK_QUEUE_CONN: server.address };
    try {
      await start({ ...settings, HELIOSTREAM_READY_NEEDS: "sources redis" });
      expect((await ask("/readyz")).status).toBe(200);
      await server.kill();
      await expect
        .poll(() => ask("/readyz"))
        .toEqual({ status: 503, text: "not ready\nRedis does not answer as it should\n" });
      await live?.close();
      await start(settings);
      expect((await ask("/readyz")).status).toBe(200);
    } finally {
      await server.stop();
    }
  });

  it.skipIf(redis.missing)(
    redis.title("ask Redis once in a second, however often they are asked"),
    async () => {
      const server = await testRedis();
      try {
        await start({
          HELIOSTREAM_WORK_QUEUE_BROKER: "redis",
          HELIOSTREAM_WORK_QUEUE_CONN: server.address,
          HELIOSTREAM_READY_NEEDS: "redis",
        });
        const client = server.client();
        const before = performance.now();
        for (let round = 0; round < 5; round++)
          await Promise.all(
            Array.from({ length: 40 }, async () => expect((await ask("/readyz")).status).toBe(200)),
          );
        const seconds = (performance.now() - before) / 1000;
        const asked = Number(/cmdstat_time:calls=(\d+)/.exec(await client.info("commandstats"))?.[1]);
        expect(asked).toBeGreaterThanOrEqual(1);
        expect(asked).toBeLessThanOrEqual(Math.floor(seconds) + 1);
      } finally {
        await server.stop();
      }
    },
  );

  it.skipIf(postgres.missing)(
    postgres.title("tell that the archive is away, and that it is back"),
    async () => {
      const database = await testDatabase({ template: ARCHIVE_TEMPLATE });
      await start({ HELIOSTREAM_DRMS_URL: database.url });
      expect((await ask("/readyz")).status).toBe(200);
      await database.drop();
      const away = { status: 503, text: "not ready\nthe archive's database does not answer as it should\n" };
      await expect.poll(() => ask("/readyz")).toEqual(away);
      expect((await ask("/healthz")).status).toBe(200);
    },
  );

  it("tell that the server closes", async () => {
    const { server } = await start();
    liveRoom(server.site).end();
    expect(await ask("/readyz")).toEqual({ status: 503, text: "not ready\nthe server is closing\n" });
    expect((await ask("/healthz")).status).toBe(200);
  });
});
