import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Lanes } from "../../browser/plot/lanes.js";
import { SourceLoader } from "../../browser/plot/loader.js";
import type { AnswerEnd } from "../../browser/plot/read-answer.js";
import { readAnswer } from "../../browser/plot/read-answer.js";
import { PROBE_MS, SILENT_MS } from "../../browser/plot/silence-watch.js";
import { StreamColumns } from "../../browser/plot/stream-columns.js";
import type { Span } from "../../plot/span.js";
import { type HandClock, handClock } from "../support/hand-clock.js";

const HOUR = 3600e6;
const DAY: Span = { begin: 0, end: 24 * HOUR };

function packet(id: string, body: string): string {
  return `[${id}]${String(body.length).padStart(6, "0")}${body}`;
}

const HEAD =
  packet("00", '<stream version="2.2"><properties Datum:xCacheResolution="60 s"/></stream>') +
  packet("01", '<packet><x type="ascii14" units="us2000"/><y name="a" type="ascii6" units=""/></packet>');
const record = (us: number, value: number) => `:01:${String(us).padStart(13)} ${String(value).padStart(5)}\n`;

/** A server whose answers each test decides on. */
function scripted() {
  const asked: URL[] = [];
  const waiting: { request: IncomingMessage; response: ServerResponse }[] = [];
  let arrived: (() => void)[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? "/", "http://here"));
    waiting.push({ request, response });
    for (const one of arrived) one();
    arrived = [];
  });
  return {
    server,
    asked,
    url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The request number `n`, when it has come. */
    async request(n: number) {
      while (waiting.length <= n) await new Promise<void>((resolve) => arrived.push(resolve));
      return waiting[n]!;
    },
  };
}

