import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  answerBytes,
  type HapiStub,
  hapiStub,
  type StubAnswer,
  type StubRequest,
} from "../../support/hapi-stub.js";
import { itemsById, packetsById } from "../../support/packets-by-id.js";
import { type Form, goodAnswer } from "./made-data-set.js";
import { opened, RANGE, type ReadingOptions, readStream, stillWorld } from "./reading.js";

/** Runs with a stub and ends it. */
async function withStub<T>(
  answer: (request: StubRequest) => StubAnswer,
  run: (stub: HapiStub) => Promise<T>,
): Promise<T> {
  const stub = await hapiStub(answer);
  try {
    return await run(stub);
  } finally {
    await stub.close();
  }
}

const isData = ({ path }: StubRequest): boolean => path.endsWith("/data");

/** A server that makes a fault in its answers with data, as long as there is one in the list. */
function faulty(form: Form, faults: readonly ((good: StubAnswer) => StubAnswer)[]) {
  const left = [...faults];
  return (request: StubRequest): StubAnswer => {
    const good = goodAnswer(request, form);
    return isData(request) ? (left.shift()?.(good) ?? good) : good;
  };
}

async function packetsWith(form: Form, faults: readonly ((good: StubAnswer) => StubAnswer)[]) {
  return packetsById(
    await withStub(faulty(form, faults), (stub) => readStream(stub.origin, ["--texts", ...RANGE])),
  );
}

const FRAMINGS = ["length", "chunked", "close"] as const;

