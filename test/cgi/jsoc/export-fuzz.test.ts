import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type JsocServer, jsocServer } from "../../support/jsoc-server.js";
import { postgresForTest, type TestDatabase } from "../../support/postgres.js";
import { type RawAnswer, rawRequest } from "../../support/raw-http.js";
import { sampleArchive } from "../../support/sample-archive.js";
import { withClient } from "../../support/test-databases.js";

const postgres = await postgresForTest();
const RUNS = 300;

/** What attacks look like, and what is nearly right. */
const hostile = fc.constantFrom(
  "'; DROP TABLE jsoc.heliostream_exports; --",
  "' OR '1'='1",
  "$(touch /tmp/owned)",
  "`id`",
  "a|b;c&d",
  "../../../../etc/passwd",
  "/etc/passwd",
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "&lt;!ENTITY x SYSTEM 'file:///etc/passwd'>",
  "a\r\nSet-Cookie: x=1",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "%00",
  "\u0000",
  "\ud800",
  "𝔘𝔫𝔦",
  "NaN",
  "-1",
  "1e999",
  "99999999999999999999",
  "*file*",
  "@/etc/passwd",
  "{".repeat(100),
  "[".repeat(100),
  "x".repeat(9000),
  "",
);
const recordSet = fc.oneof(
  fc.constantFrom(
    "sample_hmi.ic_720s[2013.05.23_12:00_TAI]{continuum}",
    "sample_hmi.ic_720s[$]",
    "sample_hmi.ic_720s[:#1]",
    "jsoc.heliostream_exports[]",
    "pg_catalog.pg_authid[]",
    "sample_hmi.m_720s[][? (SELECT 1) = 1 ?]",
    "sample_hmi.m_720s[][? pg_sleep(9) IS NULL ?]",
    "sample_hmi.m_720s[][! 1=1 !]",
  ),
  fc
    .tuple(fc.constant("sample_hmi.ic_720s["), hostile, fc.constantFrom("]", "", "]{", "]{x}"))
    .map((one) => one.join("")),
  hostile,
);
const patch = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        "x",
        "y",
        "width",
        "height",
        "boxunits",
        "locunits",
        "t_ref",
        "t",
        "r",
        "c",
        "z",
        "__proto__",
      ),
      fc.oneof(fc.constantFrom("1", "0", "pixels", "arcsec", "2013.05.23_TAI", "-5e3"), hostile),
    ),
    { maxLength: 10 },
  )
  .map((pairs) => `0|im_patch,${pairs.map(([name, value]) => `${name}=${value}`).join(",")}`);
const VALUES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  op: fc.oneof(fc.constantFrom("exp_request", "exp_request", "exp_status", "exp_su", "exp_repeat"), hostile),
  ds: recordSet,
  seg: fc.oneof(fc.constant("continuum"), hostile),
  sunum: fc.oneof(fc.constantFrom("1", "1,2,3", "1,,2", ",".repeat(4000)), hostile),
  requestid: fc.oneof(
    fc.constantFrom("JSOC_20200101_001", "NOASYNCREQUEST", "JSOC_20200101_001/../x"),
    hostile,
  ),
  notify: fc.oneof(fc.constant("user@example.org"), hostile),
  method: fc.oneof(fc.constantFrom("url", "url_quick", "url-tar", "ftp"), hostile),
  protocol: fc.oneof(fc.constantFrom("as-is", "fits", "fits,compress Rice", "su", "mpg"), hostile),
  filenamefmt: fc.oneof(
    fc.constantFrom("{recnum:%lld}.fits", "{T_REC:A}", "{recnum:%n%s}", "{", "../{recnum}"),
    hostile,
  ),
  "process=n": fc.oneof(fc.constantFrom("0", "4", "0|rebin,scale=1"), patch, hostile),
  processing: fc.oneof(fc.constantFrom('{"im_patch":{"x":1}}', "[]", "{", '{"__proto__":{"x":1}}'), hostile),
  max_recs: fc.oneof(fc.constant("2"), hostile),
  format: fc.oneof(fc.constantFrom("json", "json", "txt", "html", "xml"), hostile),
  formatvar: fc.constantFrom("dataobj", "x"),
  t: fc.constantFrom("0", "1", "x"),
  o: fc.constantFrom("0", "1"),
  q: fc.constantFrom("0", "1"),
};
const words = fc
  .array(
    fc.constantFrom(...Object.keys(VALUES)).chain((name) => fc.tuple(fc.constant(name), VALUES[name]!)),
    { maxLength: 12 },
  )
  // Half of them ask for an export in earnest, so that they get further than its first words.
  .chain((pairs) =>
    fc
      .boolean()
      .map((isEarnest) =>
        isEarnest
          ? [...pairs, ["op", "exp_request"] as const, ["notify", "user@example.org"] as const]
          : pairs,
      ),
  );
