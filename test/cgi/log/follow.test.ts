import { getEventListeners } from "node:events";
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { liveRoom } from "../../../cgi/live/live-room.js";
import { FollowQueue } from "../../../cgi/log/follow/follow-queue.js";
import { LogFollower } from "../../../cgi/log/follow/log-follower.js";
import { LogTail } from "../../../cgi/log/follow/new-lines.js";
import { recordLine } from "../../../cgi/log/log-line.js";
import { type RunningServer, startServer } from "../../../cgi/serve.js";
import { caseConfig } from "../../support/case-site.js";
import { send } from "../../support/live-server.js";
import { logRecord } from "../../support/log-records.js";
import { rawRequest } from "../../support/raw-http.js";

interface Told {
  readonly html: string;
  readonly ids: readonly string[];
  readonly more: number;
}

/** The events of a stream as they come. */
async function* events(url: string): AsyncGenerator<{ readonly event: string; readonly data: Told }> {
  const response = await new Promise<AsyncIterable<Buffer>>((resolve, reject) => {
    get(url, resolve).on("error", reject);
  });
  let text = "";
  for await (const piece of response) {
    text += piece.toString("utf8");
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const [, event, data] = /event: (\w+)\ndata: (.*)/.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (event !== undefined && data !== undefined) yield { event, data: JSON.parse(data) };
    }
  }
}

