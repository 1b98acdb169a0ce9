import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SourceLoader } from "../../browser/plot/loader.js";
import type { AnswerEnd } from "../../browser/plot/read-answer.js";
import { readAnswer } from "../../browser/plot/read-answer.js";
import { StreamColumns } from "../../browser/plot/stream-columns.js";
import type { Span } from "../../plot/span.js";

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

  it("tries again by itself when the server was away, and at once when it is asked to", async () => {
    loader.want(DAY, 1440);
    (await site.request(0)).request.socket.destroy();
    await until(() => loader.state.kind === "away");
    const { response } = await site.request(1);
    response.writeHead(503, { "Retry-After": "20" });
    response.end("Busy");
    await until(() => loader.state.kind === "away");
    const { state } = loader;
    if (state.kind !== "away") throw new Error(state.kind);
    expect(state.againAtMs - Date.now()).toBeGreaterThan(10_000);
    loader.retry();
    (await site.request(2)).response.end(HEAD + record(HOUR, 1));
    await until(() => loader.state.kind === "idle");
    expect(loader.pieces.length).toBe(1);
  });

  it("keeps to a try that was made by hand when its own would have come", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      loader.want(DAY, 1440);
      (await site.request(0)).request.socket.destroy();
      await until(() => loader.state.kind === "away");
      loader.retry();
      const { response } = await site.request(1);
      // It would have tried again a second after the first.
      vi.advanceTimersByTime(5000);
      expect(loader.state.kind).toBe("loading");
      response.end(HEAD + record(HOUR, 1));
      await until(() => loader.state.kind === "idle");
      expect(site.asked.length).toBe(2);
    } finally {
      vi.useRealTimers();
    }
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
