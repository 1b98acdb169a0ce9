import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hapiSite, json } from "../../support/hapi-site.js";
import { madeReader } from "../../support/made-reader.js";

const reader = madeReader({ name: "made", stepSeconds: 600 });
const { server, raw, close } = hapiSite({ programs: { made: reader.program } });
beforeAll(() => {
  const lines = ["validRange = '2020-01-01 to 2025-01-01'", "exampleRange_00 = '2021-06-01 to 2021-06-02'"];
  server.define("Made", "reader = made", ...lines, "subSource_00 = 'hours | Means | 3600'");
  server.define("Secret", "reader = made", ...lines, "readAccess = 'GROUP:nobody'");
});
afterAll(() => close());

/** Texts that mean something to a shell, a database, a page, a path, a header or a program. */
const EVIL = [
  "'; DROP TABLE drms_series; --",
  "1 OR 1=1",
  "$(touch /tmp/x)",
  "`id`",
  "| cat /etc/passwd",
  "../../etc/passwd",
  "..%2f..%2fetc",
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
  "x\r\nSet-Cookie: a=b",
  "\u0000",
  "%",
  "%zz",
  "%c0%af",
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "toString",
  "NaN",
  "1e999",
  "\ufffd",
  "\u202e",
  "x".repeat(5000),
];

const names = fc.oneof(
  fc.constantFrom(
    ...[
      "dataset",
      "id",
      "start",
      "time.min",
      "stop",
      "time.max",
      "parameters",
      "include",
      "format",
      "depth",
      "resolve_references",
    ],
  ),
  fc.constantFrom(...["Dataset", "ID", "time.Min", "server", "__proto__", "constructor", "x y", ""]),
);
const values = fc.oneof(
  fc.constantFrom(
    ...[
      "Made",
      "Made,hours",
      "Secret",
      "Made.dsdf",
      "",
      "Time",
      "v",
      "Time,v",
      "v,v",
      "v,Time",
      "csv",
      "binary",
      "json",
    ],
  ),
  fc.constantFrom(
    ...[
      "header",
      "all",
      "dataset",
      "true",
      "false",
      "2021-06-01",
      "2021-152T00:30Z",
      "2021-06-01T01:00:00.123456789Z",
    ],
  ),
  fc.constantFrom(
    ...["2021-02-30", "9999-12-31T24:00Z", "0000-01-01", "2021-06-01T23:59:60Z", "-2021", "2021W01"],
  ),
  fc.constantFrom(...EVIL),
  fc.string({ maxLength: 30 }),
);
const word = fc.tuple(names, values, fc.boolean()).map(([name, value, encoded]) =>
  // Some as they stand: what a client forgot to encode.
  encoded
    ? `${encodeURIComponent(name)}=${encodeURIComponent(value)}`
    : `${name}=${value}`.replace(/[^!-~]/g, "").replaceAll("#", ""),
);
/** Requests that are right but for a word or two, and such as have nothing right about them. */
const RIGHT = ["dataset=Made", "start=2021-06-01", "stop=2021-06-01T03:00Z"];
const queries = fc.oneof(
  fc.tuple(fc.subarray(RIGHT), fc.array(word, { maxLength: 3 })).map(([right, more]) => [...right, ...more]),
  fc.array(word, { maxLength: 40 }),
);
const paths = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("data", "info", "catalog", "about", "capabilities") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "/",
      "data/",
      "none",
      "data/x",
      "__proto__",
      "%2e%2e/data",
      "x_none",
      "DATA",
    ),
  },
);

describe("whatever is asked", () => {
  it("is answered by its own form, with a status that fits, without leaks and without an echo", {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(paths, queries, async (path, words) => {
        const query = words.join("&");
        const answer = await raw(path === "" || path === "/" ? `/hapi${path}` : `/hapi/${path}`, query);
        expect([200, 301, 400, 403, 404]).toContain(answer.status);
        expect(answer.broken).toBeUndefined();
        if (answer.status === 301) return;
        const text = answer.bytes.toString("utf8");
        if (answer.status !== 200) {
          expect(answer.header("content-type")).toBe("application/json");
          const { HAPI, status } = json(answer);
          expect(HAPI).toBe("3.3");
          expect([
            answer.status,
            answer.status === 404 ? [1406, 1407] : Math.floor(status.code / 100),
          ]).toEqual([answer.status, answer.status === 404 ? expect.arrayContaining([status.code]) : 14]);
          for (const evil of EVIL.slice(0, 12)) expect(text).not.toContain(evil);
          expect(text).not.toMatch(/script|passwd|DROP|onerror|\/tmp|\.dsdf|at \w+ \(|node:/);
        }
        expect(answer.header("set-cookie")).toBeUndefined();
        // What is not for everybody never comes.
        if (/(?:dataset|id)=Secret(?:&|$)/.test(query))
          expect(answer.status === 200 && path === "data").toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  it("has left the prototypes alone", () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
