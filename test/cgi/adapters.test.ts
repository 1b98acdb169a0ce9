import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { requestFromCgi, runCgi } from "../../cgi/adapters/cgi.js";
import { splitTarget } from "../../cgi/adapters/request-target.js";
import type { Handler } from "../../cgi/http.js";

const SIGNAL = new AbortController().signal;

describe("a request in the environment (RFC 3875)", () => {
  it("takes path and query from REQUEST_URI, which is not decoded yet", () => {
    const request = requestFromCgi(
      {
        SCRIPT_NAME: "/das/server",
        REQUEST_URI: "/das/server/a%2Fb?x=%2541",
        PATH_INFO: "/a/b",
        QUERY_STRING: "x=%2541",
      },
      SIGNAL,
    );
    expect(request).toMatchObject({ mount: "/das/server", path: "/a%2Fb", query: "x=%2541" });
  });

  it("encodes PATH_INFO again where there is no REQUEST_URI, or it is that of another place", () => {
    for (const REQUEST_URI of [undefined, "/rewritten"]) {
      const env = { SCRIPT_NAME: "/das/server", PATH_INFO: "/a b/%41", QUERY_STRING: "x=1", REQUEST_URI };
      expect(requestFromCgi(env, SIGNAL)).toMatchObject({ path: "/a%20b/%2541", query: "x=1" });
    }
  });

  it("finds the password in each place where servers put it", () => {
    for (const name of ["HTTP_AUTHORIZATION", "REDIRECT_HTTP_AUTHORIZATION", "AUTHORIZATION"])
      expect(requestFromCgi({ [name]: "Basic eA==" }, SIGNAL).headers.authorization).toBe("Basic eA==");
  });

  it("makes the host from SERVER_NAME and a port that is not the usual one", () => {
    const host = (env: Record<string, string>) => requestFromCgi(env, SIGNAL).host;
    expect(host({ SERVER_NAME: "h", SERVER_PORT: "80" })).toBe("h");
    expect(host({ SERVER_NAME: "h", SERVER_PORT: "8080" })).toBe("h:8080");
    expect(host({ SERVER_NAME: "h", SERVER_PORT: "443", HTTPS: "on" })).toBe("h");
    expect(host({ SERVER_NAME: "h", HTTP_HOST: "given:1" })).toBe("given:1");
  });

  it("knows https and HTTP/1.0", () => {
    expect(requestFromCgi({ HTTPS: "on" }, SIGNAL).scheme).toBe("https");
    expect(requestFromCgi({ HTTPS: "off", SERVER_PROTOCOL: "HTTP/1.0" }, SIGNAL)).toMatchObject({
      scheme: "http",
      protocol: "1.0",
    });
  });
});

describe("a target below a mount", () => {
  it.each([
    ["/das/server?x=1", { path: "", query: "x=1" }],
    ["/das/server/", { path: "/", query: "" }],
    ["http://h.example.org/das/server/id.txt?a=b?c", { path: "/id.txt", query: "a=b?c" }],
    ["/das/serverx", undefined],
    ["/other", undefined],
  ])("%s", (target, expected) => {
    expect(splitTarget(target, "/das/server")).toEqual(expected);
  });
});

/** An answer of pieces that tells when it is left. */
function streamed(pieces: number, onReturn: () => void): Handler {
  return async () => ({
    status: 200,
    headers: [["Content-Type", "text/plain"]],
    body: {
      [Symbol.asyncIterator]() {
        let n = 0;
        return {
          next: async () =>
            n++ < pieces
              ? { done: false, value: Buffer.from(`piece ${n}\n`) }
              : { done: true, value: undefined },
          return: async () => {
            onReturn();
            return { done: true, value: undefined };
          },
        };
      },
    },
  });
}

describe("an answer of a CGI program", () => {
  it("is written piece by piece, none before the last was taken", async () => {
    let taken = "";
    let waiting = 0;
    const out = new Writable({
      highWaterMark: 1,
      write(bytes: Buffer, _encoding, done) {
        waiting += 1;
        expect(waiting).toBe(1);
        taken += bytes.toString();
        setImmediate(() => {
          waiting -= 1;
          done();
        });
      },
    });
    expect(
      await runCgi(
        streamed(3, () => {}),
        {},
        out,
        new AbortController(),
      ),
    ).toBe(true);
    expect(taken).toBe("Status: 200 OK\r\nContent-Type: text/plain\r\n\r\npiece 1\npiece 2\npiece 3\n");
  });

  it("leaves what makes it when the other side is gone", async () => {
    let writes = 0;
    let left = false;
    const out = new Writable({
      write(_bytes, _encoding, done) {
        writes += 1;
        done(writes > 2 ? Object.assign(new Error("write EPIPE"), { code: "EPIPE" }) : null);
      },
    });
    const abort = new AbortController();
    const handler = streamed(1e9, () => {
      left = true;
    });
    expect(await runCgi(handler, {}, out, abort)).toBe(false);
    expect([left, abort.signal.aborted]).toEqual([true, true]);
  });

  it("ends quietly where the body breaks off", async () => {
    const handler: Handler = async () => ({
      status: 200,
      headers: [],
      body: (async function* () {
        yield Buffer.from("one");
        throw new Error("broken");
      })(),
    });
    let taken = "";
    const out = new Writable({
      write(bytes: Buffer, _encoding, done) {
        taken += bytes.toString();
        done();
      },
    });
    expect(await runCgi(handler, {}, out, new AbortController())).toBe(false);
    expect(taken).toBe("Status: 200 OK\r\n\r\none");
  });

  it("leaves it as well when it is told to end while it waits", async () => {
    let left = false;
    const abort = new AbortController();
    const out = new Writable({
      write() {
        // Never taken.
        abort.abort();
      },
    });
    const handler = streamed(10, () => {
      left = true;
    });
    expect(await runCgi(handler, {}, out, abort)).toBe(false);
    expect(left).toBe(true);
  });
});
