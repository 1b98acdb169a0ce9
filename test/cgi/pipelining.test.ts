import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { liveGroups } from "../../pipeline/process-group.js";
import { type LiveServer, liveServer, readAll, send } from "../support/live-server.js";
import { rawRequest } from "../support/raw-http.js";

const DATA = "/das/server?server=dataset&start_time=2021-06-30&end_time=2021-07-01&dataset=Demo/";
const get = (target: string, more = "") => `GET ${target} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
const LAST = get("/das/server?server=id", "Connection: close\r\n");

function statuses(bytes: Buffer): string[] {
  return [...bytes.toString("latin1").matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status = ""]) => status);
}

describe("several requests sent at once over one connection", () => {
  it("run one after the other: one client does not take all pipelines", async () => {
    const live = await liveServer({ HELIOSTREAM_MAX_PIPELINES: "2" });
    try {
      const socket = await send(live.port, get(`${DATA}Arguments`).repeat(20) + LAST);
      expect(statuses(await readAll(socket))).toEqual(new Array(21).fill("200"));
      expect(live.records.map((record) => record.status)).toEqual(new Array(21).fill(200));
    } finally {
      await live.close();
    }
  });

  it("the second is not begun while the first is not out", async () => {
    const live = await liveServer({});
    try {
      const socket = await send(live.port, get(`${DATA}Endless`) + get(`${DATA}Hang`));
      socket.on("error", () => {});
      await once(socket, "data");
      socket.pause();
      // Another connection goes through the server meanwhile: what was to begin has begun.
      expect((await rawRequest(live.port, { target: `${DATA}Arguments` })).status).toBe(200);
      expect(liveGroups()).toBe(1);
      socket.destroy();
      await live.record((record) => record.source === "Demo/Endless");
      expect((await rawRequest(live.port, { target: "/das/server?server=id" })).status).toBe(200);
      expect(liveGroups()).toBe(0);
      expect(live.records.map(({ source }) => source)).not.toContain("Demo/Hang");
    } finally {
      await live.close();
    }
  });

  it("the wait for a turn does not count as a client that is too slow", async () => {
    const live = await liveServer({ HELIOSTREAM_MAX_CLIENT_WAIT: "0.2", HELIOSTREAM_MAX_IDLE_TIME: "1" });
    try {
      const socket = await send(
        live.port,
        get(`${DATA}Hang`) + get("/das/server?server=list") + get(`${DATA}Pump4`) + LAST,
      );
      expect(statuses(await readAll(socket))).toEqual(["200", "200", "200", "200"]);
    } finally {
      await live.close();
    }
  });
});

describe("a connection with requests that wait", () => {
  let live: LiveServer;
  beforeAll(async () => {
    live = await liveServer({ HELIOSTREAM_MAX_IDLE_TIME: "1" });
  });
  afterAll(() => live.close());

  it("is not read on when it has sent too many", async () => {
    const socket = await send(live.port, get(`${DATA}Hang`));
    socket.on("error", () => {});
    await once(socket, "data");
    // Far more than the buffers of two sockets: whoever reads all of it must keep it somewhere.
    const flood = Buffer.from(get("/das/server?server=id&who=flood").repeat(2000));
    for (let n = 0; n < 400; n++) socket.write(flood);
    for (let n = 0; n < 50; n++) await rawRequest(live.port, { target: "/das/server?server=id" });
    expect(socket.writableLength).toBeGreaterThan(10e6);
    socket.destroy();
    await live.record((record) => record.source === "Demo/Hang");
    expect(liveGroups()).toBe(0);
  });

  it("is read on when its turn has come: thousands are answered in order", async () => {
    const socket = await send(live.port, get("/das/server?server=id&who=many").repeat(3000) + LAST);
    expect(statuses(await readAll(socket))).toHaveLength(3001);
  });

  it("has the answer that was under way before a refused line ends it", async () => {
    const socket = await send(live.port, `${get(`${DATA}Arguments`)}\u0001\u0002\r\n\r\n`);
    const bytes = await readAll(socket);
    expect(statuses(bytes)).toEqual(["200", "400"]);
    expect(bytes.toString("latin1")).toContain("volts");
  });
});