describe("the loader of a source", () => {
  let site: ReturnType<typeof scripted>;
  let loader: SourceLoader;
  let login = false;
  let clock: HandClock;
  /** Whether the server is there, as it is asked; `undefined`: no answer comes. */
  let isThere: boolean | undefined;
  let probes = 0;
  let changes: (() => void)[] = [];
  /** Waits until something is so. */
  async function until(test: () => boolean): Promise<void> {
    while (!test()) await new Promise<void>((resolve) => changes.push(resolve));
  }

  beforeEach(async () => {
    site = scripted();
    site.server.listen(0, "127.0.0.1");
    await once(site.server, "listening");
    login = false;
    clock = handClock();
    isThere = true;
    probes = 0;
    changes = [];
    loader = new SourceLoader({
      url: ({ begin, end }, widthS) => `${site.url()}/?begin=${begin}&end=${end}&width=${widthS}`,
      asksForLogin: true,
      login: {
        isKnown: () => login,
        note: () => {
          login = true;
        },
      },
      isSampled: false,
      clock,
      lanes: new Lanes(),
      isThere: (signal) => {
        probes++;
        const answer = isThere;
        return new Promise((resolve) => {
          if (answer !== undefined) resolve(answer);
          else signal.addEventListener("abort", () => resolve(false));
        });
      },
      changed: () => {
        for (const one of changes.splice(0)) one();
      },
    });
  });
  afterEach(() => {
    loader.clear();
    site.server.closeAllConnections();
    site.server.close();
  });

  it("shows records while they come, and asks for nothing that it has", async () => {
    loader.want(DAY, 1440);
    const { response } = await site.request(0);
    expect(site.asked[0]?.searchParams.get("width")).toBe("60");
    response.write(HEAD + record(HOUR, 1) + record(2 * HOUR, 2));
    await until(() => loader.pieces[0]?.columns.records === 2);
    expect(loader.state.kind).toBe("loading");
    expect(loader.pieces[0]?.isWhole).toBe(false);
    response.end(record(3 * HOUR, 3));
    await until(() => loader.state.kind === "idle");
    expect(loader.pieces.map(({ isWhole, columns }) => [isWhole, columns.records])).toEqual([[true, 3]]);
    loader.want({ begin: 6 * HOUR, end: 18 * HOUR }, 720);
    loader.want(DAY, 1440);
    expect(site.asked.length).toBe(1);
  });

  it("stops what nobody waits for, and keeps what has come of it", async () => {
    loader.want(DAY, 1440);
    const first = await site.request(0);
    first.response.write(HEAD + record(HOUR, 1) + record(2 * HOUR, 2));
    await until(() => loader.pieces[0]?.columns.records === 2);
    const gone = once(first.response, "close");
    loader.want({ begin: 100 * HOUR, end: 124 * HOUR }, 1440);
    const second = await site.request(1);
    await gone;
    second.response.end(HEAD + record(101 * HOUR, 5));
    await until(() => loader.state.kind === "idle");
    loader.want(DAY, 1440);
    const third = await site.request(2);
    expect(third.request.url).toContain(`begin=${2 * HOUR}&end=${DAY.end + 6 * HOUR}`);
    third.response.end(HEAD);
    await until(() => loader.state.kind === "idle");
    expect(loader.pieces.some(({ span, columns }) => span.end === 2 * HOUR && columns.records === 2)).toBe(
      true,
    );
  });

  /** Lets what has been resolved be taken. */
  const turns = () => new Promise<void>((resolve) => setImmediate(resolve));
  const again = () => {
    const { state } = loader;
    if (state.kind !== "away") throw new Error(`it is ${state.kind}, expected away`);
    return state.againAtMs - clock.now();
  };

  it("tries again by itself when the server was away, ever more seldom, and no earlier than the server says", async () => {
    loader.want(DAY, 1440);
    (await site.request(0)).request.socket.destroy();
    await until(() => loader.state.kind === "away");
    expect(again()).toBe(1000);
    clock.pass(999);
    await turns();
    expect([probes, site.asked.length]).toEqual([0, 1]);
    clock.pass(1);
    const { response } = await site.request(1);
    response.writeHead(503, { "Retry-After": "20" });
    response.end("Busy");
    await until(() => loader.state.kind === "away");
    expect(again()).toBe(20_000);
    loader.retry();
    (await site.request(2)).response.end(HEAD + record(HOUR, 1));
    await until(() => loader.state.kind === "idle");
    expect(loader.pieces.length).toBe(1);
    expect(clock.next()).toBeUndefined();
  });

  it("asks a server that is away for nothing but whether it is there, after 1, 2, 4 and at most 30 s", async () => {
    loader.want(DAY, 1440);
    (await site.request(0)).request.socket.destroy();
    await until(() => loader.state.kind === "away");
    isThere = false;
    const waits = [again()];
    for (let n = 0; n < 6; n++) {
      clock.pass(again());
      await turns();
      waits.push(again());
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30].map((s) => 1000 * s));
    expect([probes, site.asked.length]).toEqual([6, 1]);
    isThere = true;
    clock.pass(again());
    (await site.request(1)).response.end(HEAD + record(HOUR, 1));
    await until(() => loader.state.kind === "idle");
  });

  it("says within seconds that a server does not answer, and goes on when it does", async () => {
    loader.want(DAY, 1440);
    const first = await site.request(0);
    isThere = undefined;
    clock.pass(SILENT_MS - 1);
    expect(probes).toBe(0);
    clock.pass(1);
    expect(probes).toBe(1);
    expect(loader.state.kind).toBe("loading");
    const gone = once(first.response, "close");
    clock.pass(PROBE_MS);
    await until(() => loader.state.kind === "away");
    await gone;
    expect(SILENT_MS + PROBE_MS).toBeLessThanOrEqual(5000);
    expect(loader.state).toMatchObject({ message: "it does not answer" });
    isThere = true;
    clock.pass(again());
    (await site.request(1)).response.end(HEAD + record(HOUR, 1));
    await until(() => loader.state.kind === "idle");
    expect(loader.pieces.length).toBe(1);
  });

  it("waits for a server that computes as long as it says that it is there, and watches again after each word", async () => {
    loader.want(DAY, 1440);
    const { response } = await site.request(0);
    for (let n = 1; n <= 20; n++) {
      clock.pass(SILENT_MS);
      await turns();
      expect(probes).toBe(n);
    }
    expect(loader.state.kind).toBe("loading");
    response.write(HEAD + record(HOUR, 1));
    await until(() => loader.pieces[0]?.columns.records === 1);
    isThere = undefined;
    clock.pass(SILENT_MS - 1);
    expect(probes).toBe(20);
    clock.pass(1 + PROBE_MS);
    await until(() => loader.state.kind === "away");
  });

  it("keeps to a try that was made by hand when its own would have come", async () => {
    loader.want(DAY, 1440);
    (await site.request(0)).request.socket.destroy();
    await until(() => loader.state.kind === "away");
    loader.retry();
    const { response } = await site.request(1);
    // It would have tried again a second after the first.
    clock.pass(2000);
    await turns();
    expect(loader.state.kind).toBe("loading");
    response.end(HEAD + record(HOUR, 1));
    await until(() => loader.state.kind === "idle");
    expect(site.asked.length).toBe(2);
  });

  it("tells the name that the server gave to a request that failed", async () => {
    loader.want(DAY, 1440);
    const first = await site.request(0);
    first.response.writeHead(400, { "X-Request-Id": "abc-1", "Content-Type": "text/plain" });
    first.response.end("No");
    await until(() => loader.state.kind === "refused");
    expect(loader.state).toMatchObject({ message: "No", request: "abc-1" });
    loader.retry();
    const second = await site.request(1);
    second.response.writeHead(200, { "X-Request-Id": "abc-2" });
    second.response.end(`${HEAD}${packet("xx", '<exception type="ServerError" message="Late"/>')}`);
    await until(() => loader.state.kind === "refused");
    expect(loader.state).toMatchObject({ message: "Late", request: "abc-2" });
  });

  it("says what the server says: a refusal, a login, an exception at the end of a stream", async () => {
    loader.want(DAY, 1440);
    const first = await site.request(0);
    expect(first.request.headers.authorization).toBeUndefined();
    first.response.writeHead(401, { "WWW-Authenticate": 'Basic realm="x"', "Content-Type": "text/plain" });
    first.response.end("This source needs a user name and password");
    await until(() => loader.state.kind === "login");
    expect(login).toBe(false);
    loader.retry();
    expect(login).toBe(true);
    const second = await site.request(1);
    second.response.writeHead(400, { "Content-Type": "text/vnd.das2.das2stream" });
    second.response.end(
      `[00]000024<stream version="2.2"/>\n${packet("xx", '<exception type="IllegalArgument" message="The range is too long"/>')}`,
    );
    await until(() => loader.state.kind === "refused");
    expect(loader.state).toMatchObject({ message: "The range is too long" });
    loader.want(DAY, 1440);
    expect(site.asked.length).toBe(2);
    loader.want({ begin: 0, end: HOUR }, 60);
    loader.want({ begin: -HOUR, end: HOUR }, 120);
    const third = await site.request(2);
    third.response.end(
      `${HEAD}${record(0, 1)}${packet("xx", '<exception type="ServerError" message="The disk is full"/>')}`,
    );
    await until(() => loader.state.kind === "refused");
    expect(loader.state).toMatchObject({ message: "The disk is full" });
  });
});

