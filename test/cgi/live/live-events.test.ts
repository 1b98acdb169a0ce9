import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GrowingArchive } from "../../support/growing-archive.js";
import { LiveClient } from "../../support/live-client.js";
import { type LiveSite, liveSite } from "../../support/live-site.js";
import { rawRequest } from "../../support/raw-http.js";

let archive: GrowingArchive;
let site: LiveSite;

async function open(settings: Readonly<Record<string, string>> = {}): Promise<void> {
  archive = new GrowingArchive();
  site = await liveSite({ programs: { grown: archive.reader("grown") }, settings });
  site.define("Pump", "reader = 'grown'", "realTime = 1");
}

beforeEach(() => open());
afterEach(() => site.close());

interface Told {
  readonly event: string;
  readonly data: { readonly rows?: readonly (readonly [string, ...unknown[]])[] } & Readonly<
    Record<string, unknown>
  >;
  readonly id: string | undefined;
}

/** A reader of events as HTML 9.2.6 says, for what is sent here: `\n` ends lines, data are one line. */
class EventClient {
  readonly told: Told[] = [];
  comments = 0;
  lastId: string | undefined;
  readonly response: Promise<Response>;
  readonly #leave = new AbortController();
  #text = "";
  #pieces: ReadableStreamDefaultReader<Uint8Array> | undefined;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.response = fetch(url, {
      headers: { "Accept-Encoding": "gzip", ...headers },
      signal: this.#leave.signal,
    });
  }

  /** Reads on until it holds or the stream ends. */
  async until(holds: () => boolean): Promise<void> {
    this.#pieces ??= (await this.response).body?.getReader();
    while (!holds()) {
      const step = await this.#pieces?.read();
      if (step === undefined || step.done) return;
      this.#text += Buffer.from(step.value).toString();
      for (let end = this.#text.indexOf("\n\n"); end >= 0; end = this.#text.indexOf("\n\n")) {
        this.#take(this.#text.slice(0, end));
        this.#text = this.#text.slice(end + 2);
      }
    }
  }

  #take(text: string): void {
    const fields = new Map(
      text.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
    );
    if (fields.has("")) this.comments++;
    this.lastId = fields.get("id") ?? this.lastId;
    const data = fields.get("data");
    if (data !== undefined)
      this.told.push({ event: fields.get("event") ?? "", data: JSON.parse(data), id: fields.get("id") });
  }

  get rows(): readonly (readonly unknown[])[] {
    return this.told.flatMap(({ event, data }) => (event === "records" ? (data.rows ?? []) : []));
  }

  leave(): void {
    this.#leave.abort();
  }
}

const words = (more: Readonly<Record<string, string>> = {}) =>
  new URLSearchParams({ "read.time.min": "2000-01-01", ...more }).toString();

