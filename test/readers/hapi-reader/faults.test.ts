import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerBytes, hapiStub, type StubAnswer, type StubRequest } from "../../support/hapi-stub.js";
import { itemsById, packetsById } from "../../support/packets-by-id.js";
import { faulty, isData, withStub } from "./faulty-server.js";
import { type Form, goodAnswer } from "./made-data-set.js";
import { opened, RANGE, type ReadingOptions, readStream, stillWorld } from "./reading.js";

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