describe("an answer", () => {
  it.each([
    ["cut within a record", `${HEAD}${record(HOUR, 1)}:01:  12`, /cannot be read/],
    ["that is no stream", "<html>not here</html>", /cannot be read/],
  ])("%s is told, and what came before is kept", async (_, text, message) => {
    const site = scripted();
    site.server.listen(0, "127.0.0.1");
    await once(site.server, "listening");
    const columns = new StreamColumns(DAY);
    const ended: Promise<AnswerEnd> = readAnswer(site.url(), (items) => columns.take(items), {
      signal: new AbortController().signal,
      credentials: "omit",
    });
    (await site.request(0)).response.end(text);
    const end = await ended;
    expect(end.kind).toBe("refused");
    expect("message" in end ? end.message : "").toMatch(message);
    expect(columns.records).toBe(text.startsWith(HEAD) ? 1 : 0);
    site.server.close();
  });
});

describe("lanes", () => {
  it("let through so many at once, the first come first, and those who leave the queue take none", async () => {
    const lanes = new Lanes(2);
    const none = new AbortController().signal;
    const leaving = new AbortController();
    const [a, b] = [await lanes.enter(none), await lanes.enter(none)];
    const order: string[] = [];
    const enter = (name: string, signal = none) =>
      lanes.enter(signal).then((leave) => {
        order.push(leave === undefined ? `${name} left` : name);
        return leave;
      });
    const waiting = [enter("c"), enter("d", leaving.signal), enter("e")];
    leaving.abort();
    await waiting[1];
    a?.();
    a?.();
    await waiting[0];
    expect(order).toEqual(["d left", "c"]);
    b?.();
    await waiting[2];
    expect(order).toEqual(["d left", "c", "e"]);
  });
});