describe("events of a live source", () => {
  it("tell what the numbers are, then the past, then what comes", async () => {
    archive.add({ x: 1, value: 1.5 }, { x: 2, value: -1e31 }, { x: 2.25, value: 7, id: 2 });
    const client = new EventClient(site.http(`/source/Pump/live?${words()}`));
    await client.until(() => client.rows.length >= 3);
    const { headers } = await client.response;
    expect(headers.get("content-type")).toBe("text/event-stream");
    expect(headers.get("content-encoding")).toBeNull();
    expect(client.told.slice(0, 2)).toMatchObject([
      { event: "stream", data: {} },
      {
        event: "header",
        data: {
          id: 1,
          planes: [
            { role: "x", units: "UTC" },
            { role: "y", name: "v", units: "V" },
          ],
        },
      },
    ]);
    expect(client.rows).toEqual([
      ["2000-01-01T00:00:01Z", 1.5],
      ["2000-01-01T00:00:02Z", null],
      ["2000-01-01T00:00:02.25Z", 7],
    ]);
    archive.add({ x: 3, value: 9 });
    site.ring();
    await client.until(() => client.rows.length >= 4);
    expect(client.rows[3]).toEqual(["2000-01-01T00:00:03Z", 9]);
    client.leave();
    await site.record(({ query }) => query === "/source");
    await archive.until(() => archive.running === 0);
  });

  it("end with what has been where nothing more is asked for", async () => {
    archive.add({ x: 1, value: 1 });
    const client = new EventClient(
      site.http(`/source/Pump/live?${words({ "read.time.max": "2000-01-01T00:10" })}`),
    );
    await client.until(() => false);
    expect(client.rows).toEqual([["2000-01-01T00:00:01Z", 1]]);
    expect(client.told.at(-1)).toMatchObject({ event: "end", data: {} });
  });

  it("go on without a seam wherever a client has lost its connection", async () => {
    const grown = fc.record({ dx: fc.constantFrom(0, 0, 1, 3), value: fc.nat(2), id: fc.constantFrom(1, 2) });
    let x = 0;
    const all: { readonly x: number; readonly value: number; readonly id: number }[] = [];
    await fc.assert(
      fc.asyncProperty(fc.array(grown, { minLength: 1, maxLength: 8 }), fc.nat(8), async (rows, taken) => {
        const from = all.length;
        x += 1;
        for (const { dx, ...rest } of rows) {
          x += dx;
          all.push({ ...rest, x });
        }
        archive.add(...all.slice(from));
        const url = site.http(`/source/Pump/live?${words()}`);
        const first = new EventClient(url);
        await first.until(() => first.rows.length >= Math.min(from + taken, all.length));
        first.leave();
        // What was read behind the last position counts as not read.
        const known = first.told.filter(({ event }) => event === "records");
        const last = known.findLastIndex(({ id }) => id !== undefined);
        const given = known.slice(0, last + 1).flatMap(({ data }) => data.rows ?? []);
        const second = new EventClient(
          url,
          first.lastId === undefined ? {} : { "Last-Event-ID": first.lastId },
        );
        await second.until(() => given.length + second.rows.length >= all.length);
        second.leave();
        const values = [...given, ...second.rows].map(([, value]) => value);
        expect(values).toEqual(all.map(({ value }) => value));
      }),
      { numRuns: 15, endOnFailure: true },
    );
  }, 20_000);

  it("read nothing from before the request, whatever position a client names", async () => {
    archive.add({ x: 1, value: 1 }, { x: 100, value: 2 });
    const url = site.http(`/source/Pump/live?${words({ "read.time.min": "2000-01-01T00:01" })}`);
    const client = new EventClient(url, { "Last-Event-ID": "0~1=0" });
    await client.until(() => client.rows.length >= 1);
    expect(client.rows).toEqual([["2000-01-01T00:01:40Z", 2]]);
    expect(archive.starts[0]?.begin).toBe(60e6);
    client.leave();
  });

  it("say now and then that nothing is new", async () => {
    await site.close();
    await open({ HELIOSTREAM_LIVE_HEARTBEAT: "1" });
    const client = new EventClient(site.http(`/source/Pump/live?${words()}`));
    await client.until(() => client.comments >= 1);
    expect(client.told.filter(({ event }) => event === "records")).toEqual([]);
    client.leave();
  });

  it("end with the server, and say so", async () => {
    archive.add({ x: 1, value: 1 });
    const client = new EventClient(site.http(`/source/Pump/live?${words()}`));
    await client.until(() => client.rows.length >= 1);
    const closed = site.close(10_000);
    await client.until(() => false);
    await closed;
    expect(client.told.at(-1)).toMatchObject({
      event: "exception",
      data: { message: "The server is closing" },
    });
    await open();
  });

  it.each([
    ["Nothing/live", 404],
    [`Pump/live?${words({ "read.time.min": "x" })}`, 400],
    [`Pump/live?${words({ "dft.length": "64" })}`, 501],
    [`Pump/live?${words({ lastEventId: "%00" })}`, 400],
  ])("are refused by a status: %s", async (path, status) => {
    expect((await rawRequest(site.port, { target: `/das/server/source/${path}` })).status).toBe(status);
    expect(archive.starts).toEqual([]);
  });
});

describe("live doors", () => {
  it("answer whatever they are asked by a status of theirs, and repeat nothing that could be a mark-up or a path", {
    timeout: 20_000,
  }, async () => {
    const evil = fc.constantFrom(
      "'; DROP TABLE x; --",
      "$(reboot)",
      "../../etc/passwd",
      "<script>alert(1)</script>",
      "&xxe;",
      "__proto__",
      "constructor",
      "toString",
      "now",
      "forever",
      "2000-01-01",
      "1e999",
      "-1",
      "0~1=1",
      "x\u2028y",
      "A".repeat(5000),
      "",
    );
    const names = [
      "read.time.min",
      "read.time.max",
      "read.opts",
      "bin.time.max",
      "bin.stats",
      "format.type",
      "format.version",
      "format.serial",
      "start_time",
      "end_time",
      "lastEventId",
      "read.time.inter",
      "dft.length",
      "__proto__",
      "server",
    ];
    const pairs = fc.array(fc.tuple(fc.constantFrom(...names), evil), { maxLength: 6 });
    const ids = fc.constantFrom(
      "Pump",
      "pump",
      "Nothing",
      "%2e%2e/x",
      "__proto__",
      "Pump%00",
      "<b>",
      "Pump/Pump",
    );
    await fc.assert(
      fc.asyncProperty(ids, pairs, fc.boolean(), async (id, query, isSocket) => {
        const text = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
        if (isSocket) {
          const client = new LiveClient(
            `ws://127.0.0.1:${site.port}/das/server/source/${id}/flexRT?${text}`,
            { parse: false },
          );
          const status = await new Promise<number>((resolve) => {
            client.socket.once("open", () => resolve(101));
            client.socket.once("unexpected-response", (request, response) => {
              resolve(response.statusCode ?? 0);
              request.destroy();
            });
          });
          expect([101, 400, 404, 422, 501]).toContain(status);
          client.socket.terminate();
          return;
        }
        const leave = new AbortController();
        const answer = await fetch(`${site.http(`/source/${id}/live`)}?${text}`, { signal: leave.signal });
        expect([200, 301, 400, 404, 501]).toContain(answer.status);
        if (answer.status >= 400) {
          const body = await answer.text();
          expect(body).not.toMatch(/<script|<b>|\/tmp\/|node_modules|at \w+ \(/);
        }
        leave.abort();
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });
});
