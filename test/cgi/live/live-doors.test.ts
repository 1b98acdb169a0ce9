import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { liveRoom } from "../../../cgi/live/live-room.js";
import { packetHeader, xPlane, yscanPlane } from "../../../stream/packet-header.js";
import type { ReaderProgram } from "../../../stream/program.js";
import { parseTime, timeToUs2000 } from "../../../stream/time.js";
import { REAL8 } from "../../../stream/value-type.js";
import { GrowingArchive } from "../../support/growing-archive.js";
import { LiveClient, refusal } from "../../support/live-client.js";
import { type LiveSite, liveSite } from "../../support/live-site.js";
import { rawRequest } from "../../support/raw-http.js";

let archive: GrowingArchive;
let site: LiveSite;
/** Records that the reader `wide` has: one each second. */
let wide: number;

const WIDE = packetHeader({
  id: 1,
  planes: [
    xPlane({ type: REAL8, units: "us2000" }),
    yscanPlane({
      name: "s",
      type: REAL8,
      units: "V",
      yUnits: "Hz",
      yTags: Array.from({ length: 4096 }, (_, n) => n),
      properties: [],
    }),
  ],
});

const wideReader: ReaderProgram = {
  kind: "reader",
  name: "wide",
  help: "",
  async *open([begin = ""]) {
    yield [
      { kind: "stream", header: { version: "2.2", properties: [] } },
      { kind: "packet", header: WIDE },
    ];
    for (let n = Math.max(0, Math.ceil(timeToUs2000(parseTime(begin)) / 1e6)); n < wide; n++) {
      const bytes = new Uint8Array(WIDE.stride);
      bytes.set(Buffer.from(":01:"));
      new DataView(bytes.buffer).setFloat64(4, n * 1e6);
      yield [{ kind: "data", batch: { header: WIDE, bytes, count: 1 } }];
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
};

async function open(settings: Readonly<Record<string, string>> = {}): Promise<void> {
  archive = new GrowingArchive();
  wide = 1;
  const programs = { wide: wideReader, grown: archive.reader("grown"), goes_on: archive.follower("goes_on") };
  site = await liveSite({ programs, settings });
  site.define("Pump", "reader = 'grown'", "realTime = 1");
  site.define("Old", "reader = 'grown'");
  site.define("Closed", "reader = 'grown'", "realTime = 1", "readAccess = 'USER:ann'");
}

beforeEach(() => open());
afterEach(() => site.close());

const FROM_START = { "read.time.min": "2000-01-01", "read.time.max": "forever" };
const PAST = { "read.time.min": "2000-01-01", "read.time.max": "2000-01-01T00:10" };

/** Bytes that a client of das3 reads as a reason: stream packet, then exception packet. */
function reasonOf(body: string): string {
  const packets = /^\|Sx\|\|(\d+)\|([\s\S]*)\|Ex\|\|(\d+)\|([\s\S]*)$/.exec(body);
  expect(Number(packets?.[1])).toBe(packets?.[2]?.length);
  expect(Number(packets?.[3])).toBe(packets?.[4]?.length);
  return packets?.[4] ?? "";
}

describe("a WebSocket", () => {
  it.each([
    ["an unknown source", "Nothing", FROM_START, 404, "NoSuchDataSource"],
    ["a time that is none", "Pump", { "read.time.min": "yesterday" }, 422, "QueryError"],
    ["for ever of a source that has no live data", "Old", FROM_START, 422, "no live data"],
    [
      "an end before the begin",
      "Old",
      { "read.time.min": "2001", "read.time.max": "2000" },
      422,
      "QueryError",
    ],
    ["a form that needs an end", "Pump", { ...FROM_START, "format.type": "png" }, 501, "NotImplemented"],
    ["protected data without a password", "Closed", FROM_START, 401, "Forbidden"],
  ])(
    "is refused for %s before it is one, and the reason told as das3",
    async (_what, id, words, status, told) => {
      const answer = await refusal(site.url(id, words));
      expect(answer).toMatchObject({ status, type: "text/vnd.das.stream" });
      expect(reasonOf(answer.body)).toContain(told);
      expect(archive.starts).toEqual([]);
      expect(await site.record((record) => record.status === status)).toMatchObject({ outcome: "refused" });
    },
  );

  it("challenges whoever asks for protected data, and refuses pages of other sites whatever they know", async () => {
    const challenged = await refusal(site.url("Closed", FROM_START));
    expect(challenged.headers["www-authenticate"]).toMatch(/^Basic realm="/);
    const foreign = await refusal(site.url("Closed", FROM_START), {
      Origin: "https://elsewhere.example.org",
    });
    expect(foreign.status).toBe(403);
    const own = await refusal(site.url("Closed", FROM_START), { Origin: `http://127.0.0.1:${site.port}` });
    expect(own.status).toBe(401);
  });

  it("is open to pages of other sites where the data are open", async () => {
    const client = new LiveClient(site.url("Pump", FROM_START), {
      headers: { Origin: "https://elsewhere.example.org" },
    });
    await client.opened();
    client.socket.terminate();
  });

  it.each([
    [["request"], "request"],
    [["x", "forward-stream-v1.das2.org", "request"], "forward-stream-v1.das2.org"],
    [[], ""],
  ])("takes of the subprotocols %j the one that it knows", async (protocols, chosen) => {
    const client = new LiveClient(site.url("Pump", FROM_START), { protocols });
    await client.opened();
    expect(client.socket.protocol).toBe(chosen);
    client.socket.terminate();
  });

  it("gives what has been of any source and closes with 1000", async () => {
    archive.add({ x: 1, value: 1 }, { x: 2, value: 2 });
    const client = new LiveClient(site.url("Old", PAST));
    expect(await client.end()).toEqual([1000, ""]);
    expect(client.values).toEqual([1, 2]);
  });

  it("ends at an end that has come, and gives nothing of what is behind it", async () => {
    archive.add({ x: 1, value: 1 });
    const client = new LiveClient(
      site.url("Pump", { "read.time.min": "2000-01-01", "read.time.max": "2000-01-01T01:00" }),
    );
    await client.given(1);
    site.clock = 4000;
    archive.add({ x: 3599, value: 2 }, { x: 3600, value: 3 });
    site.ring();
    expect(await client.end()).toEqual([1000, ""]);
    expect(client.values).toEqual([1, 2]);
  });

  it("gives from now on what is new, whatever has been", async () => {
    archive.add({ x: 900, value: 1 });
    const client = new LiveClient(site.url("Pump"));
    await client.opened();
    await archive.until(() => archive.ended > 0 || archive.starts.length === 0);
    site.clock = 1010;
    archive.add({ x: 1005, value: 2 });
    site.ring();
    await client.given(1);
    expect(client.rows).toEqual([[1005, 2, 1]]);
    client.socket.terminate();
  });

  it("gives a bin when a later record has come, and no bin twice", async () => {
    const at = (x: number, value: number) => ({ x, value });
    archive.add(at(5, 1), at(15, 3), at(21, 5));
    site.define("Mean", "reader = 'grown'", "realTime = 1");
    const client = new LiveClient(site.url("Mean", { ...FROM_START, "bin.time.max": "10" }));
    await client.given(2);
    archive.add(at(29, 9));
    site.ring();
    await archive.until(() => archive.ended >= 2 && archive.running === 0);
    archive.add(at(30, 0));
    site.ring();
    await client.given(3);
    // Centres and means: (5 + 9) / 2 of the bin from 20 to 30; that from 30 on is open.
    expect(client.rows).toEqual([
      [5, 1, 1],
      [15, 3, 1],
      [25, 7, 1],
    ]);
    client.socket.terminate();
  });

  it("gives text and das3 where it is asked to", async () => {
    archive.add({ x: 1, value: 1.5 });
    const text = new LiveClient(site.url("Pump", { ...FROM_START, "format.serial": "text" }), {
      parse: false,
    });
    await text.until(() => Buffer.concat(text.messages).includes(":01:2000-01-01T00:00:01"));
    const das3 = new LiveClient(site.url("Pump", { ...FROM_START, "format.version": "3" }), { parse: false });
    await das3.until(() => Buffer.concat(das3.messages).includes("|Pd|1|"));
    expect(Buffer.concat(das3.messages).toString("latin1").slice(0, 5)).toBe("|Sx||");
    text.socket.terminate();
    das3.socket.terminate();
  });

  it("lets go of a client that takes too little, and goes on for the others", async () => {
    site.define("Wide", "reader = 'wide'", "realTime = 1");
    const quick = new LiveClient(site.url("Wide", FROM_START));
    const slow = new LiveClient(site.url("Wide", FROM_START));
    await Promise.all([quick.given(1), slow.given(1)]);
    slow.socket.pause();
    // 20 MB in all, more than may wait for a client and the connection may hold.
    for (wide = 50; wide <= 600; wide += 50) {
      site.ring();
      await quick.given(wide);
    }
    const record = await site.record(({ code }) => code === "TOO_SLOW");
    expect(record).toMatchObject({ status: 101, outcome: "failed", source: "Wide" });
    expect(quick.closed).toBeUndefined();
    expect(quick.rows.map(([x]) => x)).toEqual(Array.from({ length: 600 }, (_, n) => n));
    slow.socket.resume();
    const [code, reason] = await slow.end();
    // What it had not taken after a second it does not get, the reason neither.
    if (code !== 1006) expect([code, reason]).toEqual([1008, "records came faster than they were taken"]);
    expect(slow.rows.length).toBeLessThan(600);
    quick.socket.terminate();
  });

  it("is told that the server closes, by 1001 and within a second", async () => {
    archive.add({ x: 1, value: 1 });
    const client = new LiveClient(site.url("Pump", FROM_START));
    await client.given(1);
    const begun = performance.now();
    await site.close(10_000);
    expect(await client.end()).toEqual([1001, "the server is closing"]);
    expect(performance.now() - begun).toBeLessThan(3000);
    expect(archive.running).toBe(0);
    await open();
  });

  it("reads nothing of what a client says, and ends one that says too much at once", async () => {
    archive.add({ x: 1, value: 1 });
    const client = new LiveClient(site.url("Pump", FROM_START));
    await client.given(1);
    client.socket.send("hello");
    client.socket.send(Buffer.alloc(65_536));
    archive.add({ x: 2, value: 2 });
    site.ring();
    await client.given(2);
    client.socket.send(Buffer.alloc(65_537));
    expect((await client.end())[0]).toBe(1009);
    await site.record(({ status }) => status === 101);
  });

  it("tells its clients with a stream and 1011 when reading has failed for good", async () => {
    archive.add({ x: 1, value: 1 });
    archive.before = (portion) => {
      if (portion === 2) throw new Error("the disk is broken");
    };
    archive.portion = 1;
    const client = new LiveClient(site.url("Pump", FROM_START));
    expect((await client.end())[0]).toBe(1011);
    expect(client.exceptions).toHaveLength(1);
    expect(JSON.stringify(client.exceptions)).not.toContain("disk");
  });

  it("is no way to more clients or sources than there may be", async () => {
    await site.close();
    await open({ HELIOSTREAM_LIVE_CLIENTS: "2", HELIOSTREAM_LIVE_STREAMS: "1" });
    const first = new LiveClient(site.url("Pump", FROM_START));
    await archive.until(() => archive.starts.length >= 2);
    const second = new LiveClient(site.url("Pump", { ...FROM_START, "read.opts": "other" }));
    // The second follows another set of parameters, for which there is no room; it is told so when it would begin.
    expect((await second.end())[0]).toBe(1011);
    const third = new LiveClient(site.url("Pump", FROM_START));
    await third.opened();
    expect((await refusal(site.url("Pump", FROM_START))).status).toBe(503);
    expect(liveRoom(site.server.site).followers).toBe(1);
    first.socket.terminate();
    third.socket.terminate();
  });

  it("is answered on a port of its own as well, and nothing else is", async () => {
    await site.close();
    await open({
      HELIOSTREAM_WEBSOCKET_IFACE: "127.0.0.1",
      HELIOSTREAM_WEBSOCKET_PORT: "0",
      HELIOSTREAM_WEBSOCKET_URI: "wss://data.example.org/das/rt",
    });
    archive.add({ x: 1, value: 1 });
    const url = site.server.socketUrl ?? "";
    expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/das\/rt$/);
    for (const path of ["/Pump", "/Pump/flexRT", "/source/pump/flexRT"]) {
      const client = new LiveClient(`${url}${path}?${new URLSearchParams(PAST)}`);
      expect(await client.end()).toEqual([1000, ""]);
      expect(client.values).toEqual([1]);
    }
    expect((await refusal(`${url}/Nothing`)).status).toBe(404);
    expect((await refusal(url.replace("/das/rt", "/Pump"))).status).toBe(404);
    const plain = await rawRequest(Number(new URL(url).port), { target: "/das/rt/Pump" });
    expect(plain.status).toBe(400);
    expect(plain.body.toString()).toContain("WebSockets only");
  });
});

describe("the port of the server", () => {
  it("answers a request that offers another protocol as if it did not", async () => {
    const answer = await rawRequest(site.port, {
      target: "/das/server/id.txt",
      headers: {
        Upgrade: "h2c",
        Connection: "Upgrade, HTTP2-Settings",
        "HTTP2-Settings": "AAMAAABkAAQAAP__",
      },
    }).catch((error: unknown) => error);
    expect(answer).toMatchObject({ status: 200, whole: true });
  });

  it("tells a plain request where the data are", async () => {
    const answer = await rawRequest(site.port, { target: "/das/server/source/Pump/flexRT" });
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).toContain("WebSocket");
  });

  it.each([
    ["no key", "Sec-WebSocket-Version: 13"],
    ["a key that is none", "Sec-WebSocket-Key: abc\r\nSec-WebSocket-Version: 13"],
    ["an unknown version", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 7"],
  ])("refuses a handshake with %s", async (_what, lines) => {
    const socket = connect(site.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(
      `GET /das/server/source/Pump/flexRT HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${lines}\r\n\r\n`,
    );
    const pieces: Buffer[] = [];
    for await (const piece of socket) pieces.push(piece as Buffer); // no encoding is set
    expect(Buffer.concat(pieces).toString()).toMatch(/^HTTP\/1\.1 400 /);
  });
});
