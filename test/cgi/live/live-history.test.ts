import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { cachedSite } from "../../support/cached-site.js";
import { GrowingArchive } from "../../support/growing-archive.js";
import { LiveClient } from "../../support/live-client.js";
import { type LiveSite, liveSite } from "../../support/live-site.js";

let site: LiveSite | undefined;
afterEach(async () => {
  await site?.close();
  site = undefined;
});

const FROM_START = { "read.time.min": "2000-01-01", "read.time.max": "forever" };

describe("the history of a live stream", () => {
  it("comes from blocks as far as it has settled, and lacks nothing that came since they were built", async () => {
    const archive = new GrowingArchive();
    archive.portion = 500;
    const folder = mkdtempSync(join(tmpdir(), "heliostream-blocks-"));
    // 50 hours, a record in the middle of each minute, whose number is its value.
    const record = (n: number) => ({ x: 60 * n + 30, value: n });
    archive.add(...Array.from({ length: 3000 }, (_, n) => record(n)));
    site = await liveSite({
      programs: { grown: archive.reader("grown") },
      clock: 3000 * 60,
      settings: { HELIOSTREAM_CACHE_ROOT: folder },
    });
    const level = ["cacheLevel_00 = '60 s | daily'", "liveDelay = '1 hour'", "openTtl = '100 hours'"];
    site.define("Mean", "reader = 'grown'", "realTime = 1", ...level);
    const words = { ...FROM_START, "bin.time.max": "60" };
    const first = new LiveClient(site.url("Mean", words));
    await first.given(2999);
    // What the blocks hold of the last hour is old from now on.
    site.clock = 3003 * 60;
    archive.add(record(3000), record(3001), record(3002));
    first.socket.terminate();
    await site.record(({ query }) => query === "/websocket");
    const second = new LiveClient(site.url("Mean", words));
    await second.given(3002);
    archive.add(record(3003));
    site.clock = 3004 * 60;
    site.ring();
    await second.given(3003);
    expect(second.rows).toEqual(Array.from({ length: 3003 }, (_, n) => [60 * n + 30, n, 1]));
    second.socket.terminate();
    const told = await site.record(
      ({ bytes, query }) => query === "/websocket" && bytes > 0 && site?.records.length === 2,
    );
    expect(told.cache?.result).toMatch(/hit|partial/);
    await site.close();
    site = undefined;
    rmSync(folder, { recursive: true, force: true });
  }, 20_000);

  it("is not read for a client whose begin is not for it", async () => {
    const archive = new GrowingArchive();
    site = await liveSite({
      programs: { grown: archive.reader("grown") },
      settings: { HELIOSTREAM_MAX_RANGE: "10 min", HELIOSTREAM_CLIENTS_EXEMPT: "192.0.2.1" },
    });
    site.define("Pump", "reader = 'grown'", "realTime = 1");
    const refused = await fetch(site.http("/source/Pump/live?read.time.min=2000-01-01"));
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("longer than the 10 minutes");
    expect(archive.starts).toEqual([]);
  });
});

describe("a program of one request", () => {
  it("tells events, and names who speaks WebSocket", async () => {
    const archive = new GrowingArchive();
    archive.add({ x: 1, value: 4 });
    const one = cachedSite({
      programs: { grown: archive.reader("grown") },
      resident: false,
      cacheRoot: false,
    });
    one.define("Pump", "reader = 'grown'", "realTime = 1");
    const range = "read.time.min=2000-01-01&read.time.max=2000-01-02";
    const events = await one.ask(range, { path: "/source/Pump/live" });
    expect(events.status).toBe(200);
    expect(events.bytes.toString()).toContain('data: {"id":1,"rows":[["2000-01-01T00:00:01Z",4]]}');
    expect(events.bytes.toString()).toMatch(/event: end\ndata: \{\}\n\n$/);
    const socket = await one.ask(range, { path: "/source/Pump/flexRT", headers: { upgrade: "websocket" } });
    expect(socket.status).toBe(501);
    expect(socket.bytes.toString()).toContain("heliostream serve");
    const head = await one.ask(range, { path: "/source/Pump/live", method: "HEAD" });
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
    await one.close();
  });
});
