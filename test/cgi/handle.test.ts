import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Request } from "../../cgi/http.js";
import { isWholeBody } from "../../cgi/http.js";
import type { RequestRecord } from "../../cgi/log/record.js";
import { openSite } from "../../cgi/open-site.js";
import { nextRequestId } from "../../cgi/request-id.js";
import { handle } from "../../cgi/routes.js";
import { countPackets } from "../support/case-files.js";
import { caseConfig } from "../support/case-site.js";

const { config, dispose } = caseConfig();
const records: RequestRecord[] = [];
const log = { write: (record: RequestRecord) => void records.push(record), close: () => Promise.resolve() };
const site = openSite(config, { resident: true, log });
afterAll(dispose);

function requestOf(path: string, query: string, more: Partial<Request> = {}): Request {
  return {
    id: nextRequestId(),
    receivedAt: new Date(),
    method: "GET",
    protocol: "1.1",
    scheme: "http",
    host: "data.example.org",
    mount: "/das/server",
    path,
    query,
    headers: {},
    peer: "192.0.2.7",
    signal: new AbortController().signal,
    ...more,
  };
}

const word = fc.constantFrom(
  "id",
  "list",
  "discovery",
  "dsdf",
  "dataset",
  "compactdataset",
  "image",
  "peers",
  "logo",
  "debug",
  "groups",
  "x",
  "__proto__",
  "constructor",
  "",
);
const name = fc.constantFrom(
  "dataset",
  "start_time",
  "end_time",
  "resolution",
  "interval",
  "params",
  "ascii",
  "key",
  "toString",
  "server",
);
const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "Demo/None",
    "Demo/",
    "/",
    ".",
    "..",
    "Demo/Secret",
    "2021-06-30",
    "2021-07-01",
    "now",
    "1e300",
    "-0",
    "1",
    "'; DROP",
    "%00",
  ),
);

describe("whatever is asked", () => {
  it("is answered with a status of the table, the headers of every answer, and one record", async () => {
    const pairs = fc.array(fc.tuple(name, value), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        word,
        pairs,
        fc.constantFrom("", "/", "/x.json", "/nothing/x"),
        async (server, given, path) => {
          records.length = 0;
          const query = [["server", server], ...given]
            .map(([key, text]) => `${key}=${encodeURIComponent(text ?? "")}`)
            .join("&");
          const response = await handle(requestOf(path, query), site);
          expect([200, 301, 302, 400, 401, 404, 501]).toContain(response.status);
          const names = response.headers.map(([header]) => header);
          expect(names).toEqual(
            expect.arrayContaining(["Cache-Control", "Access-Control-Allow-Origin", "X-Request-Id"]),
          );
          expect(new Set(names).size).toBe(names.length);
          for (const [, text] of response.headers) expect(text).toMatch(/^[\x20-\x7e]*$/);
          if (!isWholeBody(response.body)) for await (const _piece of response.body);
          else if (
            response.headers.some(([, text]) => text === "text/vnd.das2.das2stream") &&
            response.status !== 200
          )
            expect(countPackets(Buffer.from(response.body)).exception).toBeDefined();
          expect(records).toHaveLength(1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each(["PUT", "PATCH", "TRACE", "get", "CONNECT", "X".repeat(5000)])(
    "the method %.10s is not allowed",
    async (method) => {
      const { status, headers } = await handle(requestOf("", "server=id", { method }), site);
      expect(status).toBe(405);
      expect(headers).toContainEqual(["Allow", "GET, HEAD, OPTIONS"]);
    },
  );
});
