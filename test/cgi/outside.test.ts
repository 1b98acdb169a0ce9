import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countPackets } from "../support/case-files.js";
import { type LiveServer, liveServer, readAll, send } from "../support/live-server.js";
import { parseAnswer } from "../support/raw-http.js";

let live: LiveServer;
beforeAll(async () => {
  live = await liveServer({});
});
afterAll(() => live.close());

/** What comes back for bytes that need not be HTTP; the connection is closed by the server, or after this request. */
async function answerTo(text: string) {
  const method = text.split(" ")[0] ?? "";
  return parseAnswer(await readAll(await send(live.port, text)), method);
}

const CLOSE = "Connection: close\r\n\r\n";
const LONG = "x".repeat(200_000);

describe("requests that no handler is for (das2-server 1.3, 4)", () => {
  it.each<[string, string, number, string]>([
    ["GET *", `GET * HTTP/1.1\r\nHost: x\r\n${CLOSE}`, 400, "*"],
    ["HTTP/1.1 without Host", `GET /das/server?server=id&who=hostless HTTP/1.1\r\n${CLOSE}`, 400, "hostless"],
    ["a path outside", `GET /elsewhere HTTP/1.1\r\nHost: x\r\n${CLOSE}`, 404, "/elsewhere"],
    ["a POST outside", `POST /elsewhere/post HTTP/1.1\r\nHost: x\r\n${CLOSE}`, 405, "/elsewhere/post"],
    ["CONNECT", "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n", 405, "example.org:443"],
    ["TRACE", `TRACE /das/server?trace HTTP/1.1\r\nHost: x\r\n${CLOSE}`, 405, "?trace"],
    ["an unknown method", "FOO /das/server?foo HTTP/1.1\r\nHost: x\r\n\r\n", 405, "?foo"],
    ["a method like none", "GETT /das/server?gett HTTP/1.1\r\nHost: x\r\n\r\n", 405, "?gett"],
    ["long headers", `GET /das/server?server=id HTTP/1.1\r\nHost: x\r\nCookie: ${LONG}\r\n\r\n`, 431, ""],
    ["many headers", `GET / HTTP/1.1\r\nHost: x\r\n${"Cookie: y\r\n".repeat(40_000)}\r\n`, 431, ""],
    ["no HTTP", "\u0001\u0002\r\n\r\n", 400, ""],
  ])("%s: an error in the usual form, on record", async (_what, text, status, target) => {
    const before = live.records.length;
    const answer = await answerTo(text);
    expect(answer.status).toBe(status);
    expect(answer.headers).toContainEqual(["Access-Control-Allow-Origin", "*"]);
    expect(answer.headers).toContainEqual(["Content-Type", "text/vnd.das2.das2stream"]);
    expect(countPackets(answer.body).exception).toBe("IllegalArgument");
    expect(answer.whole).toBe(true);
    if (status === 405) expect(answer.headers).toContainEqual(["Allow", "GET, HEAD, OPTIONS"]);
    expect(live.records.length).toBe(before + 1);
    const record = live.records.at(-1);
    expect(record).toMatchObject({ status, outcome: "refused", client: "127.0.0.1" });
    expect(record?.target).toContain(target);
    expect(answer.headers).toContainEqual(["X-Request-Id", record?.id]);
  });

  it("OPTIONS * tells what any resource allows", async () => {
    const answer = await answerTo(`OPTIONS * HTTP/1.1\r\nHost: x\r\n${CLOSE}`);
    expect(answer.status).toBe(204);
    expect(answer.headers).toContainEqual(["Allow", "GET, HEAD, OPTIONS"]);
    expect(answer.headers).toContainEqual(["Access-Control-Allow-Origin", "*"]);
  });

  it("an expectation that nobody knows is none", async () => {
    const answer = await answerTo(`GET /das/server?server=id HTTP/1.1\r\nHost: x\r\nExpect: foo\r\n${CLOSE}`);
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toBe("Pump Works\r\n");
  });

  it("HTTP/1.0 needs no Host", async () => {
    expect((await answerTo("GET /das/server?server=id HTTP/1.0\r\n\r\n")).status).toBe(200);
  });

  it("an unknown method behind another request is told by its own name", async () => {
    const get = "GET /das/server?server=id HTTP/1.1\r\nHost: x\r\n\r\n";
    const text = (
      await readAll(await send(live.port, `${get}BREW /das/server?pot HTTP/1.1\r\nHost: x\r\n\r\n`))
    ).toString("latin1");
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 405"]);
    expect(live.records.at(-1)).toMatchObject({ method: "BREW", target: "/das/server?pot" });
  });
});
