import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { BlockCache } from "../../cache/block-cache.js";
import { openCache } from "../../cache/open-cache.js";
import { isWholeBody } from "../../cgi/http.js";
import { handle } from "../../cgi/routes.js";
import { gate } from "../cache/queue/support.js";
import { processesWith, until } from "../pipeline/support.js";
import { type CachedSite, cachedSite, dataQuery } from "../support/cached-site.js";
import { type Listening, listening } from "../support/listening.js";
import { madeReader } from "../support/made-reader.js";
import { packetDigest } from "../support/packets-by-id.js";
import { rawRequest } from "../support/raw-http.js";

const reader = madeReader({ name: "made", stepSeconds: 60, portion: 720 });
const programs = { made: reader.program };

/** Blocks that were put in place, by name of the level and number. */
const published: string[] = [];
/** Clients that wait for a reading. */
let joined = 0;
let onJoined = (): void => undefined;

/** The cache of a server, of which it is counted who joins a reading and what is built. */
async function countedCache(root: string): Promise<BlockCache | undefined> {
  const cache = await openCache(
    { cacheRoot: root, cacheMaxBytes: 0, workQueueBroker: undefined, workQueueConn: "", redisTimeout: 1 },
    { life: "process" },
  );
  if (cache === undefined) return undefined;
  const { index, flights } = cache;
  const join = flights.join.bind(flights);
  flights.join = (key, start) => {
    joined++;
    onJoined();
    return join(key, start);
  };
  const publish = index.publish.bind(index);
  index.publish = (level, details, claim) => {
    published.push(`${level.sourceId} ${level.resolutionName} ${details.number}`);
    return publish(level, details, claim);
  };
  return cache;
}

/** Resolves when so many clients have joined a reading from now on. */
function joins(count: number): Promise<void> {
  joined = 0;
  return new Promise((resolve) => {
    onJoined = () => {
      if (joined === count) resolve();
    };
  });
}

let server: CachedSite;
let uncached: CachedSite;
let live: Listening;
beforeAll(async () => {
  const settings = { HELIOSTREAM_MAX_PIPELINES: "200", HELIOSTREAM_CLIENTS_EXEMPT: "*" };
  server = cachedSite({ programs, settings, openCache: () => countedCache(server.cacheRoot) });
  uncached = cachedSite({ programs, definitions: server.definitions, cacheRoot: false });
  live = await listening(server.site);
});
afterEach(async () => {
  reader.control.beforePortion = undefined;
  onJoined = () => undefined;
  await reader.idle();
});
afterAll(async () => {
  await live.close();
  await uncached.close();
  await server.close();
});

const HOURS = ["reader = made", "cacheLevel_00 = '3600 s | daily'", "cacheLevel_01 = '21600 s | daily'"];
const hourly = (id: string, begin: string, end: string) => dataQuery(id, begin, end, { resolution: 3600 });

/** How a client behaves. */
type Manner = "quick" | "slow" | "leaves at once" | "leaves in the middle";

/** What one client gets, by its manner; `others` resolves when the quick ones have ended. */
async function client(query: string, manner: Manner, others: Promise<unknown>): Promise<Buffer | undefined> {
  const abort = new AbortController();
  const request = server.request(query, { signal: abort.signal });
  const answering = handle(request, server.site);
  if (manner === "leaves at once") abort.abort();
  const { status, body } = await answering;
  if (manner === "leaves at once") {
    if (!isWholeBody(body)) await body[Symbol.asyncIterator]().return?.();
    return undefined;
  }
  expect(status).toBe(200);
  if (isWholeBody(body)) return Buffer.from(body);
  const pieces: Buffer[] = [];
  for await (const piece of body) {
    pieces.push(Buffer.from(piece));
    if (manner === "leaves in the middle") return undefined;
    if (manner === "slow") await others;
  }
  return Buffer.concat(pieces);
}

