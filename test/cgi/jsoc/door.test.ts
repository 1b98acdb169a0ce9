import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestFromCgi } from "../../../cgi/adapters/cgi.js";
import { type LiveServer, liveServer } from "../../support/live-server.js";
import { type RawAnswer, rawRequest } from "../../support/raw-http.js";

describe("the way in of the JSOC web interface (export B1)", () => {
  let live: LiveServer;
  beforeAll(async () => {
    live = await liveServer({});
  });
  afterAll(() => live.close());

  const ask = (target: string, method = "GET", headers: Readonly<Record<string, string>> = {}) =>
    rawRequest(live.port, { target, method, headers });
  const header = ({ headers }: RawAnswer, name: string) => headers.find(([given]) => given === name)?.[1];
  const jsonOf = (answer: RawAnswer): Record<string, unknown> => {
    expect(header(answer, "Content-Type")).toBe("application/json");
    const text = answer.body.toString("latin1");
    expect(text).toMatch(/^[\x20-\x7e]*\n$/);
    return JSON.parse(text) as Record<string, unknown>; // an object, as every answer of the interface
  };

  it("is at its own path and below that of the server", async () => {
    for (const path of ["/cgi-bin/ajax", "/das/server/jsoc"]) {
      const answer = await ask(`${path}/show_series`);
      expect(answer.status).toBe(200);
      expect(jsonOf(answer)).toMatchObject({ status: 1 });
    }
    expect((await ask("/cgi-bin/ajaxx/show_series")).status).toBe(404);
  });

  it.each([
    ["/show_series", { status: 1, error: expect.any(String), errmsg: expect.any(String) }],
    ["/showextseries", { errMsg: expect.any(String), seriesList: [] }],
    ["/jsoc_info?op=series_struct&ds=a.b", { status: 1, error: expect.any(String) }],
    ["/checkAddress.sh?address=a@example.org", { status: -4, msg: expect.any(String), user_id: -1 }],
    ["/checkAddress.sh?address=a'", { status: -2, msg: expect.any(String), user_id: -1 }],
  ])("without an archive tells so in the form of %s, with HTTP status 200", async (target, form) => {
    const answer = await ask(`/cgi-bin/ajax${target}`);
    expect(answer.status).toBe(200);
    const told = jsonOf(answer);
    expect(told).toMatchObject(form);
    expect(Object.values(told)).not.toContain("");
  });

  it("tells of show_info as text", async () => {
    const answer = await ask("/cgi-bin/ajax/show_info?ds=a.b%5B%5D");
    expect(answer.status).toBe(200);
    expect(header(answer, "Content-Type")).toBe("text/plain; charset=utf-8");
    expect(answer.body.toString()).toMatch(/^show_info: .+\n$/);
  });

  it.each([
    "",
    "/",
    "/nothing",
    "/constructor",
    "/__proto__",
    "/toString",
    "/show_series/",
    "/show_series/x",
    "/SHOW_SERIES",
    "/a%2Fb",
  ])("knows no other names: %j", async (path) => {
    const answer = await ask(`/cgi-bin/ajax${path}`);
    expect(answer.status).toBe(404);
    expect(jsonOf(answer)).toMatchObject({
      status: 1,
      error: expect.stringMatching(/^There is no/),
    });
  });

  it("takes GET, HEAD and POST alone", async () => {
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      const answer = await ask("/cgi-bin/ajax/show_series", method);
      expect(answer.status).toBe(405);
      expect(header(answer, "Allow")).toBe("GET, HEAD, POST, OPTIONS");
      expect(jsonOf(answer)).toMatchObject({ status: 1 });
    }
    const options = await ask("/cgi-bin/ajax/show_series", "OPTIONS");
    expect([options.status, header(options, "Allow")]).toEqual([204, "GET, HEAD, POST, OPTIONS"]);
    const head = await ask("/cgi-bin/ajax/show_series", "HEAD");
    expect([head.status, head.body.length, header(head, "Content-Type")]).toEqual([
      200,
      0,
      "application/json",
    ]);
  });

  it("keeps the statuses of HTTP for what is wrong with the request itself", async () => {
    const long = await ask(`/cgi-bin/ajax/show_series?filter=${"x".repeat(20_000)}`);
    expect([long.status, jsonOf(long).status]).toEqual([414, 1]);
    const climbing = await ask("/cgi-bin/ajax/%2e%2e/etc/passwd");
    expect([climbing.status, jsonOf(climbing).status]).toEqual([400, 1]);
    const body = await fetch(`http://127.0.0.1:${live.port}/cgi-bin/ajax/show_series`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: `filter=${"x".repeat(70_000)}`,
    });
    expect([body.status, await body.json()]).toEqual([413, expect.objectContaining({ status: 1 })]);
  });

  it("takes a query that only a form has room for", async () => {
    const ds = `a.b[${"x".repeat(8000)}]`;
    const post = await fetch(`http://127.0.0.1:${live.port}/cgi-bin/ajax/jsoc_info`, {
      method: "POST",
      body: new URLSearchParams({ op: "rs_summary", ds }),
    });
    expect(post.status).toBe(200);
    expect(await post.json()).toMatchObject({ status: 1, error: expect.stringMatching(/no archive/) });
  });

  it("is reached under Apache by a path that was rewritten, with the type of a form", () => {
    const { path, query, method, headers } = requestFromCgi(
      {
        REQUEST_METHOD: "POST",
        REQUEST_URI: "/cgi-bin/ajax/jsoc_info?op=rs_list",
        SCRIPT_NAME: "/das/server",
        PATH_INFO: "/jsoc/jsoc_info",
        QUERY_STRING: "op=rs_list",
        CONTENT_TYPE: "multipart/form-data; boundary=x",
        CONTENT_LENGTH: "12",
      },
      new AbortController().signal,
    );
    expect([path, query, method]).toEqual(["/jsoc/jsoc_info", "op=rs_list", "POST"]);
    expect(headers).toMatchObject({
      "content-type": "multipart/form-data; boundary=x",
      "content-length": "12",
    });
  });
});
