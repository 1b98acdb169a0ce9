import { once } from "node:events";
import request from "supertest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { liveGroups } from "../../pipeline/process-group.js";
import { countPackets } from "../support/case-files.js";
import { type LiveServer, liveServer, readAll, send } from "../support/live-server.js";
import { rawRequest } from "../support/raw-http.js";

const DAY = "start_time=2021-06-30&end_time=2021-07-01";
const DATA = `/das/server?server=dataset&${DAY}&dataset=Demo/`;

describe("the resident server", () => {
  let live: LiveServer;
  beforeAll(async () => {
    live = await liveServer({});
  });
  afterAll(() => live.close());

  it("gives binary data byte by byte (supertest)", async () => {
    const answer = await request(live.server.url)
      .get(`?server=dataset&${DAY}&dataset=Demo/Arguments`)
      .responseType("blob");
    expect(answer.status).toBe(200);
    const body: Buffer = answer.body;
    expect(countPackets(body).packets).toEqual({ "00": 1, "01": 1, ":01:": 1 });
    expect(answer.headers["x-request-id"]).toMatch(/^[a-z0-9-]{5,40}$/);
  });

  it("codes text in gzip when it is asked to, never binary streams", async () => {
    const coded = await rawRequest(live.port, {
      target: "/das/server?server=list",
      headers: { "Accept-Encoding": "gzip" },
    });
    const header = (name: string) => coded.headers.find(([given]) => given === name)?.[1];
    expect(header("Content-Encoding")).toBe("gzip");
    expect(header("Vary")).toBe("Accept-Encoding");
    expect(coded.whole).toBe(true);
    const { gunzipSync } = await import("node:zlib");
    const plain = await rawRequest(live.port, { target: "/das/server?server=list" });
    expect(gunzipSync(coded.body).equals(plain.body)).toBe(true);
    for (const headers of [{ "Accept-Encoding": "gzip;q=0, identity" }, { "Accept-Encoding": "br" }]) {
      const refused = await rawRequest(live.port, { target: "/das/server?server=list", headers });
      expect(refused.headers.map(([name]) => name)).not.toContain("Content-Encoding");
    }
    const data = await rawRequest(live.port, {
      target: `${DATA}Arguments`,
      headers: { "Accept-Encoding": "gzip" },
    });
    expect(data.headers.map(([name]) => name)).not.toContain("Content-Encoding");
  });

  it("codes a text stream in gzip while it is made", async () => {
    const target = `${DATA}Pump4&ascii=1`;
    const plain = await rawRequest(live.port, { target });
    const coded = await rawRequest(live.port, { target, headers: { "Accept-Encoding": "gzip" } });
    expect(coded.headers).toContainEqual(["Content-Encoding", "gzip"]);
    expect(coded.body.length).toBeLessThan(plain.body.length / 4);
    const { gunzipSync } = await import("node:zlib");
    expect(gunzipSync(coded.body).equals(plain.body)).toBe(true);
    const left = await send(
      live.port,
      `GET ${DATA}Endless&ascii=1 HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n`,
    );
    await once(left, "data");
    left.destroy();
    const record = await live.record((one) => one.target.includes("Endless&ascii"));
    expect(record.outcome).toBe("cancelled");
    expect(liveGroups()).toBe(0);
  });

  it("answers several requests over one connection, in order", async () => {
    const get = (target: string, more = "") => `GET ${target} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
    const socket = await send(
      live.port,
      get("/das/server?server=id") +
        get(`${DATA}Arguments`) +
        get("/das/server/nothing") +
        get("/das/server/id.txt", "Connection: close\r\n"),
    );
    const text = (await readAll(socket)).toString("latin1");
    expect(text.match(/HTTP\/1\.1 (\d+)/g)).toEqual([
      "HTTP/1.1 200",
      "HTTP/1.1 200",
      "HTTP/1.1 404",
      "HTTP/1.1 200",
    ]);
  });

  it("does not take the body of a refused request for the next one", async () => {
    const body = "GET /das/server?server=list HTTP/1.1\r\nHost: x\r\n\r\n";
    const socket = await send(
      live.port,
      `POST /das/server?server=id HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const text = (await readAll(socket)).toString("latin1");
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 405"]);
    expect(text).toMatch(/\r\nConnection: close\r\n/);
  });

  it("ends the whole process group when the client leaves in the middle", async () => {
    const socket = await send(live.port, `GET ${DATA}Endless&who=leaver HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(socket, "data");
    expect(liveGroups()).toBe(1);
    socket.destroy();
    const record = await live.record((one) => one.target.includes("leaver"));
    expect(record.outcome).toBe("cancelled");
    expect(record.bytes).toBeGreaterThan(0);
    expect(liveGroups()).toBe(0);
    expect((await rawRequest(live.port, { target: "/das/server?server=id" })).status).toBe(200);
  });

  it("ends the process when the client leaves before the first byte", async () => {
    const socket = await send(live.port, `GET ${DATA}Silent HTTP/1.1\r\nHost: x\r\n\r\n`);
    await new Promise<void>((resolve) => {
      const look = () => (liveGroups() === 1 ? resolve() : setImmediate(look));
      look();
    });
    socket.destroy();
    const record = await live.record((one) => one.source === "Demo/Silent");
    // No status was ever sent, and nobody was told anything.
    expect(record).toMatchObject({ outcome: "cancelled", status: 0, bytes: 0 });
    expect(record).not.toHaveProperty("code");
    expect(record).not.toHaveProperty("firstByteMs");
    expect(liveGroups()).toBe(0);
  });

  it("does not let a client that reads nothing hold up the others, nor grow", async () => {
    const slow = await send(live.port, `GET ${DATA}Endless&who=sleeper HTTP/1.1\r\nHost: x\r\n\r\n`);
    slow.pause();
    const before = process.memoryUsage().rss;
    for (let n = 0; n < 200; n++) {
      const answer = await rawRequest(live.port, { target: "/das/server?server=id" });
      expect(answer.status).toBe(200);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
    slow.destroy();
    await live.record((one) => one.target.includes("sleeper") && one.outcome === "cancelled");
  });

  it.each([
    ["NUL in the request line", "GET /das/server?server=\u0000id HTTP/1.1\r\nHost: x\r\n\r\n", 400],
    ["a line end alone", "\u0001\u0002\u0003\r\n\r\n", 400],
    ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n", 400],
    [
      "headers without end",
      `GET /das/server?server=id HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(300_000)}\r\n\r\n`,
      431,
    ],
    ["no Host", "GET /das/server?server=id HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
  ])("survives %s", async (_what, bytes, status) => {
    const socket = await send(live.port, bytes);
    const text = (await readAll(socket)).toString("latin1");
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect((await rawRequest(live.port, { target: "/das/server?server=id" })).status).toBe(200);
  });

  it("answers a query of 100 kB with 414, readable, and records it cut", async () => {
    const answer = await rawRequest(live.port, {
      target: `/das/server?server=dsdf&dataset=${"x".repeat(100_000)}`,
    });
    expect(answer.status).toBe(414);
    expect(countPackets(answer.body).exception).toBe("IllegalArgument");
    const record = await live.record(
      (one) => one.status === 414 && one.code === "URL_TOO_LONG" && one.target !== "",
    );
    expect(record.target.length).toBeLessThan(2100);
    expect((await rawRequest(live.port, { target: "/das/server?server=id" })).status).toBe(200);
  });

  it("refuses a value above 4 KiB and more parameters than any client sends", async () => {
    const long = await rawRequest(live.port, {
      target: `/das/server?server=dsdf&dataset=${"x".repeat(5000)}`,
    });
    expect(long.status).toBe(400);
    const many = await rawRequest(live.port, { target: `/das/server?${"a=1&".repeat(2000)}server=id` });
    expect(many.status).toBe(400);
  });

  it("leads from the root to the server", async () => {
    const answer = await rawRequest(live.port, { target: "/" });
    expect(answer.status).toBe(302);
    expect(answer.headers).toContainEqual(["Location", "/das/server"]);
    expect((await rawRequest(live.port, { target: "/das/serverX" })).status).toBe(404);
  });

  it("takes the address of the client from a trusted proxy only", async () => {
    await rawRequest(live.port, {
      target: "/das/server?server=id&who=1",
      headers: { "X-Forwarded-For": "198.51.100.7, 203.0.113.9" },
    });
    const record = await live.record((one) => one.target.includes("who=1"));
    expect(record.client).toBe("203.0.113.9");
  });
});

describe("limits of the resident server", () => {
  it("answers 503 with Retry-After beyond the pipelines that may run, and again 200 when one has ended", async () => {
    const live = await liveServer({ HELIOSTREAM_MAX_PIPELINES: "1" });
    try {
      const first = await send(live.port, `GET ${DATA}Endless HTTP/1.1\r\nHost: x\r\n\r\n`);
      await once(first, "data");
      const refused = await rawRequest(live.port, { target: `${DATA}Arguments` });
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.find(([name]) => name === "Retry-After")?.[1])).toBeGreaterThan(0);
      expect(countPackets(refused.body).exception).toBe("ServerError");
      expect((await rawRequest(live.port, { target: "/das/server?server=list" })).status).toBe(200);
      first.destroy();
      await live.record((one) => one.outcome === "cancelled");
      expect((await rawRequest(live.port, { target: `${DATA}Arguments` })).status).toBe(200);
    } finally {
      await live.close();
    }
  });

  it("ends a reader that falls silent and says so in the stream", async () => {
    const live = await liveServer({ HELIOSTREAM_MAX_IDLE_TIME: "0.2" });
    try {
      const answer = await rawRequest(live.port, { target: `${DATA}Hang` });
      const { exception } = countPackets(answer.body);
      expect(exception).toBe("ServerError");
      expect((await live.record((one) => one.source === "Demo/Hang")).code).toBe("TIME_LIMIT");
      expect(liveGroups()).toBe(0);
    } finally {
      await live.close();
    }
  });

  it("closes the connection of a client that takes too long, and what it ran", async () => {
    const live = await liveServer({ HELIOSTREAM_MAX_CLIENT_WAIT: "0.2" });
    try {
      const slow = await send(live.port, `GET ${DATA}Endless HTTP/1.1\r\nHost: x\r\n\r\n`);
      slow.pause();
      const record = await live.record((one) => one.source === "Demo/Endless");
      expect(record.outcome).toBe("cancelled");
      expect(liveGroups()).toBe(0);
      slow.destroy();
    } finally {
      await live.close();
    }
  });

  it("lets a running answer end before it closes, and takes no new connection", async () => {
    const live = await liveServer({});
    const socket = await send(
      live.port,
      `GET ${DATA}Arguments HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    const body = readAll(socket);
    await live.record((one) => one.source === "Demo/Arguments").then(() => live.server.close(5000));
    expect((await body).toString("latin1")).toContain("volts");
    await expect(rawRequest(live.port, { target: "/das/server?server=id" })).rejects.toThrow();
    await live.close();
  });

  it("cuts endless answers when it must close now", async () => {
    const live = await liveServer({});
    const socket = await send(live.port, `GET ${DATA}Endless HTTP/1.1\r\nHost: x\r\n\r\n`);
    socket.on("error", () => {});
    await once(socket, "data");
    await live.close();
    await live.record((one) => one.source === "Demo/Endless");
    expect(liveGroups()).toBe(0);
    socket.destroy();
  });
});
