import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { liveRoom } from "../../../cgi/live/live-room.js";
import { packageRoot } from "../../../config/package-root.js";
import { GrowingArchive } from "../../support/growing-archive.js";
import { LiveClient } from "../../support/live-client.js";
import { type LiveSite, liveSite } from "../../support/live-site.js";
import { rejectionOf } from "../../support/thrown.js";

let archive: GrowingArchive;
let site: LiveSite | undefined;
const folders: string[] = [];

async function open(settings: Readonly<Record<string, string>>): Promise<LiveSite> {
  archive = new GrowingArchive();
  const opened = await liveSite({ programs: { grown: archive.reader("grown") }, settings });
  site = opened;
  opened.define("Pump", "reader = 'grown'", "realTime = 1");
  archive.add({ x: 1, value: 1 });
  return opened;
}

afterEach(async () => {
  await site?.close();
  site = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A key and a certificate of its own for 127.0.0.1. */
function certificate(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-tls-"));
  folders.push(folder);
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  execFileSync("openssl", ["req", "-x509", ...kind, ...subject, "-keyout", key, "-out", cert], {
    stdio: "ignore",
  });
  return { key, cert };
}

const PAST = "read.time.min=2000-01-01&read.time.max=2000-01-01T00:10";
const SERVICE = { HELIOSTREAM_WEBSOCKET_IFACE: "127.0.0.1", HELIOSTREAM_WEBSOCKET_PORT: "0" };

describe("the WebSocket service with WEBSOCKET_SSL", () => {
  it("is wss, under its certificate, and speaks to nobody who does not encrypt", async () => {
    const { key, cert } = certificate();
    const { server } = await open({
      ...SERVICE,
      HELIOSTREAM_WEBSOCKET_SSL: "true",
      HELIOSTREAM_WEBSOCKET_KEY: key,
      HELIOSTREAM_WEBSOCKET_CERT: cert,
    });
    const url = server.socketUrl ?? "";
    expect(url).toMatch(/^wss:\/\/127\.0\.0\.1:\d+$/);
    const socket = new WebSocket(`${url}/Pump?${PAST}`, { ca: readFileSync(cert) });
    const pieces: Buffer[] = [];
    socket.on("message", (data: Buffer) => pieces.push(data));
    const [code] = await once(socket, "close");
    expect(code).toBe(1000);
    expect(Buffer.concat(pieces).toString("latin1")).toMatch(/^\[00\]/);
    // A client that does not know the certificate, and one that does not encrypt.
    for (const [address, why] of [
      [`${url}/Pump?${PAST}`, /self.signed/i],
      [`${url.replace("wss:", "ws:")}/Pump?${PAST}`, /hang up|ECONNRESET|Parse Error/],
    ] as const) {
      const stranger = new WebSocket(address);
      const error = await new Promise((resolve) => stranger.once("error", resolve));
      expect(String(error)).toMatch(why);
    }
  });

  it.each([
    ["no files", {}, /needs the files/],
    [
      "a file that is not there",
      { HELIOSTREAM_WEBSOCKET_CERT: "/none.pem" },
      /cannot be read|needs the files/,
    ],
  ])("does not start with %s", async (_what, settings, why) => {
    const problem = await rejectionOf(() =>
      open({ ...SERVICE, HELIOSTREAM_WEBSOCKET_SSL: "true", ...settings }),
    );
    expect(String(problem)).toMatch(why);
  });

  it("does not start with files that are no key and certificate, and names the settings", async () => {
    const { key } = certificate();
    const wrong = `${key}.wrong`;
    writeFileSync(wrong, "this is no certificate\n");
    const problem = await rejectionOf(() =>
      open({
        ...SERVICE,
        HELIOSTREAM_WEBSOCKET_SSL: "true",
        HELIOSTREAM_WEBSOCKET_KEY: key,
        HELIOSTREAM_WEBSOCKET_CERT: wrong,
      }),
    );
    expect(problem).toMatchObject({ code: "BAD_CONFIG", message: expect.stringMatching(/WEBSOCKET_CERT/) });
  });
});

describe("a WebSocket whose client is gone without a word", () => {
  it("is let go of when it answers no ping, with all that was run for it, and one that answers is not", async () => {
    const { port, server, record, url, ring } = await open({ HELIOSTREAM_LIVE_HEARTBEAT: "1" });
    const words = { "read.time.min": "2000-01-01", "read.time.max": "forever" };
    const alive = new WebSocket(url("Pump", words));
    const messages: Buffer[] = [];
    alive.on("message", (data: Buffer) => messages.push(data));
    await once(alive, "message");
    // A socket that speaks as far as it must to be let in.
    const silent = connect(port, "127.0.0.1");
    await once(silent, "connect");
    const target = new URL(url("Pump", { ...words, "read.opts": "silent" }));
    silent.write(
      `GET ${target.pathname}${target.search} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    silent.on("error", () => undefined);
    silent.resume();
    await once(silent, "close");
    await record(({ status }) => status === 101);
    expect(liveRoom(server.site).followers).toBe(1);
    // The other has been asked as often.
    const before = messages.length;
    archive.add({ x: 2, value: 2 });
    ring();
    if (messages.length === before) await once(alive, "message");
    alive.terminate();
  });
});

describe("the example source that is live", () => {
  it("gives each step of its walk in its second, as its past has them", async () => {
    const sources = join(packageRoot(), "dsdf/sources");
    const opened = await liveSite({
      programs: {},
      settings: { HELIOSTREAM_DSDF_ROOT: sources },
      // 2021-06-30T12:00:00.5, seconds since 2000.
      clock: (Date.UTC(2021, 5, 30, 12) - Date.UTC(2000, 0, 1)) / 1000 + 0.5,
    });
    site = opened;
    const words = { "read.time.min": "2021-06-30T11:59:57", "read.time.max": "forever" };
    const client = new LiveClient(opened.url("Examples/Random", words));
    await client.given(4);
    for (let second = 1; second <= 3; second++) {
      opened.clock += 1;
      await client.given(4 + second);
    }
    const first = client.rows[0]?.[0] ?? 0;
    expect(client.rows.map(([x]) => x - first)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const past = new LiveClient(
      opened.url("Examples/Random", { ...words, "read.time.max": "2021-06-30T12:00:04" }),
    );
    expect((await past.end())[0]).toBe(1000);
    expect(client.values).toEqual(past.values);
    client.socket.terminate();
  });
});
