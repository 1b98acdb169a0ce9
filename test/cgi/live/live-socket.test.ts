import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { liveRoom } from "../../../cgi/live/live-room.js";
import { GrowingArchive } from "../../support/growing-archive.js";
import { LiveClient } from "../../support/live-client.js";
import { type LiveSite, liveSite } from "../../support/live-site.js";

let archive: GrowingArchive;
let site: LiveSite;

beforeEach(async () => {
  archive = new GrowingArchive();
  site = await liveSite({
    programs: { grown: archive.reader("grown"), goes_on: archive.follower("goes_on") },
  });
  site.define("Pump", "reader = 'grown'", "realTime = 1");
});

afterEach(async () => {
  await site.close();
});

const FROM_START = { "read.time.min": "2000-01-01", "read.time.max": "forever" };

describe("a live stream over a WebSocket", () => {
  it("gives the past and goes on with what comes, each record once and in order", async () => {
    archive.add({ x: 1, value: 1 }, { x: 2, value: 2 }, { x: 3, value: 3 }, { x: 4, value: 4 });
    const client = new LiveClient(site.url("Pump", FROM_START));
    await client.given(4);
    archive.add({ x: 5, value: 5 }, { x: 6, value: 6 });
    site.ring();
    await client.given(6);
    archive.add({ x: 7, value: 7 });
    site.ring();
    await client.given(7);
    expect(client.rows).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => [n, n, 1]));
    expect(client.items.map(({ kind }) => kind).slice(0, 3)).toEqual(["stream", "packet", "packet"]);
    client.socket.close();
    await client.end();
  });

  it("ends the reader and the follower when its client leaves", async () => {
    const client = new LiveClient(site.url("Pump", FROM_START));
    await archive.until(() => archive.starts.length >= 1);
    await client.opened();
    client.socket.terminate();
    const record = await site.record(({ query }) => query === "/websocket");
    expect(record).toMatchObject({ status: 101, source: "Pump" });
    await archive.until(() => archive.running === 0);
    expect(liveRoom(site.server.site).followers).toBe(0);
  });
});