describe("two hundred clients that ask for the same at once", () => {
  it("cost one run of the reader and one build of each block, and all who stay get the same bytes", async () => {
    server.define("Same", ...HOURS);
    const query = hourly("Same", "2021-06-01T07:00", "2021-06-08T15:30");
    const plain = packetDigest((await uncached.ask(query)).bytes);
    const starts = reader.starts.length;
    // Those that leave at once may have left before they join.
    const all = joins(180);
    const quick = gate();
    reader.control.beforePortion = async () => await all;
    const manners = Array.from({ length: 200 }, (_, n): Manner => {
      if (n % 10 === 3) return "slow";
      if (n % 10 === 6) return "leaves at once";
      return n % 10 === 8 ? "leaves in the middle" : "quick";
    });
    const clients = manners.map((manner) => client(query, manner, quick.promise));
    await Promise.all(clients.filter((_, n) => manners[n] === "quick"));
    quick.open();
    const answers = await Promise.all(clients);
    expect(reader.starts.length).toBe(starts + 1);
    const bytes = answers.filter((answer) => answer !== undefined);
    expect(bytes).toHaveLength(160);
    expect(bytes.every((answer) => answer.equals(bytes[0]!))).toBe(true);
    expect(packetDigest(bytes[0]!)).toEqual(plain);
    await server.cache().then(async ({ flights }) => await until(() => flights.size === 0, 30_000));
    await server.ask(query);
    // Six whole days at each of the two levels, the coarser of which nobody waits for.
    const names = () => published.filter((name) => name.startsWith("Same "));
    await until(() => names().length >= 12, 30_000);
    const built = names();
    expect(built).toHaveLength(12);
    expect(new Set(built).size).toBe(12);
  });

  it("in ranges that overlap build each block once, and each gets its own", async () => {
    server.define("Overlap", ...HOURS);
    const queries = Array.from({ length: 24 }, (_, n) => {
      const day = 1 + (n % 8);
      const hour = String((n * 5) % 24).padStart(2, "0");
      return hourly("Overlap", `2021-06-0${day}T${hour}:00`, `2021-06-${day + 9}T${hour}:30`);
    });
    const answers = await Promise.all(queries.map((query) => server.ask(query)));
    for (const [n, { status, bytes, record }] of answers.entries()) {
      expect(status, record.reason).toBe(200);
      expect(packetDigest(bytes)).toEqual(packetDigest((await uncached.ask(queries[n]!)).bytes));
    }
    const built = published.filter((name) => name.startsWith("Overlap "));
    expect(new Set(built).size).toBe(built.length);
    expect(built.filter((name) => name.includes("bin-3600s")).length).toBeGreaterThanOrEqual(12);
  });
});

describe("a client that leaves", () => {
  /** A connection on which a request was made, and the first bytes came. */
  async function begun(query: string): Promise<Socket> {
    const socket = connect(live.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(`GET /das/server?${query} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await once(socket, "data");
    return socket;
  }

  it("ends the reader within a second where nobody else follows, and no block is left of it", async () => {
    server.define("Alone", ...HOURS);
    const never = gate();
    reader.control.beforePortion = (portion) => (portion === 6 ? never.promise : undefined);
    const socket = await begun(hourly("Alone", "2021-06-01", "2021-07-01"));
    expect(reader.running).toBe(1);
    const left = performance.now();
    socket.destroy();
    never.open();
    await reader.idle();
    expect(performance.now() - left).toBeLessThan(1000);
    await until(() => server.records.some(({ source }) => source === "Alone"));
    expect(server.records.find(({ source }) => source === "Alone")?.outcome).toBe("cancelled");
    expect(published.filter((name) => name.startsWith("Alone "))).toEqual([]);
    // Nobody is kept waiting by claims that are left.
    reader.control.beforePortion = undefined;
    expect((await server.ask(hourly("Alone", "2021-06-01", "2021-06-03"))).status).toBe(200);
  });

  it("ends a program of its own within a second", async () => {
    // Found by its command line; `endless` never ends by itself.
    const mark = `9.${process.pid}e+0`.slice(0, 9).padEnd(9, "0");
    server.define("Endless", "reader = endless", `cacheLevel_00 = 'intrinsic | daily | ${mark}'`);
    const query = dataQuery("Endless", "2021-06-30", "2021-07-01", { params: mark });
    const socket = await begun(query);
    expect(processesWith(mark).length).toBeGreaterThan(0);
    const left = performance.now();
    socket.destroy();
    await until(() => processesWith(mark).length === 0, 5000);
    expect(performance.now() - left).toBeLessThan(1000);
  });

  it("takes nothing from those who stay", async () => {
    server.define("Others", ...HOURS);
    const query = hourly("Others", "2021-06-01", "2021-06-06");
    const plain = packetDigest((await uncached.ask(query)).bytes);
    const starts = reader.starts.length;
    const go = gate();
    reader.control.beforePortion = (portion) => (portion === 5 ? go.promise : undefined);
    const two = joins(2);
    const first = await begun(query);
    const second = rawRequest(live.port, { target: `/das/server?${query}` });
    await two;
    first.destroy();
    go.open();
    const answer = await second;
    expect(answer.whole).toBe(true);
    expect(packetDigest(answer.body)).toEqual(plain);
    expect(reader.starts.length).toBe(starts + 1);
    const again = await server.ask(query);
    expect(again.record.cache).toMatchObject({ result: "hit", blocks: 5 });
  });
});