describe("connections that break", () => {
  const good = new Map<Form, Promise<ReturnType<typeof packetsById>>>();
  const goodPackets = (form: Form) => {
    const known = good.get(form) ?? packetsWith(form, []);
    good.set(form, known);
    return known;
  };

  it("at any byte, however often, are followed by the records that are missing, none lost, none twice", async () => {
    const cut = fc.record({
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      framing: fc.constantFrom(...FRAMINGS),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<Form>("binary", "csv"),
        fc.array(cut, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...FRAMINGS),
        async (form, cuts, last) => {
          const faults = cuts.map(({ part, framing }) => (answer: StubAnswer): StubAnswer => {
            const whole = { ...answer, framing };
            return { ...whole, cutAt: Math.floor(part * answerBytes(whole).length) };
          });
          const found = await packetsWith(form, [...faults, (answer) => ({ ...answer, framing: last })]);
          expect(found).toEqual(await goodPackets(form));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("while the server is described are opened again", async () => {
    let broken = 0;
    const bytes = await withStub(
      (request) => {
        const answer = goodAnswer(request, "binary");
        return !isData(request) && broken++ % 2 === 0 ? { ...answer, cutAt: 100 } : answer;
      },
      (stub) => readStream(stub.origin, ["--texts", ...RANGE]),
    );
    expect(packetsById(bytes)).toEqual(await goodPackets("binary"));
  });

  it("are given up after so many attempts that bring nothing, with longer and longer waits", async () => {
    const world = stillWorld();
    await withStub(
      faulty(
        "csv",
        Array(20).fill((answer: StubAnswer) => ({ ...answer, cutAt: 0 })),
      ),
      async (stub) => {
        await expect(readStream(stub.origin, RANGE, { world })).rejects.toMatchObject({ code: "PEER_AWAY" });
        expect(stub.requests.filter(isData)).toHaveLength(6);
      },
    );
    // Half of 0.5 s, doubled each time; chance adds up to the other half.
    expect(world.waits).toEqual([250, 500, 1000, 2000, 4000]);
    const most = stillWorld();
    await withStub(faulty("csv", [(answer) => ({ ...answer, cutAt: 0 })]), (stub) =>
      readStream(stub.origin, RANGE, { world: { ...most, random: () => 0.5 } }),
    );
    expect(most.waits).toEqual([375]);
  });

  it("that are refused are an archive that is away", async () => {
    const stub = await hapiStub(() => ({}));
    await stub.close();
    await expect(readStream(stub.origin)).rejects.toMatchObject({
      code: "PEER_AWAY",
      message: expect.stringContaining("the connection is refused (6 attempts)"),
    });
  });

  it("that fall silent are given up after the idle time", async () => {
    const silent = (answer: StubAnswer): StubAnswer => ({ ...answer, silentAt: 600 });
    await withStub(faulty("csv", [silent, silent]), async (stub) => {
      const bytes = await readStream(stub.origin, ["--texts", "--idle-timeout", "0.2", ...RANGE]);
      expect(packetsById(bytes)).toEqual(await goodPackets("csv"));
      expect(stub.requests.filter(isData)).toHaveLength(3);
    });
  });
});

describe("a server that asks for patience", () => {
  const busy =
    (headers: StubAnswer["headers"], status = "503 Service Unavailable") =>
    (): StubAnswer => ({
      status,
      headers: headers ?? {},
      body: "busy",
    });

  it.each([
    ["in seconds", "7", 7000],
    ["as a date", "Wed, 30 Jun 2021 00:00:20 GMT", 20_000],
    ["as a date of the past", "Wed, 30 Jun 2010 00:00:20 GMT", 250],
    ["in nonsense", "soon", 250],
  ])("is waited for as it says: %s", async (_form, value, expected) => {
    const world = stillWorld(Date.UTC(2021, 5, 30));
    await withStub(faulty("csv", [busy({ "Retry-After": value })]), (stub) =>
      readStream(stub.origin, RANGE, { world }),
    );
    expect(world.waits).toEqual([expected]);
  });

  it("is waited for when it answers 429, 500, 502 or 504", async () => {
    for (const status of ["429 Too Many Requests", "500 x", "502 x", "504 x"]) {
      const world = stillWorld();
      await withStub(faulty("csv", [busy({}, status)]), (stub) => readStream(stub.origin, RANGE, { world }));
      expect(world.waits).toEqual([250]);
    }
  });

  it("for too long is given up at once, and its wish is told", async () => {
    const world = stillWorld();
    await withStub(faulty("csv", [busy({ "Retry-After": "3600" })]), (stub) =>
      expect(readStream(stub.origin, RANGE, { world })).rejects.toMatchObject({
        code: "PEER_AWAY",
        message: expect.stringContaining("3600 s"),
      }),
    );
    expect(world.waits).toEqual([]);
  });
});

describe("a server that says no", () => {
  const status =
    (code: number, http = "400 Bad Request") =>
    (): StubAnswer => ({
      status: http,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ HAPI: "3.1", status: { code, message: "said\u0007 so" } }),
    });

  it.each([
    [1406, "does not have the data set: 1406 said so"],
    [1407, "does not have a parameter: 1407 said so"],
    [1402, "refuses the request: 1402 said so"],
  ])("by the status %i is not asked again", async (code, message) => {
    await withStub(faulty("csv", [status(code)]), async (stub) => {
      await expect(readStream(stub.origin)).rejects.toMatchObject({
        code: "PEER_FAILED",
        message: expect.stringContaining(message),
      });
      expect(stub.requests).toHaveLength(3);
    });
  });

  it("in an answer with the HTTP status 200 is understood too", async () => {
    for (const headers of [{ "Content-Type": "application/json" }, { "Content-Type": "text/csv" }])
      await withStub(faulty("csv", [() => ({ ...status(1406, "200 OK")(), headers })]), (stub) =>
        expect(readStream(stub.origin)).rejects.toMatchObject({
          message: expect.stringContaining("does not have the data set"),
        }),
      );
  });

  it("because there are no data has none", async () => {
    await withStub(faulty("csv", [status(1201, "200 OK")]), async (stub) => {
      expect((await readStream(stub.origin)).toString("latin1")).toContain("NoDataInInterval");
    });
  });

  it("to a range outside its own is asked for what it has", async () => {
    await withStub(faulty("csv", [status(1405)]), async (stub) => {
      expect(packetsById(await readStream(stub.origin))).toHaveProperty("1");
      const asked = stub.requests.at(-1)?.words;
      expect([asked?.get("start"), asked?.get("stop")]).toEqual([
        "2021-06-30T00:00:00.000Z",
        "2021-06-30T01:00:00.000Z",
      ]);
    });
    await withStub(faulty("csv", [status(1405)]), async (stub) => {
      expect((await readStream(stub.origin, ["2019-01-01", "2019-01-02"])).toString("latin1")).toContain(
        "NoDataInInterval",
      );
    });
  });

  it("to a range that is too long is asked for halves of it, one after the other", async () => {
    const limitMs = 3 * 3_600_000;
    const whole = await withStub(faulty("csv", []), (stub) => readStream(stub.origin));
    await withStub(
      (request) => {
        const asked =
          Date.parse(request.words.get("stop") ?? "") - Date.parse(request.words.get("start") ?? "");
        return isData(request) && asked > limitMs ? status(1408)() : goodAnswer(request, "csv");
      },
      async (stub) => {
        expect(packetsById(await readStream(stub.origin))).toEqual(packetsById(whole));
        // 48 h are 16 windows of 3 h; 4 were refused before.
        expect(stub.requests.filter(isData)).toHaveLength(20);
      },
    );
  });
});

describe("a server that does not keep to the agreement", () => {
  it.each<[string, (good: StubAnswer) => StubAnswer, string, RegExp]>([
    [
      "a page",
      () => ({ headers: { "Content-Type": "text/html" }, body: "<html>" }),
      "PEER_FAILED",
      /sends records as text\/html/,
    ],
    [
      "a page without a type",
      () => ({ body: "<!doctype html><p>x" }),
      "PEER_FAILED",
      /sends records as a document/,
    ],
    [
      "records with too few values",
      () => ({ body: "2021-06-30T00:00:00Z,1\n" }),
      "PEER_FAILED",
      /has 2 values, expected 11/,
    ],
    [
      "records with too many values",
      (good) => ({ body: `${String(good.body).split("\n")[0]},1\n` }),
      "PEER_FAILED",
      /has more than 11 values/,
    ],
    [
      "a time that is none",
      () => ({ body: "yesterday,1,2,x,3,4,5,6,7,8,9\n" }),
      "PEER_FAILED",
      /begins with "yesterday", expected a time/,
    ],
    [
      "a line without an end",
      () => ({ body: "2".repeat(100_000) }),
      "RECORD_TOO_LONG",
      /more than \d+ bytes/,
    ],
    [
      "an encoding that nobody asked for",
      () => ({ headers: { "Content-Encoding": "br" }, body: "x" }),
      "PEER_FAILED",
      /sends br/,
    ],
  ])("by %s is refused", async (_what, fault, code, message) => {
    await withStub(faulty("csv", [fault]), (stub) =>
      expect(readStream(stub.origin)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      }),
    );
  });

  it("by a length that is wrong is asked for the rest", async () => {
    const good = packetsById(await withStub(faulty("csv", []), (stub) => readStream(stub.origin)));
    for (const by of [-40, 40]) {
      const wrongLength = (answer: StubAnswer): StubAnswer => ({
        ...answer,
        framing: "none",
        headers: { "Content-Length": Buffer.from(answer.body ?? "").length + by, Connection: "close" },
        // The connection is closed when all is sent.
        cutAt: 1e9,
      });
      await withStub(faulty("csv", [wrongLength]), async (stub) =>
        expect(packetsById(await readStream(stub.origin))).toEqual(good),
      );
    }
  });

  it.each([
    ["no JSON", "nothing", /is no JSON object/],
    ["a list", "[]", /is no JSON object/],
    ["no parameters", "{}", /no list of parameters/],
    ["a first parameter that is no time", '{"parameters":[{"name":"a","type":"double"}]}', /no time/],
    ["a text without a length", '{"parameters":[{"name":"a","type":"isotime"}]}', /no length/],
    [
      "a size beyond measure",
      '{"parameters":[{"name":"t","type":"isotime","length":24},{"name":"a","type":"double","size":[1000000,1000000]}]}',
      /values a record, expected at most/,
    ],
    [
      "bins that do not fit",
      '{"parameters":[{"name":"t","type":"isotime","length":24},{"name":"a","type":"double","size":[2],"bins":[{"centers":[1]}]}]}',
      /bins that do not fit/,
    ],
    [
      "one name twice",
      '{"parameters":[{"name":"t","type":"isotime","length":24},{"name":"t","type":"double"}]}',
      /same name/,
    ],
  ])("by a description that is %s is refused", async (_what, body, message) => {
    await withStub(
      (request) => (request.path.endsWith("/info") ? { body } : goodAnswer(request, "csv")),
      (stub) =>
        expect(readStream(stub.origin)).rejects.toMatchObject({
          code: "PEER_FAILED",
          message: expect.stringMatching(message),
        }),
    );
  });

  it("by a description without an end is stopped", async () => {
    function* spaces(): Generator<string> {
      yield "HTTP/1.1 200 OK\r\n\r\n{";
      for (;;) yield " ".repeat(65_536);
    }
    await withStub(
      (request) => (request.path.endsWith("/info") ? { raw: spaces() } : goodAnswer(request, "csv")),
      (stub) =>
        expect(readStream(stub.origin)).rejects.toMatchObject({
          code: "PEER_FAILED",
          message: expect.stringContaining("more than 16777216 bytes"),
        }),
    );
  });

  it("by a head without an end is stopped", async () => {
    function* head(): Generator<string> {
      yield "HTTP/1.1 200 OK\r\n";
      for (;;) yield `X-More: ${"x".repeat(200)}\r\n`;
    }
    await withStub(
      (request) => (isData(request) ? { raw: head() } : goodAnswer(request, "csv")),
      (stub) =>
        expect(readStream(stub.origin)).rejects.toMatchObject({
          code: "PEER_FAILED",
          message: expect.stringContaining("more than 16384 bytes before its answer"),
        }),
    );
  });

  it("by what is no HTTP is asked again, and then given up", async () => {
    await withStub(
      (request) => (isData(request) ? { raw: ["220 mail.example ESMTP\r\n"] } : goodAnswer(request, "csv")),
      (stub) => expect(readStream(stub.origin)).rejects.toMatchObject({ code: "PEER_AWAY" }),
    );
  });
});

/** Lines for ever, as fast as they are taken. */
function* endlessRecords(sent: { bytes: number }): Generator<string> {
  yield "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\n";
  for (let i = 0; ; i++) {
    const lines = Array.from({ length: 500 }, (_, k) => {
      const time = new Date(Date.UTC(2021, 5, 30) + 500 * i + k).toISOString();
      return `${time},1,2,${time},3,4,5,6,7,8,9\n`;
    }).join("");
    sent.bytes += lines.length;
    yield lines;
  }
}

describe("a consumer", () => {
  const endless = (sent: { bytes: number }) => (request: StubRequest) =>
    isData(request) ? { raw: endlessRecords(sent) } : goodAnswer(request, "csv");
  const args = ["2021-06-30", "2022-06-30"];

  it("that stops asking stops the server: no more is taken than buffers hold", async () => {
    const sent = { bytes: 0 };
    await withStub(endless(sent), async (stub) => {
      const items = opened(stub.origin, ["--parameters", "volts,count-rate,other,B,flux", ...args])[
        Symbol.asyncIterator
      ]();
      // Definitions, then a first portion of packets.
      await items.next();
      await items.next();
      let before = -1;
      // Until the socket takes no more.
      while (before !== sent.bytes) {
        before = sent.bytes;
        for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      // What the systems of both sides hold of a connection, not the 2 GB of the range.
      expect(sent.bytes).toBeLessThan(64 * 1024 * 1024);
      await items.return?.();
    });
  });

  it("that has left ends the connection", async () => {
    const controller = new AbortController();
    const options: ReadingOptions = { signal: controller.signal };
    await withStub(endless({ bytes: 0 }), async (stub) => {
      let items = 0;
      const reading = (async () => {
        for await (const portion of opened(stub.origin, args, options)) {
          items += itemsById(portion)[1]?.length ?? 0;
          if (items > 3) controller.abort();
        }
      })();
      await expect(reading).rejects.toMatchObject({ code: "CANCELLED" });
    });
  });

  it("that leaves while a server is waited for is not kept", async () => {
    const controller = new AbortController();
    const world = { ...stillWorld(), wait: () => Promise.resolve(controller.abort()) };
    await withStub(faulty("csv", [() => ({ status: "503 x" })]), (stub) =>
      expect(readStream(stub.origin, RANGE, { world, signal: controller.signal })).rejects.toMatchObject({
        code: "CANCELLED",
      }),
    );
  });
});

describe("compressed answers", () => {
  const zipped = (answer: StubAnswer): StubAnswer => ({
    ...answer,
    headers: { ...answer.headers, "Content-Encoding": "gzip" },
    body: gzipSync(Buffer.from(answer.body ?? "")),
  });

  it("are asked for where they save something, and read, also those that are cut short", async () => {
    const plain = await packetsWith("csv", []);
    for (const part of [1, 0.99, 0.7, 0.3]) {
      const cut = (answer: StubAnswer): StubAnswer => {
        const whole = { ...zipped(answer), framing: "close" as const };
        return part === 1 ? whole : { ...whole, cutAt: Math.floor(part * answerBytes(whole).length) };
      };
      await withStub(faulty("csv", [cut, zipped]), async (stub) => {
        expect(packetsById(await readStream(stub.origin, ["--texts", ...RANGE]))).toEqual(plain);
        expect(stub.requests.map(({ headers }) => headers.get("accept-encoding"))).toContain("gzip");
        // Its own end says that it is whole.
        expect(stub.requests.filter(isData)).toHaveLength(part === 1 ? 1 : 2);
      });
    }
    await withStub(faulty("binary", [zipped]), async (stub) => {
      expect(packetsById(await readStream(stub.origin, ["--texts", ...RANGE]))).toEqual(plain);
      expect(stub.requests.find(isData)?.headers.get("accept-encoding")).toBe("identity");
    });
  });

  it("that grow beyond measure are stopped", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, "9"));
    await withStub(faulty("csv", [() => ({ headers: { "Content-Encoding": "gzip" }, body: bomb })]), (stub) =>
      expect(readStream(stub.origin)).rejects.toMatchObject({ code: "RECORD_TOO_LONG" }),
    );
  });
});