/** As a URL has it; half of a pair of characters becomes what no decoder takes. */
const encoded = (text: string): string => (text.includes("\ud800") ? "%ED%A0%80" : encodeURIComponent(text));

describe.skipIf(postgres.missing)(postgres.title("hostile requests for exports"), () => {
  let database: TestDatabase;
  let server: JsocServer;
  let root = "";
  beforeAll(async () => {
    database = await sampleArchive();
    root = mkdtempSync(join(tmpdir(), "heliostream-fuzz-"));
    const table = {
      query: "sample_hmi.ic_720s[%s]{continuum}",
      record: "(.*)",
      fileName: "{recnum}.fits",
      tarName: "%s",
    };
    writeFileSync(join(root, "vso.json"), JSON.stringify({ any: table }));
    server = await jsocServer(database.url, {
      HELIOSTREAM_EXPORT_ROOT: join(root, "exports"),
      HELIOSTREAM_VSO_EXPORTS: join(root, "vso.json"),
      HELIOSTREAM_EXPORT_MAX_PENDING: "5",
      HELIOSTREAM_CLIENT_REQUESTS: "0",
    });
    await withClient(database.url, (client) =>
      client.query("INSERT INTO jsoc.export_user_info (address) VALUES ('user@example.org')"),
    );
  }, 120_000);
  afterAll(async () => {
    await server?.close();
    await database?.drop();
    if (root !== "") rmSync(root, { recursive: true, force: true });
  });

  function expectNoLeak(text: string): void {
    expect(text).not.toMatch(
      /node_modules|netdrms\/|at .*\.[jt]s:\d|FROM (jsoc|public|sample_hmi)\.|SQLSTATE|postgres:\/\//,
    );
    expect(text).not.toContain(root);
    expect(text).not.toContain("root:x:0");
  }

  /** Nothing of a request is markup, or is taken for it. */
  function expectNoMarkup({ headers, body }: RawAnswer): void {
    const isPlain = headers.some(([name, value]) => name === "X-Content-Type-Options" && value === "nosniff");
    if (!isPlain) expect(body.toString("latin1")).not.toMatch(/<script>|<img/);
  }

  it("are answered by jsoc_fetch in its own form, whatever they hold", async () => {
    await fc.assert(
      fc.asyncProperty(words, async (pairs) => {
        const query = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encoded(value)}`).join("&");
        const answer = await rawRequest(server.live.port, { target: `/cgi-bin/ajax/jsoc_fetch?${query}` });
        const text = answer.body.toString("latin1");
        expect([200, 414, 431]).toContain(answer.status);
        expect(answer.headers.filter(([name]) => /set-cookie/i.test(name))).toEqual([]);
        expectNoLeak(text);
        const type = answer.headers.find(([name]) => name === "Content-Type")?.[1] ?? "";
        if (type.startsWith("text/")) {
          expectNoMarkup(answer);
          expect(text).toMatch(/status=-?\d+/);
          return;
        }
        const reply = JSON.parse(text) as Record<string, unknown>;
        expect(Number.isInteger(Number(reply.status))).toBe(true);
        // What is refused says why; what is not, has no null for the id of a request.
        if (![0, 1, 2, 12].includes(Number(reply.status))) expect(String(reply.error)).not.toBe("");
        expect(reply.requestid).not.toBe(null);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: pure ASCII is what is promised
        expect(text).toMatch(/^[\x00-\x7f]*$/);
      }),
      { numRuns: RUNS },
    );
    const [row] = await withClient(
      database.url,
      async (client) => (await client.query("SELECT count(*)::int AS n FROM jsoc.heliostream_exports")).rows,
    );
    expect(row.n).toBeLessThanOrEqual(5);
  }, 120_000);

  it("are answered by downloads and the streaming export without a way out", async () => {
    const path = fc
      .array(
        fc.oneof(
          fc.constantFrom(
            "export",
            "JSOC_20200101_001",
            "D1",
            "S00000",
            "..",
            ".",
            "tmp",
            "etc",
            "passwd",
            "index.json",
          ),
          hostile.map((text) => encoded(text)),
        ),
        { minLength: 1, maxLength: 8 },
      )
      .map((parts) => `/${parts.join("/")}`);
    const streaming = fc
      .tuple(
        fc.constantFrom("any", "other", "__proto__"),
        fc.oneof(recordSet, hostile),
        fc.constantFrom("", "&skiptar=1"),
      )
      .map(([id, record, more]) => `/drms_export.cgi?series=${id}&record=${encoded(record)}${more}`);
    await fc.assert(
      fc.asyncProperty(fc.oneof(path, streaming), async (target) => {
        const answer = await rawRequest(server.live.port, { target: `/cgi-bin/ajax${target}` });
        expect([200, 400, 404, 414, 431]).toContain(answer.status);
        if (answer.status === 200) expect(target).toMatch(/^\/(drms_export\.cgi|show_series|export\/JSOC)/);
        expectNoMarkup(answer);
        expectNoLeak(answer.body.toString("latin1"));
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
});
