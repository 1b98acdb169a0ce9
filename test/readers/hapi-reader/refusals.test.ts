import { describe, expect, it } from "vitest";
import type { StubAnswer } from "../../support/hapi-stub.js";
import { packetsById } from "../../support/packets-by-id.js";
import { faulty, isData, withStub } from "./faulty-server.js";
import { goodAnswer } from "./made-data-set.js";
import { readStream } from "./reading.js";

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