describe("following the log", () => {
  let server: RunningServer;
  const { config, dispose } = caseConfig();
  const url = (query: string) => `${server.url.replace(/server$/, "log")}/follow?${query}`;
  const write = (count: number, prefix: string, more = {}) => {
    for (let n = 0; n < count; n++)
      server.site.log.write(logRecord({ id: `${prefix}${n}`, time: new Date().toISOString(), ...more }));
  };
  beforeAll(async () => {
    server = await startServer(config);
  });
  afterAll(async () => {
    await server.close(0);
    dispose();
  });

  it("tells of requests as they end, of those that are wanted", async () => {
    const stream = events(url("ip=*&outcome=failed"));
    expect((await stream.next()).value?.event).toBe("open");
    write(5, "good");
    write(1, "bad", { outcome: "failed", userAgent: "<script>" });
    const { value } = await stream.next();
    expect(value?.data.ids).toEqual(["bad0"]);
    expect(value?.data.more).toBe(0);
    expect(value?.data.html).toContain("&lt;script&gt;");
    await stream.return(undefined);
  });

  it("counts all of a burst and shows some, in few events, while the server answers others", async () => {
    const stream = events(url("ip=*"));
    await stream.next();
    write(10_000, "burst");
    let shown = 0;
    let all = 0;
    let told = 0;
    while (all < 10_000) {
      const { value, done } = await stream.next();
      if (done === true || value === undefined) break;
      told += 1;
      shown += value.data.ids.length;
      all += value.data.ids.length + value.data.more;
      expect(value.data.html.length).toBeLessThan(200_000);
      const other = await rawRequest(Number(new URL(server.url).port), { target: "/das/server?server=id" });
      expect(other.status).toBe(200);
    }
    // One request of this test's own for each event is in the log too.
    expect(all).toBeGreaterThanOrEqual(10_000);
    expect(all).toBeLessThanOrEqual(10_000 + told);
    expect(shown).toBeLessThanOrEqual(40 * told);
    await stream.return(undefined);
  });

  it("has its places back from those who leave before anything is told", async () => {
    const { pathname, port } = new URL(url("ip=*"));
    const text = `GET ${pathname}?ip=* HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
    // Three times as many as may follow at the same time.
    for (let n = 0; n < 96; n++) (await send(Number(port), text)).destroy();
    const first = async () => {
      const stream = events(url("ip=*"));
      const { value } = await stream.next();
      await stream.return(undefined);
      return value?.event;
    };
    await expect.poll(first).toBe("open");
  });

  it("leaves nothing that waits for the end of the server with those who have gone", async () => {
    const { closing } = liveRoom(server.site);
    const waiting = () => getEventListeners(closing, "abort").length;
    // Those of other tests may be leaving still.
    await expect.poll(waiting).toBe(0);
    const streams = Array.from({ length: 10 }, () => events(url("ip=*")));
    for (const stream of streams) expect((await stream.next()).value?.event).toBe("open");
    expect(waiting()).toBe(10);
    for (const stream of streams) await stream.return(undefined);
    await expect.poll(waiting).toBe(0);
  });

  it("goes on for one who came while another came and left", async () => {
    const folder = mkdtempSync(join(tmpdir(), "heliostream-follow-"));
    const follower = new LogFollower(folder);
    try {
      const filter = { outcome: "any", source: "", text: "", refresh: 0 } as const;
      const [stays, leaves] = [follower.open(filter), follower.open(filter)];
      follower.leave(await leaves);
      const queue = await stays;
      const day = new Date().toISOString().slice(0, 10);
      writeFileSync(join(folder, `requests-${day}.jsonl`), recordLine(logRecord({ id: "told" })));
      expect((await queue.take(20_000))?.records.map(({ id }) => id)).toEqual(["told"]);
    } finally {
      follower.end();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("ends for all when the server closes", async () => {
    const other = caseConfig();
    const closing = await startServer(other.config);
    const stream = events(`${closing.url.replace(/server$/, "log")}/follow?ip=*`);
    await stream.next();
    const closed = closing.close();
    expect((await stream.next()).done).toBe(true);
    await closed;
    other.dispose();
  });

  it("is for those who may see the log", async () => {
    const port = Number(new URL(server.url).port);
    const refused = await rawRequest(port, {
      target: "/das/log/follow?ip=*",
      headers: { Host: "evil.example" },
    });
    expect(refused.status).toBe(403);
  });
});

describe("what waits for a client", () => {
  it("is one batch with the newest, whatever comes", async () => {
    const queue = new FollowQueue();
    for (let n = 0; n < 1000; n++) queue.push([logRecord({ id: `r${n}` })], 1);
    const batch = await queue.take(1000);
    expect(batch?.records.map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, n) => `r${960 + n}`));
    expect(batch?.more).toBe(1000 + 960);
    queue.push([], 3);
    queue.end();
    expect(await queue.take(1000)).toEqual({ records: [], more: 3 });
    expect(await queue.take(1000)).toBeUndefined();
  });
});

describe("new lines", () => {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-log-tail-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "requests-2021-06-30.jsonl");
  const texts = ({ lines }: { readonly lines: readonly Buffer[] }) => lines.map((line) => line.toString());

  it("are each given once: whole ones, of new files, of files that were cut off or replaced", async () => {
    const tail = new LogTail(folder, 100);
    writeFileSync(path, "before\n");
    expect(texts(await tail.look())).toEqual([]);
    appendFileSync(path, "one\ntw");
    expect(texts(await tail.look())).toEqual(["one"]);
    expect(texts(await tail.look())).toEqual([]);
    appendFileSync(path, "o\n");
    expect(texts(await tail.look())).toEqual(["two"]);
    truncateSync(path, 0);
    appendFileSync(path, "again\n");
    expect(texts(await tail.look())).toEqual(["again"]);
    writeFileSync(join(folder, "requests-2021-07-01.jsonl"), "next day\n");
    appendFileSync(path, "late\n");
    expect(texts(await tail.look())).toEqual(["late", "next day"]);
  });

  it("are counted where they are more than a look gives", async () => {
    const tail = new LogTail(folder, 100);
    await tail.look();
    appendFileSync(
      path,
      Array.from({ length: 100 }, (_, n) => `line ${String(n).padStart(3, "0")}\n`).join(""),
    );
    const { lines, missed } = await tail.look();
    expect(texts({ lines }).at(-1)).toBe("line 099");
    expect(lines.length + missed).toBe(100);
    appendFileSync(path, `${"x".repeat(1000)}\n${recordLine(logRecord()).slice(0, 50)}\n`);
    expect(texts(await tail.look()).at(-1)).toHaveLength(50);
  });
});
